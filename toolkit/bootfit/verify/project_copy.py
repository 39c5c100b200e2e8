"""A copy of a project to run a server from, where no copy-on-write view can be had."""

import fcntl
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

#: What is copied at most; files that share their blocks with the original (reflinks) are free.
LARGEST_BYTES = 1024**3
MOST_FILES = 100_000

#: Shown by a link: what is installed is no app's data.
_LINKED = frozenset({"node_modules"})
#: Not shown at all.
_NOT_SHOWN = frozenset(
    {".git", ".hg", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox"}
)
#: ioctl_ficlone(2).
_CLONE = 0x40049409


def copy(folder: Path, root: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Fill ``folder`` with a copy of ``root`` and with ``files`` (path → text) on top.

    What symbolic links lead to outside of the project is copied in their place; links within
    lead to the copy. Virtual environments and `node_modules` are links to the original.

    Returns:
        What is left out because it is too large, in words.
    """
    copying = _Copying(folder, root)
    copying.folder(root, folder)
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # A link must not be written through.
        place.unlink(missing_ok=True)
        place.write_text(text)
    return tuple(copying.left_out)


class _Copying:
    """One copy and what it has taken so far."""

    def __init__(self, target: Path, root: Path) -> None:
        self._target = target
        self._root = root
        self._bytes = 0
        self._files = 0
        #: Folders that are being copied: a link to one of them leads in a circle.
        self._open: list[Path] = []
        self.left_out: list[str] = []

    def folder(self, source: Path, target: Path) -> None:
        """Copy a folder; what cannot be read is no part of what a server could see."""
        target.mkdir(parents=True, exist_ok=True)
        real = source.resolve()
        if real in self._open:
            return
        self._open.append(real)
        with suppress(OSError):
            for entry in sorted(source.iterdir()):
                self._entry(entry, target / entry.name)
        with suppress(OSError):
            shutil.copystat(source, target)
        self._open.remove(real)

    def _entry(self, source: Path, target: Path) -> None:
        if source.name in _NOT_SHOWN or self._target.is_relative_to(source.resolve()):
            return
        if source.is_symlink() and self._link(source, target):
            return
        if source.name in _LINKED or (source / "pyvenv.cfg").is_file():
            target.symlink_to(source.absolute())
        elif source.is_dir():
            self.folder(source, target)
        elif source.is_file():
            self._file(source, target)

    def _link(self, source: Path, target: Path) -> bool:
        """Make a link within the copy, or one that leads nowhere; return whether it was one."""
        try:
            leads_to = source.resolve(strict=True)
        except (OSError, RuntimeError):
            target.symlink_to(source.readlink())
            return True
        if not leads_to.is_relative_to(self._root):
            return False
        target.symlink_to(self._target / leads_to.relative_to(self._root))
        return True

    def _file(self, source: Path, target: Path) -> None:
        self._files += 1
        try:
            size = source.stat().st_size
            if self._files > MOST_FILES:
                self._leave(source, f"one of more than {MOST_FILES} files")
            elif _cloned(source, target):
                shutil.copystat(source, target)
            elif self._bytes + size > LARGEST_BYTES:
                self._leave(source, f"{size / 1024**2:.0f} MiB")
            else:
                shutil.copy2(source, target)
                self._bytes += size
        except OSError:
            target.unlink(missing_ok=True)

    def _leave(self, source: Path, why: str) -> None:
        name = source.relative_to(self._root) if source.is_relative_to(self._root) else source
        if len(self.left_out) < 20:
            self.left_out.append(
                f"{PurePosixPath(name)} is too large to copy ({why}), and the server ran without it"
            )


def _cloned(source: Path, target: Path) -> bool:
    """Make ``target`` share the blocks of ``source``; return False where that cannot be."""
    with source.open("rb") as original, target.open("wb") as clone:
        try:
            fcntl.ioctl(clone.fileno(), _CLONE, original.fileno())
        except OSError:
            clone.close()
            os.unlink(target)  # noqa: PTH108 - beside a file that is closed already
            return False
    return True
