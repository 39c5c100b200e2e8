"""A copy-on-write view of a project for one server: plan it, try it, and say how to start in it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bootfit.verify import overlay_launcher

#: Folders whose links are no app's data.
NOT_SEARCHED = frozenset({".git", "node_modules", "__pycache__"})
#: Above these lies no data, and nothing can be laid over them.
_KERNELS_OWN = (Path("/proc"), Path("/sys"))
#: File systems whose pages are memory: what the server writes there would count as its own.
_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
#: File systems that hold no data of anybody's.
_NO_DATA = frozenset({"proc", "sysfs", "devtmpfs", "devpts", "mqueue"})
_TRY_SECONDS = 20.0
#: How mountinfo writes a space, a tab, a newline and a backslash.
_OCTAL = re.compile(r"\\([0-7]{3})")
#: Folders and files that are looked at for links; a project has fewer.
_MOST_ENTRIES = 200_000


class OverlayUnavailableError(Exception):
    """An overlay cannot be had here, or would not hold."""


@dataclass(frozen=True)
class Covered:
    """How to start a command in the view, and what the view could not cover, in words."""

    launcher: tuple[str, ...]
    uncovered: tuple[str, ...]


@dataclass(frozen=True)
class _Places:
    """The folders to lay an overlay over, outer ones first."""

    folders: tuple[Path, ...]
    uncovered: tuple[str, ...]
    #: Something that belongs to somebody else, which a user namespace could not copy up.
    foreign: Path | None


def cover(
    scratch: Path, root: Path, files: Mapping[str, str], more: Sequence[Path] = ()
) -> Covered:
    """Return how to start a command that sees ``root`` with ``files`` on top, copy-on-write.

    Covered as well are what symbolic links in the project lead to outside of it, file systems
    that are mounted in it, and the folders in ``more``.

    Raises:
        OverlayUnavailableError: the kernel does not allow it, ``scratch`` cannot hold what is
            written (in memory it would count as the server's), or what is written could not be
            copied up.
    """
    if (kind := _file_system(scratch)) in _IN_MEMORY:
        raise OverlayUnavailableError(f"{scratch} is on {kind}, in memory (set TMPDIR to a disk)")
    if not {",", ":", "\\"}.isdisjoint(str(scratch)):
        raise OverlayUnavailableError(f"the name {scratch} cannot be written as a mount option")
    places = _places(root, more)
    refusals = []
    for user_namespace in (False, True):
        if user_namespace and places.foreign is not None:
            refusals.append(f"{places.foreign} belongs to another user or group")
            continue
        tried = scratch / f"try-{int(user_namespace)}"
        launcher = _launcher(tried, root, places.folders, {}, user_namespace=user_namespace)
        why_not = _try(launcher)
        if why_not is None:
            launcher = _launcher(
                scratch / "written", root, places.folders, files, user_namespace=user_namespace
            )
            return Covered(launcher, places.uncovered)
        refusals.append(why_not)
    raise OverlayUnavailableError("; ".join(dict.fromkeys(refusals)))


def _launcher(
    scratch: Path,
    root: Path,
    folders: Sequence[Path],
    files: Mapping[str, str],
    *,
    user_namespace: bool,
) -> tuple[str, ...]:
    """Make the folders that are written to, and return what goes before the command."""
    mounts = []
    for number, place in enumerate(folders):
        upper, work = scratch / f"{number}" / "upper", scratch / f"{number}" / "work"
        work.mkdir(parents=True)
        _like(upper, place)
        mounts.append((str(place), str(upper), str(work)))
        if place == root:
            for name, text in files.items():
                _lay(upper, root, name, text)
    settings = {"user_namespace": user_namespace, "mounts": mounts, "folder": str(root)}
    script = overlay_launcher.__file__
    return (sys.executable, "-I", "-S", script, json.dumps(settings))


def _lay(upper: Path, root: Path, name: str, text: str) -> None:
    """Write an emitted file on top; folders that the project has keep their owner and mode."""
    parent = (root / name).parent.resolve()
    below = parent.relative_to(root) if parent.is_relative_to(root) else Path(name).parent
    folder = upper
    for part in below.parts:
        folder /= part
        if not folder.exists():
            _like(folder, root / folder.relative_to(upper))
    (folder / Path(name).name).write_text(text)


def _like(folder: Path, original: Path) -> None:
    """Make a folder with the owner and mode of another, as far as there is one."""
    folder.mkdir()
    if original.is_dir():
        known = original.stat()
        if (known.st_uid, known.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
            os.chown(folder, known.st_uid, known.st_gid)
        shutil.copymode(original, folder)


def _try(launcher: Sequence[str]) -> str | None:
    """Return why a command cannot be started by ``launcher``, or None where it can."""
    try:
        done = subprocess.run(
            [*launcher, "/bin/sh", "-c", ":"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TRY_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"it cannot be tried: {error}"
    if done.returncode == 0:
        return None
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"the attempt ended with {done.returncode}"


def _places(root: Path, more: Sequence[Path]) -> _Places:
    found = dict.fromkeys((root, *more))
    uncovered: dict[str, None] = {}
    owner = (os.geteuid(), os.getegid())
    foreign: Path | None = None
    waiting = [root]
    entries = islice(_all_entries(waiting), _MOST_ENTRIES)
    for entry in entries:
        known = entry.stat(follow_symlinks=False)
        if foreign is None and (known.st_uid, known.st_gid) != owner:
            foreign = Path(entry.path)
        target = _leads_out(entry, list(found))
        if target is None:
            continue
        place = target if target.is_dir() else target.parent
        if place == Path("/"):
            uncovered[f"{entry.path} leads to {target}, which is the original"] = None
            continue
        found[place] = None
        if target.is_dir():
            waiting.append(target)
    if waiting:
        uncovered[f"only the first {_MOST_ENTRIES} entries were looked at for links"] = None
    found.update(dict.fromkeys(_mounted_in(list(found))))
    folders = sorted(found, key=lambda place: (len(place.parts), place))
    return _Places(tuple(folders), tuple(uncovered), foreign)


def _all_entries(waiting: list[Path]) -> Iterator["os.DirEntry[str]"]:
    """Yield what is below each of ``waiting``, which may grow meanwhile, and empty it."""
    while waiting:
        yield from _entries(waiting[0])
        del waiting[0]


def _mounted_in(places: Sequence[Path]) -> Iterator[Path]:
    """Yield the mount points below ``places``, which an overlay would hide.

    Raises:
        OverlayUnavailableError: a file is one.
    """
    for point, kind in _mounts():
        if any(point != place and point.is_relative_to(place) for place in places):
            if not point.is_dir():
                raise OverlayUnavailableError(f"{point} is a file that is mounted")
            if kind not in _NO_DATA:
                yield point


def _entries(top: Path) -> Iterator["os.DirEntry[str]"]:
    """Yield what is in ``top`` and below, links not followed, environments left out."""
    folders = [str(top)]
    while folders:
        try:
            with os.scandir(folders.pop()) as listing:
                entries = list(listing)
        except OSError:
            continue
        if any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            yield entry
            if entry.is_dir(follow_symlinks=False) and entry.name not in NOT_SEARCHED:
                folders.append(entry.path)


def _leads_out(entry: "os.DirEntry[str]", places: Sequence[Path]) -> Path | None:
    """Return what a link leads to where that exists, is writable and not covered yet."""
    if not entry.is_symlink():
        return None
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    covered = any(target.is_relative_to(place) for place in (*places, *_KERNELS_OWN))
    if covered or (target.parent == Path("/dev") and not target.is_dir()):
        return None
    return target if os.access(target, os.W_OK) else None


def _file_system(folder: Path) -> str:
    """Return the type of the file system that ``folder`` is on; "" where it is not known."""
    real = folder.resolve()
    around = [(point, kind) for point, kind in _mounts() if real.is_relative_to(point)]
    return max(around, key=lambda one: len(one[0].parts), default=(real, ""))[1]


def _mounts() -> list[tuple[Path, str]]:
    """Return (mount point, type) of each mount, as proc_pid_mountinfo(5) tells."""
    found = []
    try:
        lines = Path("/proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return []
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) > 4 and after:
            point = _OCTAL.sub(lambda escape: chr(int(escape[1], 8)), fields[4])
            found.append((Path(point), after.split(" ")[0]))
    return found
