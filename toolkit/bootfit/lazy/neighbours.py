"""What the other workers of this server were promised and have not taken yet.

Two workers that load at the same moment would both be admitted into the same memory. So each notes
what its rungs may cost in a file in memory that the workers share, before it loads, and looks at
what the others noted. What a worker has taken since then is read from the kernel, so that an entry
need not be kept up to date, and one of a process that is gone counts nothing.

The workers of a server are one process group, which names the file. Where there is no `/dev/shm`,
or the file is somebody else's, nothing is shared and each worker looks after itself.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PREFIX = "bootfit-lazy"
#: A worker holds the file for about a millisecond; one that was stopped is not waited for.
_PATIENCE_SECONDS = 1.0


class Entry:
    """What one process was promised, and what it held when it was first promised anything."""

    __slots__ = ("base_bytes", "pid", "promised_bytes", "started")

    def __init__(self, pid: int, started: int, base_bytes: int, promised_bytes: int) -> None:
        self.pid = pid
        #: In clock ticks since boot (proc_pid_stat(5)): a process id is used again.
        self.started = started
        self.base_bytes = base_bytes
        self.promised_bytes = promised_bytes


class Neighbours:
    """The file of this server's workers.

    Args:
        root: the folder that holds `proc` and `dev/shm`.
    """

    __slots__ = ("_own", "_root")

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")
        self._own: Entry | None = None

    def promise(self, cost_bytes: int, fits: Callable[[int], bool]) -> int:
        """Note ``cost_bytes`` for this process if ``fits`` says so of what others may still take.

        Returns:
            What others may still take, in bytes; 0 where nothing is shared.
        """
        held: list[int] = []

        def decide(others: list[Entry]) -> None:
            held.append(sum(self._unspent(entry) for entry in others))
            if fits(held[0]):
                own = self._mine()
                own.promised_bytes += cost_bytes

        self._with_file(decide)
        return held[0] if held else 0

    def take_back(self, cost_bytes: int) -> None:
        """Note that what was promised for a rung is not needed: it could not be loaded."""
        own = self._own
        if own is None or own.pid != os.getpid():
            return
        own.promised_bytes = max(0, own.promised_bytes - cost_bytes)
        self._with_file(lambda _: None)

    def _mine(self) -> Entry:
        """Return this process's entry; a fork has one of its own."""
        if self._own is None or self._own.pid != os.getpid():
            pid = os.getpid()
            self._own = Entry(pid, self._started(pid), anonymous_bytes(self._root, "self"), 0)
        return self._own

    def _unspent(self, entry: Entry) -> int:
        grown = max(0, anonymous_bytes(self._root, str(entry.pid)) - entry.base_bytes)
        return max(0, entry.promised_bytes - grown)

    def _with_file(self, decide: Callable[[list[Entry]], None]) -> None:
        """Call ``decide`` with the others' entries while no other worker does, then write all."""
        descriptor = self._open()
        if descriptor is None:
            return
        try:
            others = [
                entry
                for entry in _read(descriptor)
                if entry.pid != os.getpid() and self._started(entry.pid) == entry.started
            ]
            decide(others)
            own = [self._own] if self._own is not None and self._own.pid == os.getpid() else []
            lines = [
                f"{one.pid} {one.started} {one.base_bytes} {one.promised_bytes}\n"
                for one in (*others, *own)
            ]
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, "".join(lines).encode(), 0)
        except OSError:
            return
        finally:
            os.close(descriptor)  # and with it goes the lock

    def _open(self) -> int | None:
        """Return the locked file, or None where there is none to share."""
        import fcntl

        folder = f"{self._root}/dev/shm"  # noqa: S108 - no link is followed, and its owner is checked
        try:
            space = os.stat(f"{self._root}/proc/self/ns/pid").st_ino  # noqa: PTH116 - pathlib costs more than this package may
            prefix = f"{_PREFIX}-{os.geteuid()}-{space}-"
            path = f"{folder}/{prefix}{os.getpgrp()}"
            if not os.path.exists(path):  # noqa: PTH110 - as above
                _remove_left_behind(folder, prefix)
            flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
            descriptor = os.open(path, flags, 0o600)
        except OSError:
            return None
        until = time.monotonic() + _PATIENCE_SECONDS
        while os.fstat(descriptor).st_uid == os.geteuid():
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > until:
                    break
                time.sleep(0.005)
            else:
                return descriptor
        os.close(descriptor)
        return None

    def _started(self, pid: int) -> int:
        """Return when a process was started; -1 where there is none."""
        try:
            with open(f"{self._root}/proc/{pid}/stat") as file:  # noqa: PTH123 - as above
                return int(file.read().rpartition(")")[2].split()[19])
        except (OSError, ValueError, IndexError):
            return -1


def anonymous_bytes(root: str, process: str) -> int:
    """Return the anonymous memory of one process; 0 where it cannot be read.

    `statm` (proc_pid_statm(5)) holds it everywhere: resident less shared pages.
    """
    try:
        with open(f"{root.rstrip('/')}/proc/{process}/statm") as file:  # noqa: PTH123 - as above
            words = file.read().split()
        return (int(words[1]) - int(words[2])) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _read(descriptor: int) -> list[Entry]:
    """Return the entries of the file; a line that is none is passed over."""
    entries = []
    for line in os.pread(descriptor, 1 << 20, 0).decode("ascii", "replace").splitlines():
        words = line.split()
        if len(words) == 4 and all(word.isdecimal() for word in words):
            entries.append(Entry(*map(int, words)))
    return entries


def _remove_left_behind(folder: str, prefix: str) -> None:
    """Remove the files of servers that have ended."""
    for name in os.listdir(folder):  # noqa: PTH208 - as above
        group = name[len(prefix) :]
        if not name.startswith(prefix) or not group.isdecimal():
            continue
        try:
            os.killpg(int(group), 0)
        except ProcessLookupError:
            os.unlink(f"{folder}/{name}")  # noqa: PTH108 - as above
        except OSError:
            continue
