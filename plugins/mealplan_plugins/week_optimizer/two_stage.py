"""The week as two small mixed-integer programs: what to eat how often, then on which days.

Stage 1 chooses how often each column is eaten; stage 2 gives the 28 to days. A day's penalty is
convex in its energy, so that (Jensen) stage 1's optimum bounds every week from below: a stage 2
that reaches it has proven its week. Where it does not, the whole week is solved at once over the
most promising columns.
"""

from pathlib import Path
from time import monotonic
from typing import Any

import pulp

from mealplan_plugins.week_optimizer import assignment, selection
from mealplan_plugins.week_optimizer.cbc import Solution, solve
from mealplan_plugins.week_optimizer.clashes import infeasible
from mealplan_plugins.week_optimizer.contract import WeekPlan, WeekRequest
from mealplan_plugins.week_optimizer.objective import Week, as_plan, objective
from mealplan_plugins.week_optimizer.problem import Column, Problem, build

#: Binary variables of the whole week that CBC solves in moderate time and memory.
_MOST_BINARIES = 4000
#: What two objectives may differ by and still be the same.
_SAME = 1e-5
#: Where the whole week is too large to be proven, a gap of 1 % is good enough to stop at.
_GOOD_GAP = 0.01
#: Seconds that each question of the search for clashes may take.
_CLASH_SECONDS = 3.0


class TwoStagePlanner:
    """`WeekOptimizer` by pulp and CBC.

    Raises:
        RuntimeError: pulp brings no CBC for this machine.
    """

    def __init__(self) -> None:
        solver = pulp.PULP_CBC_CMD(msg=False)
        if not solver.available():
            raise RuntimeError("pulp brings no CBC that runs on this machine")
        self._solver = Path(solver.path)

    def plan(self, request: WeekRequest) -> WeekPlan:
        """Return the best week found in the time limit, with its objective and a proven bound.

        The same request and seed give the same week where the solver ends before the limit.

        Raises:
            Infeasible: no week satisfies the hard constraints; names those that clash.
            RuntimeError: no week was found, and none ruled out, in the time limit.
        """
        deadline = monotonic() + request.time_limit_seconds
        problem = build(request)
        if problem.impossible:
            raise infeasible(request, self._feasible, proven=True)
        first = self._solve(selection.model(problem), deadline, request.seed, share=0.6)
        if first.status == "infeasible":
            raise infeasible(request, self._feasible, proven=True)
        bound = first.bound
        week = None
        counts = selection.counts(problem, first.values)
        if counts:
            week = self._assign(problem, list(counts), deadline, request.seed, counts)[0]
        columns, complete = _promising(problem, counts)
        if week is not None and bound is not None:
            gap = objective(problem, week) - bound
            if gap <= _SAME or (not complete and gap <= _GOOD_GAP * bound):
                return as_plan(problem, week, bound)
        found, whole = self._assign(problem, columns, deadline, request.seed, None)
        if complete and whole.status == "infeasible":
            raise infeasible(request, self._feasible, proven=True)
        if complete and whole.bound is not None:
            bound = max(whole.bound, bound or 0.0)
        weeks = [one for one in (week, found) if one is not None]
        if not weeks:
            raise RuntimeError(f"no week was found in {request.time_limit_seconds} s")
        best = min(weeks, key=lambda one: objective(problem, one))
        return as_plan(problem, best, bound)

    def _assign(
        self,
        problem: Problem,
        columns: list[Column],
        deadline: float,
        seed: int,
        counts: dict[Column, int] | None,
    ) -> tuple[Week | None, Solution]:
        """Return a week over ``columns``, each eaten as often as ``counts`` says if it does."""
        model = assignment.model(problem, columns, counts)
        solution = self._solve(model, deadline, seed, share=1.0)
        if not solution.values:
            return None, solution
        return assignment.week(problem, columns, solution.values), solution

    def _feasible(self, problem: Problem) -> bool:
        """Whether ``problem`` has a week, as far as a few seconds tell."""
        if self._any_solution(selection.model(problem)).status == "infeasible":
            return False
        columns, complete = _promising(problem, {})
        if not complete:
            return True
        whole = assignment.model(problem, columns, None)
        return self._any_solution(whole).status != "infeasible"

    def _any_solution(self, model: Any) -> Solution:
        return solve(model, self._solver, seconds=_CLASH_SECONDS, seed=0, any_solution=True)

    def _solve(self, model: Any, deadline: float, seed: int, *, share: float) -> Solution:
        """Solve within ``share`` of what is left of the time."""
        left = max(0.2, (deadline - monotonic()) * share)
        return solve(model, self._solver, seconds=left, seed=seed)


def _promising(problem: Problem, chosen: dict[Column, int]) -> tuple[list[Column], bool]:
    """Return the columns of the whole model, and whether they are all there are."""
    every = [column for meal in problem.meals for column in problem.columns[meal]]
    room = _MOST_BINARIES // 7
    if len(every) <= room:
        return every, True
    pins = set(problem.pinned.values())
    kept: list[Column] = []
    for meal in problem.meals:
        ordered = sorted(
            problem.columns[meal],
            key=lambda one: (one not in chosen, one.dish.id not in pins, one.off_share),
        )
        kept += ordered[: room // len(problem.meals)]
    return kept, False
