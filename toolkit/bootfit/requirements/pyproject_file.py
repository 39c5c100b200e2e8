"""What a pyproject.toml requires: dependencies, extras, dependency groups. Pure.

Sources: PEP 621 (the project table), PEP 735 (dependency groups), setuptools' "dynamic metadata"
and hatch-requirements-txt, whose dependencies stand in files that can be read without running
anything.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.named_parts import nearest_or_all
from bootfit.requirements.requirement_file import (
    RequirementEntry,
    UncheckableEntry,
    uncheckable_reason,
)
from bootfit.requirements.stated_requirement import (
    read_requirement,
    reason_and_offset,
    requirement_hint,
    shortened,
)
from bootfit.requirements.target_environment import applies
from bootfit.requirements.toml_text import load_toml


@dataclass
class StatedRequirements:
    """What one pyproject.toml asks for on a target."""

    requirements: list[RequirementEntry] = field(default_factory=list)
    uncheckable: list[UncheckableEntry] = field(default_factory=list)
    requires_python: list[tuple[str, Place]] = field(default_factory=list)
    #: Requirement files that the build backend reads, relative to the pyproject.toml.
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RequirementText:
    """The file that is read: its text, name and tables, and the target."""

    text: str
    file: str
    document: Mapping[str, Any]
    target: Target
    #: Where in the text the requirements begin.
    begin: int = 0

    def place(self, fragment: str) -> Place:
        """Return where ``fragment`` stands; the file alone where it is written otherwise."""
        at = self.text.find(fragment, self.begin)
        if at < 0:
            return Place(self.file)
        column = at - (self.text.rfind("\n", 0, at) + 1) + 1
        return Place(self.file, self.text.count("\n", 0, at) + 1, column)


def read_project_table(
    text: str, file: str, extras: Sequence[str], target: Target
) -> StatedRequirements:
    """Return what the project and ``extras`` of it require on ``target``.

    Raises:
        UsageError: there is no project, or something in it cannot be understood; says where.
        UndeterminedError: only the build backend, which is never run, knows the dependencies.
    """
    source = RequirementText(text, file, load_toml(text, file), target)
    project = source.document.get("project")
    if states_in_poetrys_table(source.document):
        raise poetrys_table(file)
    if not isinstance(project, dict):
        raise UsageError(
            f"{file} has no [project] table",
            "export the dependencies to a requirements.txt and name that",
        )
    found = StatedRequirements()
    _project_python(found, project, source)
    if "dependencies" in _strings(project.get("dynamic", []), f"{file}: project.dynamic"):
        found.files += computed_in_files(source.document, file)
    for stated in _strings(project.get("dependencies", []), f"{file}: project.dependencies"):
        add_requirement(found, stated, source)
    _add_extras(found, project, [canonicalize_name(extra) for extra in extras], source)
    return found


def states_in_poetrys_table(document: Mapping[str, Any]) -> bool:
    """Return whether only [tool.poetry.dependencies] says what the project requires."""
    project = _table(document, "project")
    stated = _table(_table(_table(document, "tool"), "poetry"), "dependencies")
    dynamic = project.get("dynamic", [])
    elsewhere = "dependencies" in project or "dependencies" in dynamic
    return bool(set(stated) - {"python"}) and not elsewhere


def poetrys_table(file: str) -> UndeterminedError:
    """Return the error for what Poetry alone resolves: its constraints (^1.2) are its own."""
    return UndeterminedError(
        f"{file}: [tool.poetry.dependencies] is not read: its constraints are Poetry's own",
        "`poetry lock` writes poetry.lock, which -r poetry.lock checks",
    )


def read_group(text: str, file: str, group: str, target: Target) -> StatedRequirements:
    """Return what the dependency group called ``group`` requires on ``target`` (PEP 735).

    Raises:
        UsageError: there is no such group, it includes itself, or it cannot be understood.
    """
    source = RequirementText(text, file, load_toml(text, file), target)
    groups = source.document.get("dependency-groups", {})
    if not isinstance(groups, dict):
        raise UsageError(f"{file}: dependency-groups is no table", "write [dependency-groups]")
    known: dict[str, str] = {}
    for name in groups:
        if (other := known.setdefault(canonicalize_name(name), name)) != name:
            raise UsageError(
                f"{source.place(name)}: the dependency groups {other!r} and {name!r} are the same",
                "their names are compared without case, dots, dashes and underscores: rename one",
            )
    found = StatedRequirements()
    _add_group(found, groups, known, canonicalize_name(group), source, above=())
    return found


def computed_in_files(document: Mapping[str, Any], file: str, extra: str = "") -> list[str]:
    """Return the files that hold the dependencies that ``document`` says are dynamic.

    Args:
        document: the tables of the pyproject.toml.
        file: its name, for errors.
        extra: for the dependencies of this extra, normalized, instead of the project's own.

    Raises:
        UndeterminedError: the backend computes them.
    """
    stated = _table(document, "build-system").get("build-backend")
    backend = str(stated) if stated else "setuptools.build_meta:__legacy__"
    tool = _table(document, "tool")
    known: Any = None
    if backend.startswith("setuptools."):
        dynamic = _table(_table(tool, "setuptools"), "dynamic")
        known = (
            dynamic.get("dependencies")
            if not extra
            else _named(_table(dynamic, "optional-dependencies"), extra)
        )
        known = known.get("file") if isinstance(known, dict) else None
    elif backend.startswith("hatchling"):
        metadata = _table(_table(tool, "hatch"), "metadata")
        hook = _table(_table(metadata, "hooks"), "requirements_txt")
        known = (
            hook.get("files") if not extra else _named(_table(hook, "optional-dependencies"), extra)
        )
    if isinstance(known, str):
        known = [known]
    if isinstance(known, list) and known and all(isinstance(one, str) for one in known):
        return known
    what = f"the dependencies of the extra {extra!r} are" if extra else "dependencies are"
    raise UndeterminedError(
        f"{file}: {what} computed by the build backend ({backend}): "
        "not checkable without running it",
        "list them in [project], or lock them (uv pip compile pyproject.toml -o requirements.txt) "
        "and name the lock with -r",
    )


def _project_python(
    found: StatedRequirements, project: dict[str, Any], source: RequirementText
) -> None:
    requires = project.get("requires-python")
    if requires is None:
        return
    place = source.place("requires-python")
    try:
        SpecifierSet(str(requires))
    except InvalidSpecifier:
        raise UsageError(
            f"{place}: {requires!r} is not a version specifier", "write it like >=3.10"
        ) from None
    found.requires_python.append((str(requires), place))


def _add_extras(
    found: StatedRequirements,
    project: dict[str, Any],
    extras: Sequence[str],
    source: RequirementText,
) -> None:
    """Add what ``extras`` bring in; those that name the project itself are followed."""
    file = source.file
    optional = _table(project, "optional-dependencies")
    dynamic = "optional-dependencies" in project.get("dynamic", [])
    own = canonicalize_name(str(project.get("name", "")))
    wanted, seen = list(extras), set[str]()
    while wanted:
        extra = wanted.pop(0)
        if extra in seen:
            continue
        seen.add(extra)
        known: dict[str, str] = {canonicalize_name(name): name for name in optional}
        if dynamic and extra not in known:
            found.files += computed_in_files(source.document, file, extra)
            continue
        if extra not in known:
            raise UsageError(
                f"{file} has no optional dependencies called {extra!r}",
                nearest_or_all(extra, known),
            )
        table = f"{file}: project.optional-dependencies.{known[extra]}"
        for stated in _strings(optional[known[extra]], table):
            itself = re.fullmatch(r"\s*([\w.-]+)\s*\[([^\]]+)\]\s*", stated)
            if itself and own and canonicalize_name(itself[1]) == own:
                wanted += [canonicalize_name(name.strip()) for name in itself[2].split(",")]
            else:
                add_requirement(found, stated, source, extra)


def _add_group(
    found: StatedRequirements,
    groups: Mapping[str, Any],
    known: Mapping[str, str],
    group: str,
    source: RequirementText,
    *,
    above: tuple[str, ...],
) -> None:
    file = source.file
    if group in above:
        cycle = " → ".join((*above[above.index(group) :], group))
        raise UsageError(
            f"{source.place('include-group')}: dependency groups include one another: {cycle}",
            "take one of the include-group entries out",
        )
    if group not in known:
        by = f", which {above[-1]} includes" if above else ""
        raise UsageError(
            f"{file} has no dependency group called {group!r}{by}", nearest_or_all(group, known)
        )
    members = groups[known[group]]
    where = f"{file}: dependency-groups.{known[group]}"
    if not isinstance(members, list):
        raise UsageError(f"{where} is not a list", 'write ["name==1.2.3", "other>=1"]')
    for member in members:
        if isinstance(member, str):
            add_requirement(found, member, source)
        elif isinstance(member, dict) and isinstance(member.get("include-group"), str):
            inner = canonicalize_name(member["include-group"])
            if len(member) > 1:
                raise UsageError(f"{where}: include-group stands beside something else", _GROUPS)
            _add_group(found, groups, known, inner, source, above=(*above, group))
        else:
            raise UsageError(f"{where}: {member!r} is neither requirement nor include", _GROUPS)


_GROUPS = 'write "name>=1" or {include-group = "other"}'


def add_requirement(
    found: StatedRequirements, stated: str, source: RequirementText, extra: str = ""
) -> None:
    """Add ``stated``, a requirement of ``source``, where it holds on its target.

    Args:
        found: what it is added to.
        stated: the requirement.
        source: where it stands.
        extra: whose requirement it is; "" for the project's own.

    Raises:
        UsageError: it is no requirement; says where.
    """
    place = source.place(stated)
    if reason := uncheckable_reason(stated):
        found.uncheckable.append(UncheckableEntry(stated, reason, place))
        return
    try:
        requirement = read_requirement(stated)
    except InvalidRequirement as error:
        reason, offset = reason_and_offset(error)
        where = Place(place.path, place.line, (place.column or 1) + offset)
        shown = shortened(without_credentials(stated))
        raise UsageError(
            f"{where}: {shown!r} is not a requirement: {reason}",
            requirement_hint(stated),
        ) from None
    if not applies(requirement.marker, source.target, frozenset({extra} if extra else ())):
        return
    if requirement.url:
        found.uncheckable.append(UncheckableEntry(stated, "it is a URL", place))
    else:
        found.requirements.append(RequirementEntry(requirement, stated, place))


def _named(table: Mapping[str, Any], name: str) -> Any:
    """Return the value whose key is ``name`` when normalized; None where there is none."""
    return next((table[key] for key in table if canonicalize_name(key) == name), None)


def _table(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key, {})
    return value if isinstance(value, dict) else {}


def _strings(value: Any, where: str) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise UsageError(f"{where} is not a list of strings", 'write ["name==1.2.3", "other>=1"]')
