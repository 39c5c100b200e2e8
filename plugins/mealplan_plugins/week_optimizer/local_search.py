"""Make a week better by changing one meal at a time; its score is kept up to date, not summed."""

import random
from collections.abc import Sequence
from time import monotonic

from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK
from mealplan_plugins.week_optimizer.objective import (
    ENERGY_SOFT,
    ENERGY_WEIGHT,
    SHORTFALL_WEIGHT,
    energy_of,
)
from mealplan_plugins.week_optimizer.problem import Column, Problem
from mealplan_plugins.week_optimizer.variety import may_eat

#: The clock is read once in so many changes.
_CHANGES_PER_LOOK = 32
#: Above 1, columns near their meal's share are tried more often than those far from it.
_BIAS = 2.5


class LocalSearch:
    """The columns of a problem with what scoring needs of them."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._names = sorted({*problem.maxima, *problem.minima})
        self._ranked = [
            sorted(problem.columns[meal], key=lambda one: one.off_share) for meal in problem.meals
        ]
        self._amounts = {
            column: self._amounts_of(column) for ranked in self._ranked for column in ranked
        }

    def improve(
        self, week: list[list[Column]], draw: random.Random, changes: int, deadline: float
    ) -> None:
        """Try ``changes`` random changes of ``week``, in place; keep each that is better.

        Better is what passes maxima by less, and by the objective what passes them by no more.
        Energy bands, variety and pins stay as good as they were.
        """
        totals = [sum(values) for values in zip(*self._rows(week), strict=True)]
        over, score = self._nutrients(totals)
        for number in range(changes):
            if number % _CHANGES_PER_LOOK == 0 and monotonic() > deadline:
                return
            day, place = draw.randrange(DAYS_PER_WEEK), draw.randrange(len(week[0]))
            column = self._drawn(day, place, draw)
            old = week[day][place]
            if column is None or column is old:
                continue
            energy = energy_of(week[day])
            moved = energy - old.energy_kcal + column.energy_kcal
            gained = column.off_share - old.off_share + self._off(moved) - self._off(energy)
            changed = [
                total - before + after
                for total, before, after in zip(
                    totals, self._amounts[old], self._amounts[column], strict=True
                )
            ]
            changed_over, changed_score = self._nutrients(changed)
            better = changed_over < over - 1e-12 or (
                changed_over <= over and gained + changed_score - score < -1e-12
            )
            if better and self._fits(week, day, place, column, moved):
                week[day][place] = column
                totals, over, score = changed, changed_over, changed_score

    def _drawn(self, day: int, place: int, draw: random.Random) -> Column | None:
        """Return a random column for a meal, or None where the pin there forbids it."""
        ranked = self._ranked[place]
        column = ranked[int(len(ranked) * draw.random() ** _BIAS)]
        pin = self._problem.pinned.get((day, self._problem.meals[place]))
        fits = not column.by_pin if pin is None else column.dish.id == pin
        return column if fits else None

    def _fits(
        self, week: Sequence[Sequence[Column]], day: int, place: int, column: Column, energy: float
    ) -> bool:
        """Whether energy and variety allow the change."""
        least, most = self._problem.energy_band
        if not least <= energy <= most:
            return False
        if column.dish.id == week[day][place].dish.id:
            return True
        others = [one.dish.id for at, one in enumerate(week[day]) if at != place]
        without: list[Sequence[Column] | None] = list(week)
        return may_eat(self._problem, without, day, column.dish.id, others)

    def _off(self, energy_kcal: float) -> float:
        """Return what a day of that energy adds to the objective."""
        off = abs(energy_kcal / self._problem.energy_kcal - 1) - ENERGY_SOFT
        return ENERGY_WEIGHT * max(0.0, off)

    def _nutrients(self, totals: Sequence[float]) -> tuple[float, float]:
        """Return by what the week's totals pass the maxima, and what their shortfalls cost."""
        over = score = 0.0
        for name, total in zip(self._names, totals, strict=True):
            mean = total / DAYS_PER_WEEK
            minimum, maximum = self._problem.minima.get(name), self._problem.maxima.get(name)
            if minimum is not None and mean < minimum:
                score += SHORTFALL_WEIGHT * (1 - mean / minimum)
            if maximum is not None and mean > maximum:
                over += (mean - maximum) / (maximum or 1.0)
        return over, score

    def _rows(self, week: Sequence[Sequence[Column]]) -> list[list[float]]:
        return [self._amounts[column] for day in week for column in day]

    def _amounts_of(self, column: Column) -> list[float]:
        """Return a column's amounts, in the order of the names; what it does not know is 0."""
        return [column.dish.nutrients.get(name, 0.0) * column.servings for name in self._names]
