"""Start a command that enters its control groups by itself, before it becomes the command.

The parent never enters the group, and nothing runs between fork and exec in a process that may
have threads. The shell is POSIX sh; the script is constant and gets its values as arguments.
"""

import errno
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bootfit.limits.interface import BoundaryUnavailableError, Stream

#: What the launcher exits with when the kernel does not let it in.
NOT_ADMITTED = 125
_ENTER = """\
while [ "$1" != -- ]; do
  echo $$ > "$1" || exit 125
  shift
done
shift
exec "$@"
"""


def entering(groups: Sequence[Path], command: Sequence[str]) -> list[str]:
    """Return ``command`` preceded by what moves it into ``groups``; the process id stays."""
    files = [str(group / "cgroup.procs") for group in groups]
    return ["/bin/sh", "-c", _ENTER, "sh", *files, "--", *command]


def ensure_runnable(program: str, env: Mapping[str, str], cwd: Path) -> None:
    """Look ``program`` up as exec would, since a shell in between tells a failure too late.

    Raises:
        OSError: there is no such program, or it may not be run.
    """
    wanted = str(cwd / program) if os.sep in program else program
    if shutil.which(wanted, path=env.get("PATH", os.defpath)) is None:
        there = os.sep in program and Path(wanted).exists()
        number = errno.EACCES if there else errno.ENOENT
        raise OSError(number, os.strerror(number), program)


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdout: Stream,
    stderr: Stream,
) -> "subprocess.Popen[bytes]":
    """Return ``command`` started in a session of its own, with nothing to read on stdin.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.Popen(
        list(command),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def try_to_enter(groups: Sequence[Path]) -> None:
    """Send a process that does nothing into ``groups`` and back.

    Raises:
        BoundaryUnavailableError: the kernel does not let it in.
    """
    command = entering(groups, ["/bin/sh", "-c", ":"])
    try:
        done = subprocess.run(
            command, env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BoundaryUnavailableError(f"no process can be started in a group: {error}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BoundaryUnavailableError(
            f"no process may enter {groups[0]}: {said[-1] if said else ''}"
        )
