"""A private view of a project: its files by links, the emitted ones on top, its data as a copy."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from bootfit.model.errors import UsageError

#: Flask's folder for an app's own data, which a request may write to.
_INSTANCE = "instance"
_LARGEST_COPY = 64 * 1024 * 1024
_NOT_SHOWN = frozenset({".git"})


#: Prints where the interpreter itself lives, then where it imports from.
_WHERE = "import sys; print(sys.prefix, sys.base_prefix, *sys.path, sep='\\0')"
_ANSWER_SECONDS = 30.0


def import_roots(interpreter: Path, root: Path) -> tuple[PurePosixPath, ...]:
    """Return the folders of the project, relative to ``root``, that ``interpreter`` imports from.

    These are what an editable installation put on ``sys.path``; a virtual environment that lies
    in the project is not one of them. Empty where the interpreter does not tell.
    """
    command = [str(interpreter), "-I", "-c", _WHERE]
    try:
        told = subprocess.run(
            command, capture_output=True, text=True, timeout=_ANSWER_SECONDS, check=True, cwd="/"
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    prefix, base, *paths = (Path(each).resolve() for each in told.strip().split("\0") if each)
    inside = [
        path.relative_to(root.resolve())
        for path in paths
        if path.is_relative_to(root.resolve())
        and not path.is_relative_to(prefix)
        and not path.is_relative_to(base)
    ]
    return tuple(PurePosixPath(path) for path in dict.fromkeys(inside))


def build(
    folder: Path, root: Path, files: Mapping[str, str], roots: Sequence[PurePosixPath] = ()
) -> None:
    """Fill ``folder`` with links to what is in ``root``, and with ``files`` (path → text).

    A server that runs there sees the project as it will be once the files are written; the
    project itself is not changed by it. Instance folders, at the top and in the ``roots`` that
    modules are imported from, are copies (up to 64 MiB): requests write to them.

    Raises:
        UsageError: a path in ``files`` leads out of the project.
    """
    paths = [PurePosixPath(path) for path in files]
    for path in paths:
        if path.is_absolute() or ".." in path.parts:
            raise UsageError(f"{path} is not inside the project", "emit paths relative to it")
    tops = {PurePosixPath(), *roots}
    own = tops | {parent for path in (*paths, *roots) for parent in path.parents}
    _link(folder, root, PurePosixPath(), own, {top / _INSTANCE for top in tops})
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # A link to the project's own version must not be written through.
        place.unlink(missing_ok=True)
        place.write_text(text)


def _link(
    folder: Path,
    root: Path,
    below: PurePosixPath,
    own: set[PurePosixPath],
    copied: set[PurePosixPath],
) -> None:
    (folder / below).mkdir(parents=True, exist_ok=True)
    source = root / below
    if not source.is_dir():
        return
    for entry in source.iterdir():
        path = below / entry.name
        if entry.name in _NOT_SHOWN or folder.is_relative_to(entry.resolve()):
            continue
        if path in own:
            _link(folder, root, path, own, copied)
        elif path in copied and entry.is_dir():
            _copy(entry, folder / path)
        else:
            (folder / path).symlink_to(entry.absolute())


def _copy(source: Path, target: Path) -> None:
    target.mkdir()
    size = sum(file.stat().st_size for file in source.rglob("*") if file.is_file())
    if size <= _LARGEST_COPY:
        with suppress(shutil.Error):  # a socket or an unreadable file of a running server
            shutil.copytree(source, target, dirs_exist_ok=True)
