"""Memory of a process tree, as a container's limit counts it.

The figure is Σ ``Pss_Anon`` of ``/proc/<pid>/smaps_rollup``: anonymous pages, each shared page
counted once over its sharers. It equals the control group's own ``rss``; Σ RSS counts the pages
that forked workers share once for each of them. Where the kernel does not give it, a weaker
figure is taken and `TreeMemory.basis` says which.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bootfit.limits.address_space import shares_address_space
from bootfit.limits.processes import ProcessTree, process

#: From the best to the weakest: each page shared once; shared pages counted per process;
#: everything resident, libraries and mapped files included.
Basis = Literal["pss_anon", "rss_anon", "rss"]
_WEAKEST_LAST: tuple[Basis, ...] = ("pss_anon", "rss_anon", "rss")
_KIB = 1024
_NOT_SHARED_OUT = 0.75
_MOMENT = 128 * _KIB
_PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessMemory:
    """One process, all figures in bytes."""

    pid: int
    anonymous_bytes: int
    #: Resident pages of files (libraries, mapped models), whole: not divided among sharers.
    file_backed_bytes: int
    basis: Basis
    #: Anonymous pages counted whole, whoever shares them; 0 where it is not known.
    whole_anonymous_bytes: int = 0
    #: Of which it was forked without having called exec; 0 for any other.
    forked_from: int = 0


@dataclass(frozen=True)
class TreeMemory:
    """A process tree at one moment. The first process is the root, while it runs."""

    processes: tuple[ProcessMemory, ...]

    @property
    def anonymous_bytes(self) -> int:
        """Return the anonymous memory of the whole tree."""
        return sum(one.anonymous_bytes for one in self.processes)

    @property
    def file_backed_bytes(self) -> int:
        """Return the largest file-backed memory of one process: the others share most of it."""
        return max((one.file_backed_bytes for one in self.processes), default=0)

    @property
    def basis(self) -> Basis:
        """Return the weakest basis among the processes."""
        found = {one.basis for one in self.processes}
        return next((basis for basis in reversed(_WEAKEST_LAST) if basis in found), "pss_anon")

    def of(self, pid: int) -> int:
        """Return the anonymous bytes of one process, 0 when it is not there."""
        return sum(one.anonymous_bytes for one in self.processes if one.pid == pid)

    def without(self, pid: int) -> int:
        """Return the anonymous bytes of all but that process."""
        return self.anonymous_bytes - self.of(pid)


def parse_fields(text: bytes) -> dict[bytes, int]:
    """Return the ``Name:  12 kB`` lines of ``smaps_rollup`` or ``status``, in bytes."""
    fields: dict[bytes, int] = {}
    for line in text.splitlines():
        name, _, value = line.partition(b":")
        if value.endswith(b" kB"):
            fields[name] = int(value[:-3]) * _KIB
    return fields


def from_rollup(pid: int, text: bytes) -> ProcessMemory | None:
    """Return the figures in a ``smaps_rollup``, or None when it has no Pss_Anon (an old kernel)."""
    fields = parse_fields(text)
    if b"Pss_Anon" not in fields:
        return None
    files = max(0, fields[b"Rss"] - fields.get(b"Anonymous", fields[b"Pss_Anon"]))
    whole = fields.get(b"Anonymous", 0)
    return ProcessMemory(pid, fields[b"Pss_Anon"], files, "pss_anon", whole)


def from_status(pid: int, text: bytes) -> ProcessMemory | None:
    """Return the figures in a ``status``, or None when it has none (a kernel thread, a zombie)."""
    fields = parse_fields(text)
    if b"RssAnon" not in fields:
        return None
    files = fields.get(b"RssFile", 0) + fields.get(b"RssShmem", 0)
    return ProcessMemory(pid, fields[b"RssAnon"], files, "rss_anon")


def process_memory(pid: int) -> ProcessMemory | None:
    """Return the memory of one process, or None when it is gone."""
    if sys.platform != "linux":
        return _by_psutil(pid)
    directory = _PROC / str(pid)
    try:
        found = from_rollup(pid, (directory / "smaps_rollup").read_bytes())
    except ProcessLookupError:
        return None
    except OSError:  # no such file: an old or a hardened kernel, or the process is gone
        found = None
    if found is not None:
        return found
    try:
        return from_status(pid, (directory / "status").read_bytes())
    except OSError:
        return None


def tree_memory(of: int | Iterable[int] | ProcessTree) -> TreeMemory:
    """Return the memory of a process tree.

    Args:
        of: the root's id, whose descendants are looked up; or the ids themselves, counted as
            given; or a tree that is followed over time, which makes frequent looks cheap.
    """
    if isinstance(of, int):
        of = ProcessTree(of)
    pids = of.pids() if isinstance(of, ProcessTree) else of
    found = []
    for pid in pids:
        # Asked first: whoever has called exec by now has memory of its own.
        known = process(pid)
        parent = known.parent if known and known.forked else 0
        shares = shares_address_space(pid, parent) if parent else False
        memory = None if shares else process_memory(pid)
        if memory is not None:
            # Where the kernel does not tell, the figures have to.
            found.append(replace(memory, forked_from=parent) if shares is None else memory)
    return TreeMemory(without_borrowers(found))


def without_borrowers(processes: Iterable[ProcessMemory]) -> tuple[ProcessMemory, ...]:
    """Return ``processes`` less those that still run in the memory of another one.

    Between vfork(2) and exec, which is how `subprocess` starts a command, a child has no memory
    of its own: its figures are its parent's, and adding them would count the parent twice. It has
    not called exec, its figures are its parent's, and they are not shared out between the two, as
    they would be after fork(2). Needed only where `shares_address_space` has no answer.
    """
    kept: list[ProcessMemory] = []
    for one in processes:
        whole = one.anonymous_bytes >= _NOT_SHARED_OUT * one.whole_anonymous_bytes
        parent = next((other for other in kept if other.pid == one.forked_from), None)
        if not (parent and whole and _same_figures(one, parent)):
            kept.append(one)
    return tuple(kept)


def _same_figures(one: ProcessMemory, other: ProcessMemory) -> bool:
    """Return whether the two are equal, but for what other threads do between two readings."""
    return (
        abs(one.anonymous_bytes - other.anonymous_bytes) <= _MOMENT
        and abs(one.file_backed_bytes - other.file_backed_bytes) <= _MOMENT
    )


def high_water_rss(pid: int) -> int | None:
    """Return the process's high-water RSS (``VmHWM``) in bytes, or None when it cannot be read.

    ``ru_maxrss`` is no substitute: it survives exec, so a child of a fat parent reports the
    parent's.
    """
    if sys.platform != "linux":
        return None
    try:
        fields = parse_fields((_PROC / str(pid) / "status").read_bytes())
    except OSError:
        return None
    return fields.get(b"VmHWM")


def reset_high_water(pid: int) -> bool:
    """Make ``VmHWM`` of the process start again from now; return whether the kernel did it."""
    try:
        (_PROC / str(pid) / "clear_refs").write_text("5")  # proc(5): since Linux 4.0
    except OSError:
        return False
    return True


def _by_psutil(pid: int) -> ProcessMemory | None:
    import psutil

    try:
        return ProcessMemory(pid, psutil.Process(pid).memory_info().rss, 0, "rss")
    except psutil.Error:
        return None
