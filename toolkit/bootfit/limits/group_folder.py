"""A control group as a folder: made under a name that tells its owner, emptied, and removed.

A bootfit that was itself killed with SIGKILL cannot clean up. So the name holds the owner's
process id and start time, and whoever makes the next group removes those of dead owners.
"""

import os
import re
import secrets
import signal
import time
from contextlib import suppress
from pathlib import Path

from bootfit.limits.interface import BoundaryUnavailableError

#: A process in an uninterruptible call dies late; after this long the folder stays, for the next.
_REMOVAL_SECONDS = 10.0
_NAME = re.compile(r"bootfit-(\d+)-(\d+)-(\d+)-[0-9a-f]+(?:\.scope)?")


def new_name() -> str:
    """Return a name for a group of this process: ``bootfit-NAMESPACE-PID-START-RANDOM``."""
    pid = os.getpid()
    return f"bootfit-{_pid_namespace()}-{pid}-{_start_time(pid)}-{secrets.token_hex(4)}"


def make_group(parent: Path, name: str) -> Path:
    """Return the new group folder ``parent/name``, after removing what dead owners left there.

    Raises:
        BoundaryUnavailableError: it cannot be made.
    """
    remove_orphans(parent)
    folder = parent / name
    try:
        folder.mkdir()
    except OSError as error:
        raise BoundaryUnavailableError(
            f"no group can be made in {parent}: {error.strerror}"
        ) from None
    return folder


def remove_orphans(parent: Path) -> None:
    """Kill and remove the groups in ``parent`` whose owner no longer lives.

    Groups of another process namespace are left alone: their owner cannot be seen from here.
    """
    with suppress(OSError):
        for folder in parent.glob("bootfit-*"):
            match = _NAME.fullmatch(folder.name)
            if not match or match[1] != _pid_namespace():
                continue
            if _start_time(int(match[2])) != match[3]:
                remove_group(folder)


def processes_in(folder: Path) -> tuple[int, ...]:
    """Return the ids of the processes in the group and in the groups below it."""
    pids: list[int] = []
    for group in _groups_below(folder):
        with suppress(OSError):
            pids += [int(line) for line in (group / "cgroup.procs").read_text().split()]
    return tuple(pids)


def kill_group(folder: Path) -> None:
    """Kill every process in the group and below it, and wait until they are gone (10 s at most).

    It repeats until the group is empty, since a process may fork while the list is read.
    """
    deadline = time.monotonic() + _REMOVAL_SECONDS
    pause = 0.001
    while pids := [pid for pid in processes_in(folder) if pid not in (0, os.getpid())]:
        for pid in pids:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            return
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def remove_group(folder: Path) -> bool:
    """Kill what is in the group and remove it with the groups below; say whether it is gone."""
    kill_group(folder)
    deadline = time.monotonic() + _REMOVAL_SECONDS
    while folder.is_dir():
        for group in _groups_below(folder):
            # EBUSY while the kernel still unlinks a process that has died.
            with suppress(OSError):
                group.rmdir()
        if time.monotonic() > deadline:
            return not folder.is_dir()
        if folder.is_dir():
            time.sleep(0.005)
    return True


def write(file: Path, value: str | int) -> None:
    """Write a control file.

    Raises:
        BoundaryUnavailableError: the kernel refuses, or there is no such file.
    """
    try:
        # Not write_text: a control file is never created, and O_TRUNC means nothing to it.
        descriptor = os.open(file, os.O_WRONLY)
        try:
            os.write(descriptor, str(value).encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        raise BoundaryUnavailableError(
            f"{file} cannot be set to {value}: {error.strerror}"
        ) from None


def read_integer(file: Path) -> int | None:
    """Return the number in a control file; None where there is no such file or no number."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def read_table(file: Path) -> dict[str, int]:
    """Return the ``key value`` lines of a control file; nothing where there is no such file."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split() for line in lines)
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _groups_below(folder: Path) -> list[Path]:
    """Return the folder and all groups under it, the deepest first."""
    return [Path(path) for path, _, _ in os.walk(folder, topdown=False)]


def _pid_namespace() -> str:
    with suppress(OSError):
        return re.sub(r"\D", "", str(Path("/proc/self/ns/pid").readlink()))
    return "0"


def _start_time(pid: int) -> str:
    """Return the clock tick at which the process started (field 22 of its stat); "" if gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]
