"""A memory limit by control groups version 2, as root or in a delegated part of the tree.

Source: the kernel's Documentation/admin-guide/cgroup-v2.rst.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bootfit.limits import group_folder, launcher
from bootfit.limits.cgroup_v1 import PAGES, PERIOD, SMALLEST_QUOTA
from bootfit.limits.group_folder import read_integer, read_table, write
from bootfit.limits.hierarchies import Hierarchies
from bootfit.limits.interface import Boundary, BoundaryReadings, BoundaryUnavailableError, Stream

#: The parts of kernel memory in memory.stat before Linux 5.18 added their sum as ``kernel``.
_KERNEL_PARTS = ("kernel_stack", "pagetables", "percpu", "sock", "slab")


class CgroupV2(Boundary):
    """A group below the nearest one that hands the memory controller down."""

    kind = "cgroup-v2"

    def __init__(self, limit_bytes: int, cpu_share: float | None, hierarchies: Hierarchies) -> None:
        super().__init__(limit_bytes, cpu_share)
        self._hierarchies = hierarchies
        self._name = group_folder.new_name()
        self._group: Path | None = None
        self._reader = GroupReader(limit_bytes)

    def open(self, *, trial: bool = True) -> None:
        """Make the group and set its limits.

        Raises:
            BoundaryUnavailableError: no group from the own one up to the mount point hands the
                memory controller down, or none of these may be used.
        """
        unified = self._hierarchies.unified
        if unified is None:
            raise BoundaryUnavailableError("no control groups of version 2 are mounted")
        reason = BoundaryUnavailableError(
            "the memory controller is not handed down to any own group"
        )
        for parent in unified.groups_upwards():
            try:
                self._open_below(parent, trial=trial)
            except BoundaryUnavailableError as refused:
                reason = refused
            else:
                return
        raise reason

    def _open_below(self, parent: Path, *, trial: bool) -> None:
        handed_down = _words(parent / "cgroup.subtree_control")
        if "memory" not in handed_down:
            # It cannot be switched on here either: a group with processes in it may not hand
            # controllers down, and moving processes that are not ours is out of the question.
            raise BoundaryUnavailableError(f"{parent} does not hand the memory controller down")
        try:
            self._group = group_folder.make_group(parent, self._name)
            self.notes = limit_group(self._group, self.limit_bytes)
            if self.cpu_share is not None and "cpu" in handed_down:
                quota = max(int(self.cpu_share * PERIOD), SMALLEST_QUOTA)
                write(self._group / "cpu.max", f"{quota} {PERIOD}")
            elif self.cpu_share is not None:
                self.notes = (*self.notes, "CPU time is not limited: no cpu controller here")
            if trial:
                launcher.try_to_enter([self._group])
        except BaseException:
            self.close()
            raise

    def spawn(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdout: Stream = subprocess.DEVNULL,
        stderr: Stream = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        """See :meth:`Boundary.spawn`."""
        if self._group is None:
            raise OSError("the boundary is not open")
        launcher.ensure_runnable(command[0], env, cwd)
        entering = launcher.entering([self._group], command)
        process = launcher.start(entering, env=env, cwd=cwd, stdout=stdout, stderr=stderr)
        self._started.append(process)
        return process

    def readings(self) -> BoundaryReadings:
        """See :meth:`Boundary.readings`."""
        return self._reader.read(self._group)

    def kill_all(self) -> None:
        """See :meth:`Boundary.kill_all`."""
        self._kill_started()
        if self._group:
            group_folder.kill_group(self._group)

    def close(self) -> None:
        """See :meth:`Boundary.close`."""
        if self._group:
            self.kill_all()
            self.readings()
            group_folder.remove_group(self._group)
        self._group = None


class GroupReader:
    """Reads a group of version 2 and remembers: it keeps the largest where the kernel does not."""

    def __init__(self, limit_bytes: int) -> None:
        self._last = BoundaryReadings(limit_bytes, 0, None, None, 0, 0)

    def read(self, group: Path | None) -> BoundaryReadings:
        """Return the readings of ``group``; the last ones known where it has gone."""
        stat = read_table(group / "memory.stat") if group else {}
        if group and stat:
            last = self._last
            events = read_table(group / "memory.events")
            kernel = stat.get("kernel", sum(stat.get(part, 0) for part in _KERNEL_PARTS))
            # memory.peak came with Linux 5.19.
            peak = read_integer(group / "memory.peak")
            if peak is None:
                peak = max(read_integer(group / "memory.current") or 0, last.peak_bytes or 0)
            self._last = BoundaryReadings(
                limit_bytes=last.limit_bytes,
                anonymous_bytes=stat.get("anon", 0),
                peak_bytes=peak,
                kernel_bytes=max(kernel, last.kernel_bytes or 0),
                oom_kills=events.get("oom_kill", 0),
                failed_charges=events.get("max", 0),
                refaults=sum(stat.get(f"workingset_refault_{of}", 0) for of in PAGES),
            )
        return self._last


def limit_group(group: Path, limit_bytes: int) -> tuple[str, ...]:
    """Limit ``group`` and return what could not be limited.

    ``memory.oom.group`` stays off: the kernel then kills the one process that is too big, and
    the log of the others tells what happened. Some platforms kill the whole group instead.

    Raises:
        BoundaryUnavailableError: its memory cannot be limited.
    """
    write(group / "memory.max", limit_bytes)
    if (group / "memory.oom.group").exists():
        write(group / "memory.oom.group", 0)
    if not (group / "memory.swap.max").exists():
        return ("swap is not limited: this kernel does not account for it",)
    write(group / "memory.swap.max", 0)
    return ()


def _words(file: Path) -> tuple[str, ...]:
    try:
        return tuple(file.read_text().split())
    except OSError:
        return ()
