"""A week by a seeded greedy start and a local search; the standard library alone.

Energy bands, variety and pins hold at every step; maxima are what the search mends first.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import product
from time import monotonic

from mealplan_plugins.week_optimizer.clashes import infeasible
from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK, Meal, WeekPlan, WeekRequest
from mealplan_plugins.week_optimizer.objective import as_plan, energy_of, excess, objective
from mealplan_plugins.week_optimizer.problem import Column, Problem, build, most_on

_ATTEMPTS = 8
#: Menus that are drawn for a day before an attempt is given up.
_MENUS_OF_A_DAY = 60
#: Of the menus that fit, the best of so many is taken.
_FITTING_MENUS = 6
#: Changes of one meal that the local search tries.
_CHANGES = 3000
#: A passed maximum outweighs everything else that a change may win.
_EXCESS_WEIGHT = 1000.0

_Draft = list[list[Column] | None]


class GreedyPlanner:
    """`WeekOptimizer` without a solver: every hard constraint holds, nothing is proven."""

    def plan(self, request: WeekRequest) -> WeekPlan:
        """Return a good week; the same request and seed give the same week.

        Raises:
            Infeasible: none was found; names the constraints that seem to clash.
        """
        problem = build(request)
        if problem.impossible:
            raise infeasible(request, _seems_feasible, proven=True)
        deadline = monotonic() + request.time_limit_seconds
        best: list[list[Column]] | None = None
        for attempt in range(_ATTEMPTS):
            if monotonic() > deadline:
                break
            week = _attempt(problem, request.seed * _ATTEMPTS + attempt, _CHANGES)
            if week is None or excess(problem, week) > 0:
                continue
            if best is None or objective(problem, week) < objective(problem, best):
                best = week
        if best is None:
            raise infeasible(request, _seems_feasible, proven=False)
        return as_plan(problem, best, None)


def _seems_feasible(problem: Problem) -> bool:
    """Whether one of two short attempts finds a week."""
    weeks = (_attempt(problem, seed, _CHANGES // 4) for seed in range(2))
    return any(week is not None and excess(problem, week) == 0 for week in weeks)


def _attempt(problem: Problem, seed: int, changes: int) -> list[list[Column]] | None:
    """Return a week whose energy, variety and pins hold, or None where the start fails."""
    draw = random.Random(seed)  # noqa: S311 - a search, no secrets
    week: _Draft = [None] * DAYS_PER_WEEK
    # The days with pins first: the others can avoid them.
    order = sorted(range(DAYS_PER_WEEK), key=lambda day: (-_pins_on(problem, day), day))
    for day in order:
        week[day] = _best_day(problem, week, day, draw)
        if week[day] is None:
            return None
    whole = [day for day in week if day is not None]
    _improve(problem, whole, draw, changes)
    return whole


def _pins_on(problem: Problem, day: int) -> int:
    return sum(1 for at, _ in problem.pinned if at == day)


def _best_day(problem: Problem, week: _Draft, day: int, draw: random.Random) -> list[Column] | None:
    """Return the best of a few random menus of a day that fit, or None where none does."""
    fitting: list[tuple[float, list[Column]]] = []
    for _ in range(_MENUS_OF_A_DAY):
        menu = _menu(problem, week, day, draw)
        if menu is not None:
            fitting.append((_day_cost(problem, menu), menu))
            if len(fitting) == _FITTING_MENUS:
                break
    return min(fitting, key=lambda one: one[0])[1] if fitting else None


def _menu(problem: Problem, week: _Draft, day: int, draw: random.Random) -> list[Column] | None:
    """Return random dishes for a day in their best portions, or None where no portions fit."""
    dishes: list[list[Column]] = []
    today: list[str] = []
    for meal in problem.meals:
        pin = problem.pinned.get((day, meal))
        portions = _by_dish(problem, meal)
        if pin is not None:
            choices = [pin] if pin in portions else []
        else:
            choices = [one for one in portions if _may_eat(problem, week, day, one, today)]
        if not choices:
            return None
        # The best of three draws: variety without the worst.
        drawn = [draw.choice(choices) for _ in range(3)]
        chosen = min(drawn, key=lambda one: min(c.off_share for c in portions[one]))
        today.append(chosen)
        dishes.append(portions[chosen])
    least, most = problem.energy_band
    best = min(
        (menu for menu in product(*dishes) if least <= energy_of(menu) <= most),
        key=lambda menu: _day_cost(problem, menu),
        default=None,
    )
    return None if best is None else list(best)


def _by_dish(problem: Problem, meal: Meal) -> dict[str, list[Column]]:
    """Return the portions of each dish of a meal."""
    portions: dict[str, list[Column]] = {}
    for column in problem.columns[meal]:
        portions.setdefault(column.dish.id, []).append(column)
    return portions


def _may_eat(problem: Problem, week: _Draft, day: int, dish_id: str, today: Sequence[str]) -> bool:
    """Whether a dish may be eaten once more on ``day``, in view of the other days and the pins."""
    often = [_often(problem, week, at, dish_id) for at in range(DAYS_PER_WEEK)]
    pinned_today = _pinned_on(problem, day, dish_id)
    # Meals of today that are pinned to it count whether they are in `today` yet or not.
    often[day] = max(pinned_today, today.count(dish_id)) + 1
    if sum(often) > problem.repeats:
        return False
    if not problem.spaced:
        return True
    return often[day] <= most_on(problem, dish_id, (day,)) and all(
        often[first] + often[first + 1] <= most_on(problem, dish_id, (first, first + 1))
        for first in (day - 1, day)
        if 0 <= first < DAYS_PER_WEEK - 1
    )


def _often(problem: Problem, week: _Draft, day: int, dish_id: str) -> int:
    """Return how often a dish is eaten on a day; pins alone where the day is not drafted."""
    menu = week[day]
    if menu is None:
        return _pinned_on(problem, day, dish_id)
    return sum(1 for column in menu if column.dish.id == dish_id)


def _pinned_on(problem: Problem, day: int, dish_id: str) -> int:
    return sum(1 for (at, _), pinned in problem.pinned.items() if at == day and pinned == dish_id)


def _day_cost(problem: Problem, menu: Sequence[Column]) -> float:
    """Return what one day adds to the objective, and what it takes of the maxima."""
    shares = sum(column.off_share for column in menu)
    energy = abs(energy_of(menu) / problem.energy_kcal - 1)
    over = sum(
        max(0.0, sum(c.dish.nutrients.get(name, 0.0) * c.servings for c in menu) / maximum - 1)
        for name, maximum in problem.maxima.items()
        if maximum > 0
    )
    return shares + energy + over


def _improve(problem: Problem, week: list[list[Column]], draw: random.Random, changes: int) -> None:
    """Change one meal at a time, in place, wherever that makes the week better."""
    value = _value(problem, week)
    for day, place, column in _changes(problem, draw, changes):
        menu, before = week[day], week[day][place]
        if column is before or not _fits(problem, week, day, place, column):
            continue
        menu[place] = column
        changed = _value(problem, week)
        if changed < value:
            value = changed
        else:
            menu[place] = before


def _changes(
    problem: Problem, draw: random.Random, changes: int
) -> Iterator[tuple[int, int, Column]]:
    """Yield random meals that are not pinned, each with a column that it might be."""
    for _ in range(changes):
        day, place = draw.randrange(DAYS_PER_WEEK), draw.randrange(len(problem.meals))
        meal = problem.meals[place]
        pin = problem.pinned.get((day, meal))
        column = draw.choice(problem.columns[meal])
        if pin is None or column.dish.id == pin:
            yield day, place, column


def _fits(problem: Problem, week: list[list[Column]], day: int, place: int, column: Column) -> bool:
    """Whether energy and variety of the week allow the change."""
    menu = week[day]
    energy = energy_of(menu) - menu[place].energy_kcal + column.energy_kcal
    least, most = problem.energy_band
    if not least <= energy <= most:
        return False
    if column.dish.id == menu[place].dish.id:
        return True
    others = [one.dish.id for at, one in enumerate(menu) if at != place]
    return _may_eat(problem, [*week], day, column.dish.id, others)


def _value(problem: Problem, week: Sequence[Sequence[Column]]) -> float:
    """Return the objective, with what passes a maximum far above all else."""
    return objective(problem, week) + _EXCESS_WEIGHT * excess(problem, week)
