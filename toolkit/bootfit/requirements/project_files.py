"""Reading what a project requires: requirement files, pyproject.toml, locks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from packaging.utils import canonicalize_name

from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.model.requirement_source import RequirementSource, parse_source
from bootfit.requirements.locked import Lock, LockedPackage
from bootfit.requirements.project_text import is_lock, read_text
from bootfit.requirements.pyproject_file import (
    StatedRequirements,
    read_group,
    read_project_table,
)
from bootfit.requirements.requirement_file import (
    OptionEntry,
    RequirementEntry,
    UncheckableEntry,
    parse_entries,
)
from bootfit.requirements.target_environment import applies
from bootfit.requirements.toml_text import load_toml

#: Of all files together.
MAX_REQUIREMENTS = 20_000
#: Files that include one another, one in the other.
MAX_NESTED = 50
_STATED_IN = ("pyproject.toml", "setup.cfg", "setup.py")
_FOLDER = re.compile(r"(?:-e\s+)?(?P<folder>\.[^\[\]:]*?)/?(?:\[(?P<extras>[^\]]*)\])?")


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
    #: The project folder.
    root: Path = Path()
    #: Every file that was read, in order, relative to the project.
    files: list[str] = field(default_factory=list)
    #: (file, whether as constraints) that is done: included twice, it counts once.
    included: set[tuple[str, bool]] = field(default_factory=set)
    #: Those of them that are requirement files, line by line.
    line_files: list[str] = field(default_factory=list)

    def option_values(self, name: str) -> tuple[str, ...]:
        """Return the values that an option has in the files, in order."""
        return tuple(option.value for option in self.options if option.name == name)


def read_project(root: Path, files: Sequence[str], target: Target) -> ProjectRequirements:
    """Return what ``files`` (relative to ``root``) require on ``target``.

    Environment markers are evaluated for the target; what does not apply is left out. Extras and
    dependency groups are asked for as `bootfit.model.requirement_source` has it.

    Raises:
        UsageError: a file is missing or cannot be understood; names file, line and column.
        UndeterminedError: only a build backend, which is never run, knows what is required.
    """
    found = ProjectRequirements(root=root)
    for name in files:
        source = parse_source(name)
        base = Path(source.file).name
        if is_lock(base):
            _read_lock(found, root, source, target)
        elif base.endswith(".toml"):
            _read_pyproject(found, root, source, target)
        elif base == "setup.cfg":
            _read_setup_cfg(found, root, source, target)
        else:
            _read_requirements(found, root, source.file, target, constraint=False, above=())
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
        file = parse_source(name).file
        if file.endswith((".toml", "setup.cfg")) or is_lock(Path(file).name):
            lines = [entry.text for entry in found.requirements]
            lines += [f"{package.name}=={package.version}" for package in found.locked]
            texts[name] = "".join(f"{line}\n" for line in lines)
        else:
            texts |= {file: read_text(root, file) for file in found.line_files}
    return texts


def _read_lock(
    found: ProjectRequirements, root: Path, source: RequirementSource, target: Target
) -> None:
    lock = _lock(root, source, target)
    known = {(package.name, package.version) for package in found.locked}
    found.locked += [one for one in lock.packages if (one.name, one.version) not in known]
    found.options += lock.options
    found.uncheckable += lock.uncheckable
    found.requires_python += lock.requires_python
    if source.file not in found.files:
        found.files.append(source.file)


def _lock(root: Path, source: RequirementSource, target: Target) -> Lock:
    file = source.file
    text = read_text(root, file)
    extras = frozenset(map(canonicalize_name, source.extras))
    groups = frozenset(map(canonicalize_name, source.groups))
    match Path(file).name:
        case "uv.lock":
            from bootfit.requirements.uv_lock import read_uv_lock

            return read_uv_lock(text, file, target, extras, groups)
        case "Pipfile.lock":
            from bootfit.requirements.pipfile_lock import read_pipfile_lock

            return read_pipfile_lock(text, file, target, groups)
        case "poetry.lock":
            from bootfit.requirements.poetry_lock import read_poetry_lock

            beside = _beside(file, "pyproject.toml")
            pyproject = read_text(root, beside) if (root / beside).is_file() else None
            return read_poetry_lock(text, file, target, extras, pyproject, groups=groups)
        case _:
            from bootfit.requirements.locked import read_lock

            return read_lock(text, file, target, extras, groups)


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
    _refuse_rings(key, above, mentioned)
    if (key, constraint) in found.included:
        return
    found.included.add((key, constraint))
    text = read_text(root, file, mentioned)
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
            _add(found, entry, target, constraint=constraint)
        elif isinstance(entry, UncheckableEntry):
            if not _follow_folder(found, root, file, entry, target):
                found.uncheckable.append(entry)
        else:
            found.options.append(entry)


def _refuse_rings(key: str, above: tuple[str, ...], mentioned: Place | None) -> None:
    if key in above:
        cycle = " → ".join((*above[above.index(key) :], key))
        raise UsageError(
            f"{mentioned}: requirement files include one another: {cycle}",
            "take one of the -r lines out",
        )
    if len(above) >= MAX_NESTED:
        raise UsageError(
            f"{mentioned}: requirement files include one another more than {MAX_NESTED} deep",
            "include them from one file",
        )


def _add(
    found: ProjectRequirements, entry: RequirementEntry, target: Target, *, constraint: bool
) -> None:
    if not applies(entry.requirement.marker, target):
        return
    if len(found.requirements) + len(found.constraints) >= MAX_REQUIREMENTS:
        raise UsageError(
            f"{entry.place}: more than {MAX_REQUIREMENTS} requirements: nothing installs so many",
            "name the file that lists what the project needs",
        )
    (found.constraints if constraint else found.requirements).append(entry)


def _follow_folder(
    found: ProjectRequirements, root: Path, file: str, entry: UncheckableEntry, target: Target
) -> bool:
    """Read the pyproject.toml or setup.cfg of a folder such as ``-e .[web]``, if that is possible.

    A folder that compiles something, or whose backend computes its dependencies, stays unchecked.
    """
    match = _FOLDER.fullmatch(entry.text)
    if match is None:
        return False
    # pip takes a path in a requirement file as relative to where it runs: the project folder.
    nested = {name: _beside("requirements", f"{match['folder']}/{name}") for name in _STATED_IN}
    if set(nested.values()) & set(found.files):
        return True
    texts = {
        name: read_text(root, file, entry.place)
        for name, file in nested.items()
        if (root / file).is_file()
    }
    stating = next((n for n in ("pyproject.toml", "setup.cfg") if _states(n, texts.get(n))), "")
    if not stating:
        return False
    from bootfit.requirements.build_needs import need_of_sdist

    if need_of_sdist((), texts).need != "pure-sdist":
        return False
    extras = tuple(name.strip() for name in (match["extras"] or "").split(",") if name.strip())
    read = _read_pyproject if stating == "pyproject.toml" else _read_setup_cfg
    try:
        read(found, root, RequirementSource(nested[stating], extras), target)
    except UndeterminedError as error:
        found.files.remove(nested[stating])
        reason = error.message.partition(": ")[2]
        found.uncheckable.append(UncheckableEntry(entry.text, reason, entry.place))
    return True


def _states(name: str, text: str | None) -> bool:
    """Return whether ``text``, of a file called ``name``, says what is required."""
    if text is None:
        return False
    if name == "pyproject.toml":
        return isinstance(load_toml(text, name).get("project"), dict)
    from bootfit.requirements.setup_cfg import states_requirements

    return states_requirements(text)


def _beside(file: str, other: str) -> str:
    """Return ``other`` as seen from the folder of ``file``, without ``a/../`` detours."""
    import os.path

    return os.path.normpath(Path(file).parent / other)


def _read_pyproject(
    found: ProjectRequirements, root: Path, source: RequirementSource, target: Target
) -> None:
    file = source.file
    text = read_text(root, file)
    if file not in found.files:
        found.files.append(file)
    parts = [read_group(text, file, group, target) for group in source.groups] or [
        read_project_table(text, file, source.extras, target)
    ]
    _take(found, root, file, parts, target)


def _read_setup_cfg(
    found: ProjectRequirements, root: Path, source: RequirementSource, target: Target
) -> None:
    from bootfit.requirements.setup_cfg import read_setup_cfg

    file = source.file
    if source.groups:
        raise UsageError(f"{file} has no dependency groups", "name extras: --extra NAME")
    project, script = (_beside(file, name) for name in ("pyproject.toml", "setup.py"))
    if (root / project).is_file():
        table = load_toml(read_text(root, project), project).get("project")
        if isinstance(table, dict) and "dependencies" not in table.get("dynamic", []):
            raise UsageError(
                f"{file}: setuptools takes the requirements from [project] of {project}",
                f"check that: -r {project}",
            )
    text = read_text(root, file)
    code = read_text(root, script) if (root / script).is_file() else None
    found.files.append(file)
    _take(found, root, file, [read_setup_cfg(text, file, source.extras, target, code)], target)


def _take(
    found: ProjectRequirements,
    root: Path,
    file: str,
    parts: Sequence[StatedRequirements],
    target: Target,
) -> None:
    for stated in parts:
        found.requirements += stated.requirements
        found.uncheckable += stated.uncheckable
        found.requires_python += stated.requires_python
        for name in stated.files:
            _read_requirements(
                found, root, _beside(file, name), target, constraint=False, above=(file,)
            )
