"""The week as two small mixed-integer programs: what to eat how often, then on which days.

Stage 1 chooses how often each column is eaten; stage 2 gives the 28 to days. A day's penalty is
convex in its energy, so that (Jensen) stage 1's optimum bounds every week from below: a stage 2
that reaches it has proven its week. Where it does not, a small week is solved at once, and a large
one searched around; where stage 2 finds no days, so is a week over the most promising columns.
"""

import random
from time import monotonic
from typing import Any

from mealplan_plugins.week_optimizer import assignment, selection
from mealplan_plugins.week_optimizer.cbc import Solution, solve
from mealplan_plugins.week_optimizer.clashes import infeasible
from mealplan_plugins.week_optimizer.contract import WeekPlan, WeekRequest
from mealplan_plugins.week_optimizer.local_search import LocalSearch
from mealplan_plugins.week_optimizer.modelling import solver_path
from mealplan_plugins.week_optimizer.objective import Week, as_plan, objective
from mealplan_plugins.week_optimizer.problem import Column, Problem, build

#: Binary variables of the whole week that CBC solves in little time and memory; 4,000 take
#: 130 MiB, three times what the stages take.
_MOST_BINARIES = 1500
#: What two objectives may differ by and still be the same.
_SAME = 1e-5
#: Changes that are tried on a week that is not proven to be the best.
_CHANGES = 8000
#: Of the time there is, what solving may take: where no week is found, the rung below needs some.
_OWN_SHARE = 0.8
#: Seconds that each question of the search for clashes may take.
_CLASH_SECONDS = 3.0
#: Seconds that searching around a week may take where the solver has used up the time.
_POLISH_SECONDS = 0.5


class TwoStagePlanner:
    """`WeekOptimizer` by pulp and CBC.

    Raises:
        RuntimeError: pulp brings no CBC for this machine.
    """

    def __init__(self) -> None:
        self._solver = solver_path()

    def plan(self, request: WeekRequest) -> WeekPlan:
        """Return the best week found in the time limit, with its objective and a proven bound.

        The same request and seed give the same week where the solver ends before the limit.

        Raises:
            Infeasible: no week satisfies the hard constraints; names those that clash.
            RuntimeError: no week was found, and none ruled out, in the time there was; a fifth of
                it is then left for the rung below.
        """
        began = monotonic()
        deadline = began + _OWN_SHARE * max(0.0, request.ends_at() - began)
        problem = build(request)
        if problem.impossible:
            raise infeasible(request, self._feasible, deadline, proven=True)
        first = self._solve(selection.model(problem), deadline, request.seed, share=0.8)
        if first.status == "infeasible":
            raise infeasible(request, self._feasible, deadline, proven=True)
        week, bound = None, first.bound
        counts = selection.counts(problem, first.values)
        if counts:
            week = self._assign(problem, list(counts), deadline, request.seed, counts)[0]
        columns, complete = _promising(problem, counts)
        if week is None or (complete and _gap(problem, week, bound) > _SAME):
            found, whole = self._assign(problem, columns, deadline, request.seed, None)
            if complete and whole.status == "infeasible":
                raise infeasible(request, self._feasible, deadline, proven=True)
            if complete and whole.bound is not None:
                bound = max(whole.bound, bound or 0.0)
            week = _better(problem, week, found)
        if week is None:
            raise RuntimeError(f"no week was found in {monotonic() - began:.1f} s")
        return as_plan(problem, _polished(problem, week, bound, request.seed, deadline), bound)

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

    def _feasible(self, problem: Problem, deadline: float) -> bool | None:
        """Whether ``problem`` has a week, as far as a few seconds tell; None at the deadline."""
        first = self._any_solution(selection.model(problem), deadline).status
        if first == "infeasible":
            return False
        columns, complete = _promising(problem, {})
        if complete and monotonic() < deadline:
            whole = assignment.model(problem, columns, None)
            first = self._any_solution(whole, deadline).status
            if first == "infeasible":
                return False
        return None if first == "unknown" and monotonic() >= deadline else True

    def _any_solution(self, model: Any, deadline: float) -> Solution:
        left = min(_CLASH_SECONDS, deadline - monotonic())
        return solve(model, self._solver, seconds=left, seed=0, any_solution=True)

    def _solve(self, model: Any, deadline: float, seed: int, *, share: float) -> Solution:
        """Solve within ``share`` of what is left of the time."""
        left = deadline - monotonic()
        if left <= 0:
            return Solution("unknown", {}, None)
        return solve(model, self._solver, seconds=left * share, seed=seed, patience_seconds=left)


def _gap(problem: Problem, week: Week, bound: float | None) -> float:
    """Return how far ``week`` may be from the best."""
    return float("inf") if bound is None else objective(problem, week) - bound


def _better(problem: Problem, one: Week | None, other: Week | None) -> Week | None:
    """Return the better of two weeks, of which either may be missing."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=lambda week: objective(problem, week))


def _polished(
    problem: Problem, week: Week, bound: float | None, seed: int, deadline: float
) -> Week:
    """Return ``week``, searched around where it is not proven to be the best.

    On a slow machine the solver's time may end far from the best, so that a little more is taken.
    """
    better = [list(day) for day in week]
    if _gap(problem, week, bound) > _SAME:
        draw = random.Random(seed)  # noqa: S311 - a search, no secrets
        until = max(deadline, monotonic() + _POLISH_SECONDS)
        LocalSearch(problem).improve(better, draw, _CHANGES, until)
    return better


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
