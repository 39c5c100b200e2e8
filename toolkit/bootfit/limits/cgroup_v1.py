"""A memory limit by control groups version 1: the memory controller, and cpu where wanted.

Source: the kernel's Documentation/admin-guide/cgroup-v1/memory.rst and scheduler/sched-bwc.rst.
"""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bootfit.limits import group_folder, launcher
from bootfit.limits.group_folder import read_integer, read_table, write
from bootfit.limits.hierarchies import Hierarchies
from bootfit.limits.interface import Boundary, BoundaryReadings, BoundaryUnavailableError, Stream

#: Period of the CPU quota in microseconds: the kernel's default, and that of Kubernetes.
PERIOD = 100_000
#: The kernel takes no quota below a millisecond.
SMALLEST_QUOTA = 1_000
#: The kinds of pages whose refaults memory.stat counts.
PAGES = ("anon", "file")


class CgroupV1(Boundary):
    """A group below this process's own, in the memory hierarchy and in that of cpu."""

    kind = "cgroup-v1"

    def __init__(self, limit_bytes: int, cpu_share: float | None, hierarchies: Hierarchies) -> None:
        super().__init__(limit_bytes, cpu_share)
        self._hierarchies = hierarchies
        self._name = group_folder.new_name()
        self._memory: Path | None = None
        self._groups: list[Path] = []
        self._last = BoundaryReadings(limit_bytes, 0, None, None, 0, 0)

    def open(self, *, trial: bool = True) -> None:
        """Make the groups and set their limits.

        Raises:
            BoundaryUnavailableError: there is no memory controller, or it may not be used.
        """
        memory = self._hierarchies.by_controller.get("memory")
        if memory is None:
            raise BoundaryUnavailableError("no memory controller of version 1 is mounted")
        try:
            self._memory = self._make(memory.own_group)
            self._limit_memory(self._memory)
            if self.cpu_share is not None:
                self._limit_cpu(self.cpu_share)
            if trial:
                launcher.try_to_enter(self._groups)
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
        launcher.ensure_runnable(command[0], env, cwd)
        entering = launcher.entering(self._groups, command)
        process = launcher.start(entering, env=env, cwd=cwd, stdout=stdout, stderr=stderr)
        self._started.append(process)
        return process

    def readings(self) -> BoundaryReadings:
        """See :meth:`Boundary.readings`."""
        group = self._memory
        stat = read_table(group / "memory.stat") if group else {}
        if group and stat:
            # With swap limited as well a charge can fail against either counter.
            charges = ("memory.failcnt", "memory.memsw.failcnt")
            self._last = BoundaryReadings(
                limit_bytes=self.limit_bytes,
                anonymous_bytes=stat.get("total_rss", 0),
                peak_bytes=read_integer(group / "memory.max_usage_in_bytes"),
                kernel_bytes=read_integer(group / "memory.kmem.max_usage_in_bytes"),
                oom_kills=read_table(group / "memory.oom_control").get("oom_kill", 0),
                failed_charges=sum(read_integer(group / file) or 0 for file in charges),
                refaults=sum(stat.get(f"total_workingset_refault_{of}", 0) for of in PAGES),
            )
        return self._last

    def kill_all(self) -> None:
        """See :meth:`Boundary.kill_all`."""
        self._kill_started()
        if self._memory:
            group_folder.kill_group(self._memory)

    def close(self) -> None:
        """See :meth:`Boundary.close`."""
        if self._memory:
            self.kill_all()
            self.readings()
        for group in reversed(self._groups):
            group_folder.remove_group(group)
        self._memory, self._groups = None, []

    def _make(self, parent: Path) -> Path:
        group = group_folder.make_group(parent, self._name)
        self._groups.append(group)
        return group

    def _limit_memory(self, group: Path) -> None:
        write(group / "memory.limit_in_bytes", self.limit_bytes)
        # Memory and swap together: never less than memory alone, so it comes second.
        if (group / "memory.memsw.limit_in_bytes").exists():
            write(group / "memory.memsw.limit_in_bytes", self.limit_bytes)
        else:
            self._note("swap is not limited: this kernel does not account for it")

    def _limit_cpu(self, share: float) -> None:
        cpu = self._hierarchies.by_controller.get("cpu")
        if cpu is None:
            self._note("CPU time is not limited: no cpu controller of version 1 is mounted")
            return
        try:
            group = self._make(cpu.own_group)
            write(group / "cpu.cfs_period_us", PERIOD)
            write(group / "cpu.cfs_quota_us", max(int(share * PERIOD), SMALLEST_QUOTA))
        except BoundaryUnavailableError as reason:
            self._note(f"CPU time is not limited: {reason}")

    def _note(self, text: str) -> None:
        self.notes = (*self.notes, text)
