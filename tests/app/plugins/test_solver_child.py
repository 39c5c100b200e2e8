"""CBC leaves nothing behind: no process, no file, whatever happened."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytest.importorskip("pulp")

# Prints a line when it starts to solve; the week is far too large to be solved at once.
PLANS = """
import random
from pathlib import Path
import pulp
from mealplan_plugins.week_optimizer import assignment
from mealplan_plugins.week_optimizer.cbc import solve
from mealplan_plugins.week_optimizer.contract import Dish, WeekRequest
from mealplan_plugins.week_optimizer.problem import build

draw = random.Random(1)
shares = {"breakfast": .25, "lunch": .3, "dinner": .35, "snacks": .1}
dishes = tuple(
    Dish(f"d{n}", "", frozenset(shares), frozenset(), frozenset(), draw.uniform(100, 900), {})
    for n in range(150)
)
problem = build(WeekRequest(2100.0, shares, dishes))
columns = [column for meal in problem.meals for column in problem.columns[meal]]
model = assignment.model(problem, columns, None)
print("solving", flush=True)
print(solve(model, Path(pulp.PULP_CBC_CMD().path), seconds=SECONDS, seed=0).status)
"""


def start(seconds: float, scratch: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", PLANS.replace("SECONDS", str(seconds))],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "solving\n"
    return child


def solver_of(pid: int) -> int:
    """Wait for the solver that ``pid`` starts, and return its process id."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "cbc":
                return int(child)
        time.sleep(0.02)
    raise AssertionError("no solver was started")


def gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        state = Path(f"/proc/{pid}/stat")
        try:
            if state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel")
def test_the_solver_dies_with_the_process_that_is_killed(tmp_path) -> None:
    planner = start(120, tmp_path)
    try:
        solver = solver_of(planner.pid)
        planner.send_signal(signal.SIGKILL)
        planner.wait()
        assert gone(solver)
    finally:
        planner.kill()
        planner.wait()


def test_an_interrupted_plan_kills_its_solver_and_clears_its_folder(tmp_path) -> None:
    planner = start(120, tmp_path)
    try:
        solver = solver_of(planner.pid)
        planner.send_signal(signal.SIGINT)
        planner.wait(20)
        assert gone(solver)
        assert list(tmp_path.iterdir()) == []
    finally:
        planner.kill()
        planner.wait()


def test_the_time_limit_holds(tmp_path) -> None:
    started = time.monotonic()
    planner = start(1, tmp_path)
    out, _ = planner.communicate(timeout=60)
    assert out.strip() in {"feasible", "unknown", "optimal"}
    assert time.monotonic() - started < 30
    assert list(tmp_path.iterdir()) == []


def test_a_solver_that_hangs_is_killed(tmp_path, monkeypatch) -> None:
    import pulp

    from mealplan_plugins.week_optimizer import cbc

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(cbc, "_GRACE_SECONDS", 0.2)
    hangs = tmp_path / "hangs"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    with pytest.raises(RuntimeError, match="did not end"):
        cbc.solve(pulp.LpProblem(), hangs, seconds=0.3, seed=0)
    assert [entry.name for entry in tmp_path.iterdir()] == ["hangs"]


@pytest.mark.parametrize(
    ("script", "told"),
    [("exit 3", "status 3"), ("echo out of luck", "wrote no solution: 'out of luck")],
)
def test_a_solver_that_fails_is_told_in_one_line(tmp_path, script, told) -> None:
    import pulp

    from mealplan_plugins.week_optimizer import cbc

    fails = tmp_path / "fails"
    fails.write_text(f"#!/bin/sh\n{script}\n")
    fails.chmod(0o755)
    with pytest.raises(RuntimeError, match=told):
        cbc.solve(pulp.LpProblem(), fails, seconds=1, seed=0)
