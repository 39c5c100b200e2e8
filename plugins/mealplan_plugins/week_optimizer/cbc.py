"""CBC as a child that never outlives us: private folder, time limit, killed with its parent."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

#: CBC stops by itself at its time limit; a tenth later, and this, it is killed.
_GRACE_SECONDS = 0.5

# Asks the kernel to kill the solver when its parent dies (prctl(2), PR_SET_PDEATHSIG), then
# becomes the solver. `preexec_fn` would do the same, but is not safe where threads run.
_LAUNCHER = """
import ctypes, os, signal, sys
try:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
except (AttributeError, OSError):
    pass
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class Solution:
    """How the solver ended: the values that are not 0, and a proven lower bound if there is one."""

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    values: dict[str, float]
    bound: float | None


def solve(
    model: Any,
    solver: Path,
    *,
    seconds: float,
    seed: int,
    patience_seconds: float = 0.0,
    any_solution: bool = False,
) -> Solution:
    """Return the solution of a pulp model (minimised) by the CBC at ``solver``.

    With ``any_solution`` the first one ends the search. It is killed where it takes a tenth and
    half a second longer than ``seconds``, or than ``patience_seconds`` where those are more.

    Raises:
        RuntimeError: the solver crashed or wrote nothing.
    """
    with TemporaryDirectory(prefix="week-") as folder:
        model_file, answer = Path(folder, "week.mps"), Path(folder, "week.sol")
        log = Path(folder, "log")
        model.writeMPS(str(model_file))
        draw = str(1 + seed % 10**8)  # CBC takes 0 for "by the clock"
        command = [
            *(str(solver), model_file.name),
            *("-threads", "0", "-randomSeed", draw, "-randomCbcSeed", draw),
            *("-timeMode", "elapsed", "-sec", f"{max(seconds, 0.1):.2f}", "-ratioGap", "0"),
            *(("-maxSolutions", "1") if any_solution else ()),
            *("-solve", "-solution", answer.name),
        ]
        _run(command, folder, log, 1.1 * max(seconds, patience_seconds) + _GRACE_SECONDS)
        output = log.read_text("utf-8", errors="replace")
        if not answer.exists():
            raise RuntimeError(f"CBC wrote no solution: {output[-300:]!r}")
        return _read(answer.read_text("utf-8"), output)


def _run(command: list[str], folder: str, log: Path, seconds: float) -> None:
    """Run the solver to its end; kill it at ``seconds``, or when we are interrupted.

    Raises:
        RuntimeError: it did not end in time or ended badly.
    """
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid())]
    with log.open("wb") as out:
        child = subprocess.Popen(
            [*launcher, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        try:
            status = child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"CBC did not end in {seconds:.0f} s") from None
        finally:
            child.kill()
            child.wait()
    if status != 0:
        raise RuntimeError(f"CBC ended with status {status}")


def _read(answer: str, log: str) -> Solution:
    """Read CBC's solution file, whose first line is the status, and its log's lower bound."""
    first, *lines = answer.splitlines()
    ending = first.lower()
    if "infeasible" in ending:
        return Solution("infeasible", {}, None)
    bound = _bound(log)
    if "no integer solution" in ending or "unbounded" in ending:
        return Solution("unknown", {}, bound)
    values = {}
    for line in lines:
        fields = [field for field in line.split() if field != "**"]
        values[fields[1]] = float(fields[2])
    if ending.startswith("optimal"):
        return Solution("optimal", values, float(first.split()[-1]))
    return Solution("feasible", values, bound)


def _bound(log: str) -> float | None:
    """Return the last lower bound that the log states."""
    for line in reversed(log.splitlines()):
        if line.strip().startswith("Lower bound:"):
            return float(line.split(":")[1])
    return None
