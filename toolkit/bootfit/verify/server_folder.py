"""A private view of a project: its files by links, the emitted ones on top, its data as a copy."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from bootfit.model.errors import UsageError

#: Flask's folder for an app's own data, which a request may write to.
_INSTANCE = "instance"
_LARGEST_COPY = 256 * 1024 * 1024
_NOT_SHOWN = frozenset({".git"})
#: Folders that hold no data of the app's.
_NOT_SEARCHED = frozenset({".git", "node_modules", "__pycache__"})
#: Databases in files, with what SQLite keeps beside them.
_DATABASE = re.compile(
    r".+\.(?:db|db3|sqlite|sqlite3|duckdb)(?:-wal|-shm|-journal)?", re.IGNORECASE
)


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
) -> tuple[str, ...]:
    """Fill ``folder`` with links to what is in ``root``, and with ``files`` (path → text).

    A server that runs there sees the project as it will be once the files are written. What
    requests are known to write to is a copy of the project's own (up to 256 MiB each): databases
    in files, wherever they lie, and instance folders, at the top and in the ``roots`` that modules
    are imported from. Other files are links: an app that writes to them changes the project.

    Returns:
        What is left out of the view because it is too large to copy, in words.

    Raises:
        UsageError: a path in ``files`` leads out of the project.
    """
    paths = [PurePosixPath(path) for path in files]
    for path in paths:
        if path.is_absolute() or ".." in path.parts:
            raise UsageError(f"{path} is not inside the project", "emit paths relative to it")
    tops = {PurePosixPath(), *roots}
    copied = {top / _INSTANCE for top in tops} | _databases(root)
    own = tops | {parent for path in (*paths, *roots, *copied) for parent in path.parents}
    left_out = _link(folder, root, PurePosixPath(), own - copied, copied)
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # A link to the project's own version must not be written through.
        place.unlink(missing_ok=True)
        place.write_text(text)
    return tuple(left_out)


def _databases(root: Path) -> set[PurePosixPath]:
    """Return the databases in files below ``root``, those of virtual environments left out."""
    found: set[PurePosixPath] = set()
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name not in _NOT_SEARCHED and not Path(folder, name, "pyvenv.cfg").exists()
        ]
        below = PurePosixPath(Path(folder).relative_to(root))
        found |= {below / name for name in names if _DATABASE.fullmatch(name)}
    return found


def _link(
    folder: Path,
    root: Path,
    below: PurePosixPath,
    own: set[PurePosixPath],
    copied: set[PurePosixPath],
) -> list[str]:
    """Show one folder; return what was too large to copy, in words."""
    left_out: list[str] = []
    (folder / below).mkdir(parents=True, exist_ok=True)
    source = root / below
    if not source.is_dir():
        return left_out
    for entry in source.iterdir():
        path = below / entry.name
        if entry.name in _NOT_SHOWN or folder.is_relative_to(entry.resolve()):
            continue
        if path in own:
            left_out += _link(folder, root, path, own, copied)
        elif path in copied:
            if not _copy(entry, folder / path):
                left_out.append(f"{path} is too large to copy, and the server ran without it")
        else:
            (folder / path).symlink_to(entry.absolute())
    return left_out


def _copy(source: Path, target: Path) -> bool:
    """Copy a file or a folder; return False, and leave an empty folder or nothing, if too large."""
    inside = [source, *source.rglob("*")] if source.is_dir() else [source]
    fits = sum(file.stat().st_size for file in inside if file.is_file()) <= _LARGEST_COPY
    if source.is_dir():
        target.mkdir()
    if fits and source.is_dir():
        with suppress(shutil.Error):  # a socket or an unreadable file of a running server
            shutil.copytree(source, target, dirs_exist_ok=True)
    elif fits and source.is_file():
        shutil.copy2(source, target)
    return fits
