"""How much memory is left before the container is killed.

The kernel kills for what it cannot reclaim. So the use that counts is anonymous, shared (tmpfs)
and kernel memory; file pages are dropped first (Linux: admin-guide/cgroup-v1/memory.rst,
admin-guide/cgroup-v2.rst). Limits of the own group and of every ancestor that can be seen count:
the tightest decides.
"""

from __future__ import annotations

import os

from bootfit.lazy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: v1 says "no limit" with the largest page-aligned number; nothing real comes near an exbibyte.
_NO_LIMIT = 1 << 60
#: Parts of v2's `kernel` for kernels before 5.18, which do not sum them.
_KERNEL_PARTS = ("kernel_stack", "pagetables", "sec_pagetables", "percpu", "sock", "slab")


class Room(Record):
    """A limit and what is used of it, in bytes; `source` names the file or variable."""

    __slots__ = ("limit_bytes", "source", "used_bytes")
    limit_bytes: int
    used_bytes: int
    source: str

    def __init__(self, limit_bytes: int, used_bytes: int, source: str) -> None:
        self._fill(limit_bytes=limit_bytes, used_bytes=used_bytes, source=source)

    @property
    def left_bytes(self) -> int:
        """What may still be taken; never below zero."""
        return max(0, self.limit_bytes - self.used_bytes)


def memory_left(root: str = "/", assumed_limit_bytes: int | None = None) -> Room | None:
    """Return the tightest room there is, or None where no limit can be read.

    Args:
        root: where `proc` lies, and below which the mount points of mountinfo are looked up.
        assumed_limit_bytes: a limit that no control group states (or that is tighter than theirs);
            its use is the anonymous memory of this process group (a server and its workers).
    """
    rooms = [room for group in _groups(root) if (room := _room(group)) is not None]
    if assumed_limit_bytes is not None:
        used_bytes = _process_group_bytes(root)
        rooms.append(Room(assumed_limit_bytes, used_bytes, "BOOTFIT_MEMORY_LIMIT"))
    return min(rooms, key=_left) if rooms else None


def _left(room: Room) -> int:
    return room.left_bytes


def _groups(root: str) -> Iterator[str]:
    """Yield the folders of the own memory control group and of its ancestors, own first."""
    found = _own_group(root)
    if found is None:
        return
    top, group = found
    while True:
        yield group
        if group == top or len(group) <= len(top):
            return
        group = os.path.dirname(group)  # noqa: PTH120 - pathlib costs more than this package may


def _own_group(root: str) -> tuple[str, str] | None:
    """Return (mount point, own group's folder) of the hierarchy that accounts for memory."""
    path, version = None, 0
    for line in _lines(os.path.join(root, "proc/self/cgroup")):  # noqa: PTH118 - as above
        _, _, rest = line.partition(":")
        controllers, _, candidate = rest.partition(":")
        if "memory" in controllers.split(","):
            path, version = candidate, 1
            break
        if not controllers:
            path, version = candidate, 2
    if path is None:
        return None
    for line in _lines(os.path.join(root, "proc/self/mountinfo")):  # noqa: PTH118 - as above
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) < 5 or len(kinds) < 3:
            continue
        memory_of_v1 = kinds[0] == "cgroup" and "memory" in kinds[2].split(",")
        if memory_of_v1 if version == 1 else kinds[0] == "cgroup2":
            top = root.rstrip("/") + _unescaped(fields[4]).rstrip("/")
            return top, top + _below(_unescaped(fields[3]), path)
    return None


def _below(mounted: str, path: str) -> str:
    """Return ``path`` as seen under a mount of ``mounted``; "" where it lies outside of it.

    In a container without a namespace of its own the mount shows the container's group as its
    root while `/proc/self/cgroup` still tells the host's path.
    """
    mounted = mounted.rstrip("/")
    if ".." in path.split("/"):
        return ""
    if path == mounted or path.startswith(mounted + "/"):
        return path[len(mounted) :].rstrip("/")
    return ""


def _unescaped(field: str) -> str:
    """Undo the octal escapes of mountinfo (proc(5)): space, tab, newline, backslash."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field


def _room(group: str) -> Room | None:
    """Return the room in one group, or None where it has no limit or does not say its use."""
    for name in ("memory.max", "memory.limit_in_bytes"):
        limit = _number(f"{group}/{name}")
        if limit is None or limit >= _NO_LIMIT:
            continue
        stat = _table(f"{group}/memory.stat")
        if name == "memory.max":
            used = _used_v2(stat)
        else:
            used = _used_v1(stat, _number(f"{group}/memory.kmem.usage_in_bytes") or 0)
        return None if used is None else Room(limit, used, f"{group}/{name}")
    return None


def _used_v2(stat: Mapping[str, int]) -> int | None:
    """Return anonymous + shared + kernel bytes of a v2 group and all below it."""
    if "anon" not in stat:
        return None
    kernel = stat.get("kernel")
    if kernel is None:
        kernel = sum(stat.get(part, 0) for part in _KERNEL_PARTS)
    return stat["anon"] + stat.get("shmem", 0) + kernel


def _used_v1(stat: Mapping[str, int], kernel_bytes: int) -> int | None:
    """Return the same for v1, whose `total_` values include the groups below."""
    anonymous = stat.get("total_rss", stat.get("rss"))
    if anonymous is None:
        return None
    return anonymous + stat.get("total_shmem", stat.get("shmem", 0)) + kernel_bytes


def _process_group_bytes(root: str) -> int:
    """Return Σ Pss_Anon over this process group: what a server and its workers hold together.

    Processes that cannot be read count nothing.
    """
    proc = root.rstrip("/") + "/proc"
    own_group = os.getpgrp()
    total = 0
    try:
        entries = os.listdir(proc)  # noqa: PTH208 - as above
    except OSError:
        return 0
    for entry in entries:
        if not entry.isdecimal():
            continue
        stat = "".join(_lines(f"{proc}/{entry}/stat")).rpartition(")")[2].split()
        if len(stat) > 2 and stat[2] == str(own_group):
            rollup = _table(f"{proc}/{entry}/smaps_rollup")
            total += rollup.get("Pss_Anon", rollup.get("Anonymous", 0)) * 1024
    return total


def _lines(path: str) -> list[str]:
    """Return the lines of a file; none where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
            return file.read().splitlines()
    except OSError:
        return []


def _number(path: str) -> int | None:
    """Return the number that a file holds; None for `max` and for no file."""
    text = "".join(_lines(path)[:1]).strip()
    return int(text) if text.isdecimal() else None


def _table(path: str) -> dict[str, int]:
    """Return a file of `name number` or `name: number kB` lines."""
    table: dict[str, int] = {}
    for line in _lines(path):
        words = line.split()
        if len(words) > 1 and words[1].isdecimal():
            table[words[0].rstrip(":")] = int(words[1])
    return table
