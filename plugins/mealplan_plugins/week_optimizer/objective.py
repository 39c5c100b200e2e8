"""What makes a week good, in one place: both planners minimise it, and every plan states it.

The objective is the sum of: each meal's distance from its share of the day's energy; five times
what a day's energy is off beyond 5 %; ten times each nutrient's shortfall below its minimum, as
a share of that minimum. Energies count as shares of the day's target.
"""

from collections.abc import Sequence

from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK, PlannedMeal, WeekPlan
from mealplan_plugins.week_optimizer.problem import Column, Problem

#: A day's energy is free to be off by this.
ENERGY_SOFT = 0.05
ENERGY_WEIGHT = 5.0
SHORTFALL_WEIGHT = 10.0

#: A week: the columns of each day, in the order of the problem's meals.
Week = Sequence[Sequence[Column]]


def objective(problem: Problem, week: Week) -> float:
    """Return the objective of ``week``; 0 is perfect."""
    off_share = sum(column.off_share for day in week for column in day)
    off_energy = sum(
        max(0.0, abs(energy_of(day) / problem.energy_kcal - 1) - ENERGY_SOFT) for day in week
    )
    missing = sum(
        amount / problem.minima[name] for name, amount in shortfalls(problem, week).items()
    )
    return off_share + ENERGY_WEIGHT * off_energy + SHORTFALL_WEIGHT * missing


def shortfalls(problem: Problem, week: Week) -> dict[str, float]:
    """Return the nutrients that miss their minimum, and by how much a day."""
    missing = {name: minimum - mean_amount(week, name) for name, minimum in problem.minima.items()}
    return {
        name: amount for name, amount in missing.items() if amount > 1e-9 * problem.minima[name]
    }


def excess(problem: Problem, week: Week) -> float:
    """Return by how much maxima are passed, as the sum of shares of each maximum; 0 is none."""
    return sum(
        max(0.0, mean_amount(week, name) - maximum) / (maximum or 1.0)
        for name, maximum in problem.maxima.items()
    )


def mean_amount(week: Week, nutrient: str) -> float:
    """Return the mean amount a day; a dish that does not know it adds nothing."""
    total = sum(
        column.dish.nutrients.get(nutrient, 0.0) * column.servings for day in week for column in day
    )
    return total / DAYS_PER_WEEK


def energy_of(day: Sequence[Column]) -> float:
    """Return a day's energy in kcal."""
    return sum(column.energy_kcal for column in day)


def as_plan(problem: Problem, week: Week, bound: float | None) -> WeekPlan:
    """Return ``week`` as the contract's plan; a bound is never above the objective."""
    value = objective(problem, week)
    return WeekPlan(
        daily_energy_kcal=tuple(energy_of(day) for day in week),
        target_energy_kcal=(problem.energy_kcal,) * DAYS_PER_WEEK,
        meals=tuple(
            PlannedMeal(day, column.meal, column.dish.id, column.servings, column.energy_kcal)
            for day, columns in enumerate(week)
            for column in columns
        ),
        objective=value,
        bound=None if bound is None else max(0.0, min(bound, value)),
        shortfalls=shortfalls(problem, week),
    )
