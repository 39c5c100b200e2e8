"""A memory limit without the kernel: sample the process tree and kill it when it is too big.

Weaker evidence than a control group: memory above the limit between two samples goes unseen
(17-42 MB at 10-200 ms), a machine under pressure samples late, and page reclaim does not happen.
"""

import os
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bootfit.limits import launcher, processes
from bootfit.limits.accounting import tree_memory
from bootfit.limits.interface import Boundary, BoundaryReadings, Stream
from bootfit.limits.processes import ProcessTree

_INTERVAL_SECONDS = 0.01
#: Sampling takes at most this part of one processor: a big tree is sampled less often.
_LARGEST_SHARE = 0.25
_KILLING_SECONDS = 10.0


class Watchdog(Boundary):
    """Holds the limit over Σ anonymous memory of what it spawned, and kills all of it at once."""

    kind = "watchdog"

    def __init__(self, limit_bytes: int, cpu_share: float | None) -> None:
        super().__init__(limit_bytes, cpu_share)
        self.notes = ("the limit is sampled every 10 ms, not held by the kernel",)
        if cpu_share is not None:
            self.notes = (*self.notes, "CPU time is not limited: that takes a control group")
        self._trees: dict[str, ProcessTree] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._anonymous_bytes = 0
        self._kills = 0

    def open(self, *, trial: bool = True) -> None:
        """Start to sample."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._watch, name="bootfit-watchdog", daemon=True)
        self._thread.start()

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
        cookie = env.get(processes.COOKIE_VARIABLE) or secrets.token_hex(8)
        marked = {**env, processes.COOKIE_VARIABLE: cookie}
        process = launcher.start(command, env=marked, cwd=cwd, stdout=stdout, stderr=stderr)
        with self._lock:
            self._trees[cookie] = ProcessTree(process.pid, cookie)
        return process

    def readings(self) -> BoundaryReadings:
        """See :meth:`Boundary.readings`. An "OOM kill" here is one of the watchdog's own."""
        return BoundaryReadings(
            limit_bytes=self.limit_bytes,
            anonymous_bytes=self._anonymous_bytes,
            peak_bytes=None,
            kernel_bytes=None,
            oom_kills=self._kills,
            failed_charges=0,
        )

    def kill_all(self) -> None:
        """See :meth:`Boundary.kill_all`."""
        deadline = time.monotonic() + _KILLING_SECONDS
        while (inside := self._inside()) and time.monotonic() < deadline:
            for pid in inside:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)

    def close(self) -> None:
        """See :meth:`Boundary.close`."""
        self._stop.set()
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join(_KILLING_SECONDS)
        self._thread = None
        self.kill_all()

    def _watch(self) -> None:
        pause = _INTERVAL_SECONDS
        while not self._stop.wait(pause):
            started = time.monotonic()
            with self._lock:
                total = sum(tree_memory(tree).anonymous_bytes for tree in self._trees.values())
            self._anonymous_bytes = total
            if total > self.limit_bytes:
                self._kills += 1
                self.kill_all()
            cost = time.monotonic() - started
            pause = max(_INTERVAL_SECONDS - cost, cost / _LARGEST_SHARE - cost, 0.001)

    def _inside(self) -> list[int]:
        """Return what runs inside: by descent, and by the cookie of those that left the tree."""
        running = processes.table()
        descended = processes.family(running, [tree.root for tree in self._trees.values()])
        marked = [
            one
            for one in running
            if any(processes.has_cookie(one.pid, cookie) for cookie in self._trees)
        ]
        return [one.pid for one in {*descended, *marked} if one.alive]
