"""A memory limit that the user's systemd holds: for users without root on control groups v2.

Source: systemd-run(1), systemd.resource-control(5).
"""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from bootfit.limits import group_folder, launcher
from bootfit.limits.cgroup_v2 import GroupReader
from bootfit.limits.group_folder import read_integer
from bootfit.limits.hierarchies import Hierarchies
from bootfit.limits.interface import Boundary, BoundaryReadings, BoundaryUnavailableError, Stream

#: What systemd-run needs to find the user's manager; taken away again before the command runs.
_BUS = ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
#: How long the manager may take to make a scope.
_SCOPE_SECONDS = 10.0
# An orphan that reads a pipe of ours keeps the scope, and so its counters, until we let go.
_HOLD = '(cat <&"$1" >/dev/null 2>&1 &) ; shift; exec "$@"'


class SystemdScope(Boundary):
    """A transient scope of the user's manager, made when the command starts."""

    kind = "systemd-scope"

    def __init__(self, limit_bytes: int, cpu_share: float | None, hierarchies: Hierarchies) -> None:
        super().__init__(limit_bytes, cpu_share)
        self._hierarchies = hierarchies
        self._unit = group_folder.new_name() + ".scope"
        self._group: Path | None = None
        self._reader = GroupReader(limit_bytes)
        self._hold: int | None = None
        #: Looked up once: a child's own PATH may hold another or none.
        self._program = shutil.which("systemd-run")
        self._killed_by_systemd = False

    def open(self, *, trial: bool = True) -> None:
        """See whether a scope with a memory limit can be had, by making one.

        Raises:
            BoundaryUnavailableError: no systemd-run, no manager for the user, no controller.
        """
        if self._hierarchies.unified is None:
            raise BoundaryUnavailableError("no control groups of version 2 are mounted")
        if self._program is None:
            raise BoundaryUnavailableError("there is no systemd-run")
        if trial:
            self._try()

    def _try(self) -> None:
        trial = group_folder.new_name() + ".scope"
        command = [*self._scope(trial), "cat", "/proc/self/cgroup"]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=15,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BoundaryUnavailableError(f"systemd-run failed: {error}") from None
        if done.returncode != 0 or trial not in done.stdout:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise BoundaryUnavailableError(
                f"systemd-run failed: {said[-1] if said else 'silently'}"
            )

    def spawn(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdout: Stream = subprocess.DEVNULL,
        stderr: Stream = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        """See :meth:`Boundary.spawn`. One command a boundary: a scope cannot be joined later."""
        if self._hold is not None:
            raise OSError("a systemd scope takes one command")
        launcher.ensure_runnable(command[0], env, cwd)
        bus = {name: os.environ[name] for name in _BUS if name in os.environ}
        forgotten = [flag for name in bus if name not in env for flag in ("-u", name)]
        read_end, self._hold = os.pipe()
        hold = ["/bin/sh", "-c", _HOLD, "sh", str(read_end)]
        whole = [*self._scope(self._unit), "env", *forgotten, *hold, *command]
        try:
            process = subprocess.Popen(
                whole,
                env={**bus, **env},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
                pass_fds=(read_end,),
            )
        finally:
            os.close(read_end)
        self._started.append(process)
        self._group = self._find_group(process)
        return process

    def readings(self) -> BoundaryReadings:
        """See :meth:`Boundary.readings`."""
        readings = self._reader.read(self._group)
        if self._killed_by_systemd and not readings.oom_kills:
            readings = replace(readings, oom_kills=1)
        return readings

    def kill_all(self) -> None:
        """See :meth:`Boundary.kill_all`."""
        self._kill_started()
        if self._group:
            self.readings()
            group_folder.kill_group(self._group)

    def close(self) -> None:
        """See :meth:`Boundary.close`."""
        if self._hold is None:
            return
        self.kill_all()
        os.close(self._hold)
        self._hold = None
        # Where systemd itself reacts to an OOM kill the group may be gone before it was read.
        shown = _systemctl("show", "--property=Result", "--value", self._unit)
        self._killed_by_systemd = shown.strip() == "oom-kill"
        _systemctl("stop", self._unit)
        _systemctl("reset-failed", self._unit)
        self._group = None

    def _scope(self, unit: str) -> list[str]:
        properties = [f"MemoryMax={self.limit_bytes}", "MemorySwapMax=0"]
        if self.cpu_share is not None:
            properties.append(f"CPUQuota={max(self.cpu_share * 100, 1):.0f}%")
        flags = [flag for value in properties for flag in ("-p", value)]
        program = self._program or "systemd-run"
        return [program, "--user", "--scope", "--quiet", f"--unit={unit}", *flags, "--"]

    def _find_group(self, process: "subprocess.Popen[bytes]") -> Path | None:
        """Wait until the process is in the scope, and return the group's folder."""
        unified = self._hierarchies.unified
        deadline = time.monotonic() + _SCOPE_SECONDS
        while unified and process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError):
                groups = Path(f"/proc/{process.pid}/cgroup").read_text().splitlines()
                own = next((g[3:] for g in groups if g.startswith("0::")), "")
                folder = unified.mount_point / own.lstrip("/")
                if self._unit in own and read_integer(folder / "memory.max") is not None:
                    return folder
            time.sleep(0.005)
        return None


def _systemctl(*arguments: str) -> str:
    command = ["systemctl", "--user", *arguments]
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=15,
            check=False,
        )
        return done.stdout
    return ""
