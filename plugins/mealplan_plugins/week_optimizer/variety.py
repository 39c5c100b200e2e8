"""Whether a dish may be eaten once more: its repeats, the days next to it, the pins to come."""

from collections.abc import Sequence

from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK
from mealplan_plugins.week_optimizer.problem import Column, Problem, most_on

#: A week in the making; None is a day that is not drafted yet.
Draft = Sequence[Sequence[Column] | None]


def may_eat(problem: Problem, week: Draft, day: int, dish_id: str, today: Sequence[str]) -> bool:
    """Return whether ``dish_id`` may be eaten on ``day``, beside the dishes ``today``."""
    often = [_often(problem, menu, at, dish_id) for at, menu in enumerate(week)]
    # Meals of today that are pinned to it count whether they are in `today` yet or not.
    often[day] = max(pins_of(problem, day, dish_id), today.count(dish_id)) + 1
    if sum(often) > problem.repeats:
        return False
    if not problem.spaced:
        return True
    return often[day] <= most_on(problem, dish_id, (day,)) and all(
        often[first] + often[first + 1] <= most_on(problem, dish_id, (first, first + 1))
        for first in (day - 1, day)
        if 0 <= first < DAYS_PER_WEEK - 1
    )


def pins_of(problem: Problem, day: int, dish_id: str) -> int:
    """Return to how many meals of ``day`` a dish is pinned."""
    return sum(1 for (at, _), pinned in problem.pinned.items() if at == day and pinned == dish_id)


def _often(problem: Problem, menu: Sequence[Column] | None, day: int, dish_id: str) -> int:
    """Return how often a dish is eaten on a day; its pins alone where the day is not drafted."""
    if menu is None:
        return pins_of(problem, day, dish_id)
    return sum(1 for column in menu if column.dish.id == dish_id)
