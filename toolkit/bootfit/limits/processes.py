"""Which processes belong to a child of ours: by descent, by session and by a cookie.

On Linux this is read from ``/proc``; elsewhere psutil tells descent alone.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Stands in the environment of every child that bootfit starts; daemons inherit it.
COOKIE_VARIABLE = "BOOTFIT_CHILD"

_PROC = Path("/proc")
#: PF_FORKNOEXEC of the kernel's include/linux/sched.h, in field 9 of proc_pid_stat(5).
_FORKED_WITHOUT_EXEC = 0x40
_HAS_PROC = sys.platform == "linux" and (_PROC / "self" / "stat").exists()


@dataclass(frozen=True)
class Process:
    """One line of the process table. `started` (clock ticks since boot) tells reused ids apart."""

    pid: int
    parent: int
    session: int
    started: int
    state: str
    name: str
    #: Forked, and still running its parent's program: it has not called exec.
    forked: bool = False

    @property
    def alive(self) -> bool:
        """False for one that ended and waits to be reaped."""
        return self.state not in ("Z", "X")


def parse_stat(text: str) -> Process:
    """Return the process that a ``/proc/<pid>/stat`` line describes (proc(5)).

    The name stands in parentheses and may itself hold spaces and parentheses.

    Raises:
        ValueError: the line is not complete.
    """
    head, _, tail = text.rpartition(")")
    pid, _, name = head.partition(" (")
    fields = tail.split()
    if len(fields) < 20:
        raise ValueError(f"not a process: {text[:40]!r}")
    return Process(
        pid=int(pid),
        parent=int(fields[1]),
        session=int(fields[3]),
        started=int(fields[19]),
        state=fields[0],
        name=name,
        forked=bool(int(fields[6]) & _FORKED_WITHOUT_EXEC),
    )


def process(pid: int) -> Process | None:
    """Return what the process table says about ``pid``, or None when it is gone."""
    try:
        return parse_stat((_PROC / str(pid) / "stat").read_text(errors="replace"))
    except (OSError, ValueError):
        return None


def has_cookie(pid: int, cookie: str) -> bool:
    """Return whether ``pid`` was started with ``cookie`` in its environment."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"{COOKIE_VARIABLE}={cookie}".encode() in environment.split(b"\0")


def table() -> tuple[Process, ...]:
    """Return every process that can be seen; empty where there is no ``/proc``."""
    if not _HAS_PROC:
        return ()
    found = (process(pid) for pid in _present())
    return tuple(one for one in found if one is not None)


def _present() -> set[int]:
    # Looked at every few milliseconds: names are wanted, not Path objects.
    return {int(entry) for entry in os.listdir(_PROC) if entry.isdigit()}  # noqa: PTH208


def family(processes: Iterable[Process], roots: Iterable[int]) -> tuple[Process, ...]:
    """Return those of ``processes`` that are ``roots`` or descend from them, roots first."""
    by_parent: dict[int, list[Process]] = {}
    by_pid: dict[int, Process] = {}
    for one in processes:
        by_parent.setdefault(one.parent, []).append(one)
        by_pid[one.pid] = one
    found: dict[int, Process] = {pid: by_pid[pid] for pid in roots if pid in by_pid}
    waiting = list(found.values())
    while waiting:
        for child in by_parent.get(waiting.pop().pid, ()):
            if child.pid not in found:
                found[child.pid] = child
                waiting.append(child)
    return tuple(found.values())


class ProcessTree:
    """A root process and all that came from it, followed over time.

    A look reads only the processes that appeared since the last one: no process that was not
    part of the tree can become part of it, and one that was stays so when its parent ends. One
    that lost its parent between two looks is known by its cookie.
    """

    def __init__(self, root: int, cookie: str = "") -> None:
        self.root = root
        self._cookie = cookie
        self._members: dict[int, Process] = {}
        self._strangers: set[int] = set()

    def pids(self) -> tuple[int, ...]:
        """Return the ids of the tree's processes that still run, the root first."""
        if not _HAS_PROC:
            return self._pids_by_psutil()
        present = _present()
        self._strangers &= present
        for gone in self._members.keys() - present:
            del self._members[gone]
        arrived = [process(pid) for pid in sorted(present - self._strangers - self._members.keys())]
        self._sort_in([one for one in arrived if one is not None])
        others = (pid for pid in self._members if pid != self.root)
        return ((self.root,) if self.root in self._members else ()) + tuple(others)

    def members(self) -> tuple[Process, ...]:
        """Return the processes that the last look found, as they were when they appeared."""
        return tuple(self._members.values())

    def _sort_in(self, arrived: list[Process]) -> None:
        progress = True
        while progress:  # a child may have a lower id than its parent, once ids wrap around
            progress = False
            for one in list(arrived):
                if one.pid == self.root or one.parent in self._members:
                    self._members[one.pid] = one
                    arrived.remove(one)
                    progress = True
        for one in arrived:
            if self._cookie and has_cookie(one.pid, self._cookie):
                self._members[one.pid] = one
            else:
                self._strangers.add(one.pid)

    def _pids_by_psutil(self) -> tuple[int, ...]:
        import psutil

        try:
            children = psutil.Process(self.root).children(recursive=True)
        except psutil.Error:
            return ()
        return (self.root, *(child.pid for child in children))
