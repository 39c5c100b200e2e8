"""Stage 1: how often each column is eaten in the week, days left open."""

from typing import Any

import pulp

from mealplan_plugins.meal_distribution.contract import Meal
from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK
from mealplan_plugins.week_optimizer.modelling import variable
from mealplan_plugins.week_optimizer.objective import ENERGY_SOFT, ENERGY_WEIGHT, SHORTFALL_WEIGHT
from mealplan_plugins.week_optimizer.problem import Column, Problem

#: Days of a week with a free day between any two: 0, 2, 4, 6.
_SPACED_DAYS = 4


def model(problem: Problem) -> Any:
    """Return the model; its variable ``x<number>`` counts the column of that number."""
    columns = _columns(problem)
    lp = pulp.LpProblem("selection", pulp.LpMinimize)
    count = [
        variable(lp, f"x{number}", min(problem.repeats, DAYS_PER_WEEK))
        for number in range(len(columns))
    ]
    energy_off = variable(lp, "energy_off")
    short = {name: variable(lp, f"short{i}") for i, name in enumerate(problem.minima)}
    lp += (
        pulp.lpSum(one.off_share * x for one, x in zip(columns, count, strict=True))
        + ENERGY_WEIGHT * energy_off
        + pulp.lpSum(SHORTFALL_WEIGHT * missing for missing in short.values())
    )
    for meal in problem.meals:
        lp += pulp.lpSum(count[i] for i, one in enumerate(columns) if one.meal == meal) == (
            DAYS_PER_WEEK
        )
    by_dish: dict[str, list[int]] = {}
    for number, one in enumerate(columns):
        by_dish.setdefault(one.dish.id, []).append(number)
    for dish_id, numbers in by_dish.items():
        lp += pulp.lpSum(count[i] for i in numbers) <= _most(problem, dish_id)
    _add_pins(lp, problem, columns, count)
    add_nutrients(lp, problem, columns, count, short)
    energy = pulp.lpSum(one.energy_kcal * x for one, x in zip(columns, count, strict=True))
    least, most = problem.energy_band
    lp += energy >= least * DAYS_PER_WEEK
    if most < float("inf"):
        lp += energy <= most * DAYS_PER_WEEK
    # The mean day stands for all seven: no week's penalty is below seven times its penalty.
    days = DAYS_PER_WEEK
    lp += energy * (1 / problem.energy_kcal) - days - energy_off <= days * ENERGY_SOFT
    lp += days - energy * (1 / problem.energy_kcal) - energy_off <= days * ENERGY_SOFT
    return lp


def add_nutrients(
    lp: Any,
    problem: Problem,
    columns: list[Column],
    amount: list[Any],
    short: dict[str, Any],
) -> None:
    """Add the week's maxima (hard) and minima (``short`` is what is missing, as a share)."""
    for name, maximum in problem.maxima.items():
        lp += _total(name, columns, amount) <= maximum * DAYS_PER_WEEK
    for name, minimum in problem.minima.items():
        scaled = _total(name, columns, amount) * (1 / (minimum * DAYS_PER_WEEK))
        lp += scaled + short[name] >= 1


def counts(problem: Problem, values: dict[str, float]) -> dict[Column, int]:
    """Return the columns that a solution takes, and how often."""
    taken = {}
    for number, column in enumerate(_columns(problem)):
        often = round(values.get(f"x{number}", 0.0))
        if often:
            taken[column] = often
    return taken


def _columns(problem: Problem) -> list[Column]:
    return [column for meal in problem.meals for column in problem.columns[meal]]


def _most(problem: Problem, dish_id: str) -> int:
    """Return how often a dish can be eaten in a week."""
    if not problem.spaced:
        return problem.repeats
    pins = sum(1 for pinned in problem.pinned.values() if pinned == dish_id)
    return min(problem.repeats, max(_SPACED_DAYS, _SPACED_DAYS + pins - 1))


def _add_pins(lp: Any, problem: Problem, columns: list[Column], count: list[Any]) -> None:
    """Have each dish as often at a meal as it is pinned there."""
    wanted: dict[tuple[str, Meal], int] = {}
    for (_, meal), dish_id in problem.pinned.items():
        wanted[dish_id, meal] = wanted.get((dish_id, meal), 0) + 1
    for (dish_id, meal), often in wanted.items():
        fitting = [
            i for i, one in enumerate(columns) if one.dish.id == dish_id and one.meal == meal
        ]
        total = pulp.lpSum(count[i] for i in fitting)
        lp += total >= often
        if fitting and columns[fitting[0]].by_pin:
            lp += total <= often


def _total(nutrient: str, columns: list[Column], amount: list[Any]) -> Any:
    """Return the week's total of a nutrient."""
    return pulp.lpSum(
        one.dish.nutrients[nutrient] * one.servings * x
        for one, x in zip(columns, amount, strict=True)
        if one.dish.nutrients.get(nutrient)
    )
