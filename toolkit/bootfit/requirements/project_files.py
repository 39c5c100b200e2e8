"""Reading what a project requires: requirement files, pyproject.toml, locks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.build_needs import need_of_sdist
from bootfit.requirements.locked import Lock, LockedPackage, read_lock
from bootfit.requirements.pipfile_lock import read_pipfile_lock
from bootfit.requirements.poetry_lock import read_poetry_lock
from bootfit.requirements.requirement_file import (
    OptionEntry,
    RequirementEntry,
    UncheckableEntry,
    parse_entries,
    reason_and_offset,
    requirement_hint,
    uncheckable_reason,
)
from bootfit.requirements.target_environment import applies
from bootfit.requirements.toml_text import load_toml
from bootfit.requirements.uv_lock import read_uv_lock

_LOCK = re.compile(r"pylock(\.[^.]+)?\.toml")
_FOLDER = re.compile(r"(?:-e\s+)?(?P<folder>\.[^\[\]:]*?)/?(?:\[(?P<extras>[^\]]*)\])?")
_FILE_WITH_EXTRAS = re.compile(r"(?P<file>.+?\.(?:toml|lock))\[(?P<extras>[^\]]*)\]")


@dataclass
class ProjectRequirements:
    """All that a project's files require on one target."""

    requirements: list[RequirementEntry] = field(default_factory=list)
    constraints: list[RequirementEntry] = field(default_factory=list)
    uncheckable: list[UncheckableEntry] = field(default_factory=list)
    options: list[OptionEntry] = field(default_factory=list)
    locked: list[LockedPackage] = field(default_factory=list)
    #: (requires-python, where) of the project itself.
    requires_python: list[tuple[str, Place]] = field(default_factory=list)
    #: Every file that was read, in order, relative to the project.
    files: list[str] = field(default_factory=list)
    #: Those of them that are requirement files, line by line.
    line_files: list[str] = field(default_factory=list)

    def option_values(self, name: str) -> tuple[str, ...]:
        """Return the values that an option has in the files, in order."""
        return tuple(option.value for option in self.options if option.name == name)


def read_project(root: Path, files: Sequence[str], target: Target) -> ProjectRequirements:
    """Return what ``files`` (relative to ``root``) require on ``target``.

    Environment markers are evaluated for the target; what does not apply is left out. Extras of a
    pyproject.toml or a lock are asked for as ``pyproject.toml[export,ml]``.

    Raises:
        UsageError: a file is missing or cannot be understood; names file, line and column.
    """
    found = ProjectRequirements()
    for name in files:
        match = _FILE_WITH_EXTRAS.fullmatch(name)
        file = match["file"] if match else name
        extras = [e.strip() for e in match["extras"].split(",") if e.strip()] if match else []
        base = Path(file).name
        if is_lock(base):
            found.files.append(file)
            lock = _read_lock(root, file, target, frozenset(map(canonicalize_name, extras)))
            found.locked += lock.packages
            found.options += lock.options
            found.uncheckable += lock.uncheckable
            found.requires_python += lock.requires_python
        elif base.endswith(".toml"):
            _read_pyproject(found, root, file, extras, target)
        else:
            _read_requirements(found, root, file, target, constraint=False, above=())
    return found


def required_names(root: Path, files: Sequence[str], target: Target) -> tuple[str, ...]:
    """Return the names of the distributions that ``files`` require directly on ``target``.

    Raises:
        UsageError: as `read_project`.
    """
    found = read_project(root, files, target)
    names = [entry.requirement.name for entry in found.requirements]
    names += [package.name for package in found.locked]
    return tuple(dict.fromkeys(canonicalize_name(name) for name in names))


def read_requirement_texts(root: Path, files: Sequence[str], target: Target) -> dict[str, str]:
    """Return path → text of ``files`` and of all that they include, relative to ``root``.

    What a pyproject.toml or a lock says stands under its name as the lines of a requirement file.

    Raises:
        UsageError: as `read_project`.
    """
    texts: dict[str, str] = {}
    for name in files:
        found = read_project(root, (name,), target)
        if name.endswith((".toml", "]")) or is_lock(Path(name).name):
            lines = [entry.text for entry in found.requirements]
            lines += [f"{package.name}=={package.version}" for package in found.locked]
            texts[name] = "".join(f"{line}\n" for line in lines)
        else:
            texts |= {file: _text(root, file) for file in found.line_files}
    return texts


def is_lock(base: str) -> bool:
    """Return whether a file of this name pins all that is installed."""
    return base in {"uv.lock", "poetry.lock", "Pipfile.lock"} or bool(_LOCK.fullmatch(base))


def _read_lock(root: Path, file: str, target: Target, extras: frozenset[str]) -> Lock:
    text = _text(root, file)
    match Path(file).name:
        case "uv.lock":
            return read_uv_lock(text, file, target, extras)
        case "Pipfile.lock":
            return read_pipfile_lock(text, file, target)
        case "poetry.lock":
            beside = _beside(file, "pyproject.toml")
            pyproject = _text(root, beside) if (root / beside).is_file() else None
            return read_poetry_lock(text, file, target, extras, pyproject)
        case _:
            return read_lock(text, file, target, extras)


def _text(root: Path, file: str, mentioned: Place | None = None) -> str:
    path = root / file
    try:
        data = path.read_bytes()
    except OSError as error:
        where = f"{mentioned}: " if mentioned else ""
        raise UsageError(
            f"{where}cannot read {file}: {(error.strerror or str(error)).lower()}",
            "name a file that is in the project folder",
        ) from None
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise UsageError(
            f"{file}:{line}:{column}: this is not UTF-8 text", "save the file as UTF-8"
        ) from None


def _read_requirements(
    found: ProjectRequirements,
    root: Path,
    file: str,
    target: Target,
    *,
    constraint: bool,
    above: tuple[str, ...],
    mentioned: Place | None = None,
) -> None:
    key = str(Path(file))
    if key in above:
        cycle = " → ".join((*above[above.index(key) :], key))
        raise UsageError(
            f"{mentioned}: requirement files include one another: {cycle}",
            "take one of the -r lines out",
        )
    text = _text(root, file, mentioned)
    if file not in found.files:
        found.files.append(file)
    found.line_files.append(file)
    for entry in parse_entries(text, file):
        if isinstance(entry, OptionEntry) and entry.name in {"requirement", "constraint"}:
            if "://" in entry.value:
                found.uncheckable.append(
                    UncheckableEntry(entry.value, "it is a file on another machine", entry.place)
                )
                continue
            nested = _beside(file, entry.value)
            _read_requirements(
                found,
                root,
                nested,
                target,
                constraint=constraint or entry.name == "constraint",
                above=(*above, key),
                mentioned=entry.place,
            )
        elif isinstance(entry, RequirementEntry):
            if applies(entry.requirement.marker, target):
                (found.constraints if constraint else found.requirements).append(entry)
        elif isinstance(entry, UncheckableEntry):
            if not _follow_folder(found, root, file, entry, target):
                found.uncheckable.append(entry)
        else:
            found.options.append(entry)


def _follow_folder(
    found: ProjectRequirements, root: Path, file: str, entry: UncheckableEntry, target: Target
) -> bool:
    """Read the pyproject.toml of a folder such as ``-e .[web]``; return whether that was possible.

    A folder that compiles something, or does not state its dependencies, stays unchecked.
    """
    match = _FOLDER.fullmatch(entry.text)
    if match is None:
        return False
    # pip takes a path in a requirement file as relative to where it runs: the project folder.
    nested = _beside("requirements", f"{match['folder']}/pyproject.toml")
    if nested in found.files:
        return True
    if not (root / nested).is_file():
        return False
    text = _text(root, nested, entry.place)
    project = load_toml(text, nested).get("project")
    if not isinstance(project, dict) or "dependencies" in project.get("dynamic", []):
        return False
    beside = (root / nested).with_name("setup.py")
    setup = {"setup.py": beside.read_text(errors="replace")} if beside.is_file() else {}
    if need_of_sdist((), {"pyproject.toml": text, **setup}).need != "pure-sdist":
        return False
    extras = [name.strip() for name in (match["extras"] or "").split(",") if name.strip()]
    _read_pyproject(found, root, nested, extras, target)
    return True


def _beside(file: str, other: str) -> str:
    """Return ``other`` as seen from the folder of ``file``, without ``a/../`` detours."""
    import os.path

    return os.path.normpath(Path(file).parent / other)


def _read_pyproject(
    found: ProjectRequirements, root: Path, file: str, extras: list[str], target: Target
) -> None:
    text = _text(root, file)
    found.files.append(file)
    document = load_toml(text, file)
    project = document.get("project")
    if not isinstance(project, dict):
        raise UsageError(
            f"{file} has no [project] table",
            "export the dependencies to a requirements.txt and name that",
        )
    _project_python(found, project, text, file)
    stated = _strings(project.get("dependencies", []), f"{file}: project.dependencies")
    optional = project.get("optional-dependencies", {})
    name = str(project.get("name", ""))
    for requirement, extra in [
        *((text, "") for text in stated),
        *_optional(optional, extras, name, file),
    ]:
        _pyproject_requirement(found, requirement, target, extra=extra, text=text, file=file)
    if "dependencies" in project.get("dynamic", []):
        for dynamic in _dynamic_files(document):
            _read_requirements(
                found, root, _beside(file, dynamic), target, constraint=False, above=(file,)
            )


def _project_python(
    found: ProjectRequirements, project: dict[str, Any], text: str, file: str
) -> None:
    requires = project.get("requires-python")
    if requires is None:
        return
    place = _place(text, file, "requires-python")
    try:
        SpecifierSet(str(requires))
    except InvalidSpecifier:
        raise UsageError(
            f"{place}: {requires!r} is not a version specifier", "write it like >=3.10"
        ) from None
    found.requires_python.append((str(requires), place))


def _optional(
    optional: dict[str, Any], extras: list[str], project: str, file: str
) -> list[tuple[str, str]]:
    """Return (requirement, extra) of the extras, those that name the project itself followed."""
    known = {canonicalize_name(name): name for name in optional}
    wanted = [canonicalize_name(extra) for extra in extras]
    seen: set[str] = set()
    stated: list[tuple[str, str]] = []
    while wanted:
        extra = wanted.pop(0)
        if extra in seen:
            continue
        seen.add(extra)
        if extra not in known:
            raise UsageError(
                f"{file} has no optional dependencies called {extra!r}",
                f"it has {', '.join(sorted(known)) or 'none'}",
            )
        table = f"{file}: project.optional-dependencies.{known[extra]}"
        for text in _strings(optional[known[extra]], table):
            own = re.match(r"\s*([\w.-]+)\s*\[([^\]]+)\]", text)
            if own and project and canonicalize_name(own[1]) == canonicalize_name(project):
                wanted += [canonicalize_name(name.strip()) for name in own[2].split(",")]
            else:
                stated.append((text, extra))
    return stated


def _pyproject_requirement(
    found: ProjectRequirements, stated: str, target: Target, *, extra: str, text: str, file: str
) -> None:
    place = _place(text, file, stated)
    if reason := uncheckable_reason(stated):
        found.uncheckable.append(UncheckableEntry(stated, reason, place))
        return
    try:
        requirement = Requirement(stated)
    except InvalidRequirement as error:
        reason, offset = reason_and_offset(error)
        where = Place(place.path, place.line, (place.column or 1) + offset)
        raise UsageError(
            f"{where}: {without_credentials(stated)!r} is not a requirement: {reason}",
            requirement_hint(stated),
        ) from None
    if requirement.url:
        found.uncheckable.append(UncheckableEntry(stated, "it is a URL", place))
    elif applies(requirement.marker, target, frozenset({extra} if extra else ())):
        found.requirements.append(RequirementEntry(requirement, stated, place))


def _dynamic_files(document: dict[str, Any]) -> list[str]:
    """Return the files of setuptools' ``dynamic.dependencies``."""
    setuptools = document.get("tool", {}).get("setuptools", {})
    files = setuptools.get("dynamic", {}).get("dependencies", {}).get("file", [])
    return [files] if isinstance(files, str) else list(files)


def _strings(value: Any, where: str) -> list[str]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise UsageError(f"{where} is not a list of strings", 'write ["name==1.2.3", "other>=1"]')


def _place(text: str, file: str, fragment: str) -> Place:
    """Return where ``fragment`` stands; the file alone where it is written otherwise."""
    at = text.find(fragment)
    if at < 0:
        return Place(file)
    return Place(file, text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1)
