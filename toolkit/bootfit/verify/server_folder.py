"""A private view of a project: its files by links, the emitted ones on top, its data as a copy."""

import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from bootfit.model.errors import UsageError

#: Flask's folder for an app's own data, which a request may write to.
_INSTANCE = "instance"
_LARGEST_COPY = 64 * 1024 * 1024
_NOT_SHOWN = frozenset({".git"})


def build(folder: Path, root: Path, files: Mapping[str, str]) -> None:
    """Fill ``folder`` with links to what is in ``root``, and with ``files`` (path → text).

    A server that runs there sees the project as it will be once the files are written; the
    project itself is not changed by it. The app's instance folder is copied up to 64 MiB.

    Raises:
        UsageError: a path in ``files`` leads out of the project.
    """
    paths = [PurePosixPath(path) for path in files]
    for path in paths:
        if path.is_absolute() or ".." in path.parts:
            raise UsageError(f"{path} is not inside the project", "emit paths relative to it")
    own = {parent for path in paths for parent in path.parents}
    _link(folder, root, PurePosixPath(), own | {PurePosixPath()})
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # A link to the project's own version must not be written through.
        place.unlink(missing_ok=True)
        place.write_text(text)


def _link(folder: Path, root: Path, below: PurePosixPath, own: set[PurePosixPath]) -> None:
    (folder / below).mkdir(parents=True, exist_ok=True)
    source = root / below
    if not source.is_dir():
        return
    for entry in source.iterdir():
        path = below / entry.name
        if entry.name in _NOT_SHOWN or folder.is_relative_to(entry.resolve()):
            continue
        if path in own:
            _link(folder, root, path, own)
        elif path == PurePosixPath(_INSTANCE) and entry.is_dir():
            _copy(entry, folder / path)
        else:
            (folder / path).symlink_to(entry.absolute())


def _copy(source: Path, target: Path) -> None:
    target.mkdir()
    size = sum(file.stat().st_size for file in source.rglob("*") if file.is_file())
    if size <= _LARGEST_COPY:
        with suppress(shutil.Error):  # a socket or an unreadable file of a running server
            shutil.copytree(source, target, dirs_exist_ok=True)
