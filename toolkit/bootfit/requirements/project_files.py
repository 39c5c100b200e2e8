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
from bootfit.model.sizes import format_mib
from bootfit.requirements.locked import Lock, LockedPackage
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
from bootfit.requirements.text_encoding import encoding_of
from bootfit.requirements.toml_text import load_toml

#: What is read of one file: the longest lists with hashes are of some MiB, locks of some more.
MAX_BYTES = 8 * 1024**2
MAX_LOCK_BYTES = 64 * 1024**2
#: Of all files together.
MAX_REQUIREMENTS = 20_000
#: Files that include one another, one in the other.
MAX_NESTED = 50
_WIDE = frozenset({"utf-16", "utf-32"})
_LOCK = re.compile(r"pylock(\.[^.]+)?\.toml")
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
            texts |= {file: _text(root, file) for file in found.line_files}
    return texts


def is_lock(base: str) -> bool:
    """Return whether a file of this name pins all that is installed."""
    return base in {"uv.lock", "poetry.lock", "Pipfile.lock"} or bool(_LOCK.fullmatch(base))


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
    text = _text(root, file)
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
            pyproject = _text(root, beside) if (root / beside).is_file() else None
            return read_poetry_lock(text, file, target, extras, pyproject, groups=groups)
        case _:
            from bootfit.requirements.locked import read_lock

            return read_lock(text, file, target, extras, groups)


def _text(root: Path, file: str, mentioned: Place | None = None) -> str:
    data = _bytes(root, file, mentioned)
    try:
        encoding = encoding_of(data, stated=not file.endswith((".toml", ".lock")))
    except (LookupError, ValueError) as error:
        raise UsageError(
            f"{file}:1:1: it says that its encoding is one that there is not: {error}",
            "save the file as UTF-8",
        ) from None
    nul = data.find(b"\0") if encoding not in _WIDE else -1
    if nul >= 0:
        raise UsageError(
            f"{file}:{_position(data, nul)}: a NUL byte: this is no text", "save the file as UTF-8"
        )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        kind = encoding.removesuffix("-sig").upper()
        raise UsageError(
            f"{file}:{_position(data, error.start)}: this is not {kind} text",
            "save the file as UTF-8",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{file}:{line}:1: a NUL: this is no text", "save the file as UTF-8")
    return text


def _bytes(root: Path, file: str, mentioned: Place | None) -> bytes:
    """Return what ``file`` holds; neither a pipe nor a device is waited for, nor a flood read."""
    where = f"{mentioned}: " if mentioned else ""
    path = root / file
    limit = MAX_LOCK_BYTES if is_lock(path.name) else MAX_BYTES
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{where}{file} is not a file", "name a file of the project folder")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{where}cannot read {file}: {why.lower()}",
            "name a file that is in the project folder",
        ) from None
    if len(data) > limit:
        raise UsageError(
            f"{where}{file} is larger than {format_mib(limit)}: no list of requirements is",
            "name the file that lists them",
        )
    return data


def _position(data: bytes, at: int) -> str:
    """Return "line:column" of a byte."""
    line, column = data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
    return f"{line}:{column}"


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
    """Read the pyproject.toml of a folder such as ``-e .[web]``; return whether that was possible.

    A folder that compiles something, or whose backend computes its dependencies, stays unchecked.
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
    if not isinstance(load_toml(text, nested).get("project"), dict):
        return False
    from bootfit.requirements.build_needs import need_of_sdist

    beside = (root / nested).with_name("setup.py")
    setup = {"setup.py": beside.read_text(errors="replace")} if beside.is_file() else {}
    if need_of_sdist((), {"pyproject.toml": text, **setup}).need != "pure-sdist":
        return False
    extras = tuple(name.strip() for name in (match["extras"] or "").split(",") if name.strip())
    try:
        _read_pyproject(found, root, RequirementSource(nested, extras), target)
    except UndeterminedError as error:
        found.files.remove(nested)
        reason = error.message.partition(": ")[2]
        found.uncheckable.append(UncheckableEntry(entry.text, reason, entry.place))
    return True


def _beside(file: str, other: str) -> str:
    """Return ``other`` as seen from the folder of ``file``, without ``a/../`` detours."""
    import os.path

    return os.path.normpath(Path(file).parent / other)


def _read_pyproject(
    found: ProjectRequirements, root: Path, source: RequirementSource, target: Target
) -> None:
    file = source.file
    text = _text(root, file)
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
        table = load_toml(_text(root, project), project).get("project")
        if isinstance(table, dict) and "dependencies" not in table.get("dynamic", []):
            raise UsageError(
                f"{file}: setuptools takes the requirements from [project] of {project}",
                f"check that: -r {project}",
            )
    text = _text(root, file)
    code = _text(root, script) if (root / script).is_file() else None
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
