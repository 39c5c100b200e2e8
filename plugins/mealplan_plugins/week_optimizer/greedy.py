"""A week by a seeded greedy start and a local search; the standard library alone.

Energy bands, variety and pins hold at every step; maxima are what the search mends first.
"""

import random
from collections.abc import Sequence
from itertools import product
from time import monotonic

from mealplan_plugins.meal_distribution.contract import Meal
from mealplan_plugins.week_optimizer.clashes import infeasible
from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK, WeekPlan, WeekRequest
from mealplan_plugins.week_optimizer.local_search import LocalSearch
from mealplan_plugins.week_optimizer.objective import as_plan, energy_of, excess, objective
from mealplan_plugins.week_optimizer.problem import Column, Problem, build
from mealplan_plugins.week_optimizer.variety import may_eat

_ATTEMPTS = 6
#: Changes of one meal that each attempt's local search tries.
_CHANGES = 6000
#: Menus that are drawn for a day before an attempt is given up.
_MENUS_OF_A_DAY = 60
#: Of the menus that fit, the best of so many is taken.
_FITTING_MENUS = 4
#: Starts that the search for clashes gives each question.
_CLASH_ATTEMPTS = 3
#: Of the time limit, what finding a week may take; the rest is for naming what clashes.
_PLANNING_SHARE = 0.6


class GreedyPlanner:
    """`WeekOptimizer` without a solver: every hard constraint holds, nothing is proven."""

    def plan(self, request: WeekRequest) -> WeekPlan:
        """Return a good week; the same request and seed give the same week.

        Raises:
            Infeasible: none was found; names the constraints that seem to clash.
            RuntimeError: there was no time to look for one.
        """
        began = monotonic()
        deadline = request.ends_at()
        planned_by = began + _PLANNING_SHARE * (deadline - began)
        problem = build(request)
        if problem.impossible:
            raise infeasible(request, _seems_feasible, deadline, proven=True)
        if began >= deadline:
            raise RuntimeError("no time is left to look for a week")
        start = _Start(problem)
        best: list[list[Column]] | None = None
        for attempt in range(_ATTEMPTS):
            if monotonic() > planned_by:
                break
            week = start.attempt(request.seed * _ATTEMPTS + attempt, _CHANGES, planned_by)
            if week is None or excess(problem, week) > 0:
                continue
            if best is None or objective(problem, week) < objective(problem, best):
                best = week
        if best is None:
            raise infeasible(request, _seems_feasible, deadline, proven=False)
        return as_plan(problem, best, None)


def _seems_feasible(problem: Problem, deadline: float) -> bool | None:
    """Whether one of a few short attempts finds a week; None where the time ran out before."""
    start = _Start(problem)
    for seed in range(_CLASH_ATTEMPTS):
        week = start.attempt(seed, _CHANGES // 2, deadline)
        if week is not None and excess(problem, week) == 0:
            return True
        if monotonic() > deadline:
            return None
    return False


class _Start:
    """Draws weeks day by day, and has each improved."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._search = LocalSearch(problem)
        self._portions: dict[Meal, dict[str, list[Column]]] = {}
        for meal in problem.meals:
            portions = self._portions.setdefault(meal, {})
            for column in problem.columns[meal]:
                portions.setdefault(column.dish.id, []).append(column)

    def attempt(self, seed: int, changes: int, deadline: float) -> list[list[Column]] | None:
        """Return a week whose energy, variety and pins hold, or None where the start fails."""
        draw = random.Random(seed)  # noqa: S311 - a search, no secrets
        week: list[list[Column] | None] = [None] * DAYS_PER_WEEK
        pins = [sum(1 for at, _ in self._problem.pinned if at == day) for day in range(len(week))]
        # The days with pins first: the others can avoid them.
        for day in sorted(range(len(week)), key=lambda day: (-pins[day], day)):
            if monotonic() > deadline:
                return None
            week[day] = self._day(week, day, draw)
            if week[day] is None:
                return None
        whole = [day for day in week if day is not None]
        self._search.improve(whole, draw, changes, deadline)
        return whole

    def _day(
        self, week: Sequence[Sequence[Column] | None], day: int, draw: random.Random
    ) -> list[Column] | None:
        """Return the best of a few random menus that fit, or None where none does."""
        fitting: list[list[Column]] = []
        for _ in range(_MENUS_OF_A_DAY):
            menu = self._menu(week, day, draw)
            if menu is not None:
                fitting.append(menu)
                if len(fitting) == _FITTING_MENUS:
                    break
        return min(fitting, key=self._cost, default=None)

    def _menu(
        self, week: Sequence[Sequence[Column] | None], day: int, draw: random.Random
    ) -> list[Column] | None:
        """Return random dishes for a day in their best portions, or None where none fit."""
        problem = self._problem
        menu: list[list[Column]] = []
        today: list[str] = []
        for meal, portions in self._portions.items():
            pin = problem.pinned.get((day, meal))
            if pin is not None:
                choices = [pin] if pin in portions else []
            else:
                choices = [
                    one
                    for one, columns in portions.items()
                    if not columns[0].by_pin and may_eat(problem, week, day, one, today)
                ]
            if not choices:
                return None
            # The best of three draws: variety without the worst.
            drawn = [draw.choice(choices) for _ in range(3)]
            chosen = min(drawn, key=lambda one: min(c.off_share for c in portions[one]))
            today.append(chosen)
            menu.append(portions[chosen])
        least, most = problem.energy_band
        in_band = (menu for menu in product(*menu) if least <= energy_of(menu) <= most)
        best = min(in_band, key=self._cost, default=None)
        return None if best is None else list(best)

    def _cost(self, menu: Sequence[Column]) -> float:
        """Return what one day adds to the objective, and by what it passes the maxima."""
        shares = sum(column.off_share for column in menu)
        energy = abs(energy_of(menu) / self._problem.energy_kcal - 1)
        over = sum(
            max(0.0, sum(c.dish.nutrients.get(name, 0.0) * c.servings for c in menu) - most)
            / (most or 1.0)
            for name, most in self._problem.maxima.items()
        )
        return shares + energy + over
