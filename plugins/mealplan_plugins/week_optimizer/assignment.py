"""Stage 2, and the whole week at once: which column on which day."""

from typing import Any

import pulp

from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK
from mealplan_plugins.week_optimizer.modelling import variable
from mealplan_plugins.week_optimizer.objective import (
    ENERGY_SOFT,
    ENERGY_WEIGHT,
    SHORTFALL_WEIGHT,
    Week,
)
from mealplan_plugins.week_optimizer.problem import Column, Problem, most_on
from mealplan_plugins.week_optimizer.selection import add_nutrients

_DAYS = range(DAYS_PER_WEEK)


def model(problem: Problem, columns: list[Column], counts: dict[Column, int] | None) -> Any:
    """Return the model; its variable ``y<number>_<day>`` is 1 where the column is eaten then.

    With ``counts`` the week's totals are settled and days alone are chosen; without, everything.
    """
    lp = pulp.LpProblem("assignment", pulp.LpMinimize)
    eaten = [
        [variable(lp, f"y{number}_{day}", 1) for day in _DAYS] for number in range(len(columns))
    ]
    totals = [pulp.lpSum(days) for days in eaten]
    off = [variable(lp, f"off{day}") for day in _DAYS]
    short = {name: variable(lp, f"short{i}") for i, name in enumerate(problem.minima)}
    lp += (
        pulp.lpSum(one.off_share * total for one, total in zip(columns, totals, strict=True))
        + pulp.lpSum(ENERGY_WEIGHT * one for one in off)
        + pulp.lpSum(SHORTFALL_WEIGHT * missing for missing in short.values())
    )
    for meal in problem.meals:
        for day in _DAYS:
            pinned = (day, meal) in problem.pinned
            there = [
                eaten[i][day]
                for i, one in enumerate(columns)
                if one.meal == meal and (pinned or not one.by_pin)
            ]
            lp += pulp.lpSum(there) == 1
    if counts is not None:
        for one, total in zip(columns, totals, strict=True):
            lp += total == counts[one]
    add_nutrients(lp, problem, columns, totals, short)
    _add_energy(lp, problem, columns, eaten, off)
    _add_variety(lp, problem, columns, eaten)
    for (day, meal), dish_id in problem.pinned.items():
        fitting = [
            eaten[i][day]
            for i, one in enumerate(columns)
            if one.dish.id == dish_id and one.meal == meal
        ]
        lp += pulp.lpSum(fitting) == 1
    for number, one in enumerate(columns):
        if one.by_pin:
            other_days = [day for day in _DAYS if (day, one.meal) not in problem.pinned]
            lp += pulp.lpSum(eaten[number][day] for day in other_days) == 0
    return lp


def week(problem: Problem, columns: list[Column], values: dict[str, float]) -> Week:
    """Return the week of a solution."""
    days = []
    for day in _DAYS:
        taken = {
            one.meal: one
            for number, one in enumerate(columns)
            if values.get(f"y{number}_{day}", 0.0) > 0.5
        }
        days.append([taken[meal] for meal in problem.meals])
    return days


def _add_energy(
    lp: Any,
    problem: Problem,
    columns: list[Column],
    eaten: list[list[Any]],
    off: list[Any],
) -> None:
    """Keep each day in its band; ``off`` is what it is off beyond what is free, as a share."""
    least, most = problem.energy_band
    for day in _DAYS:
        energy = pulp.lpSum(
            one.energy_kcal * days[day] for one, days in zip(columns, eaten, strict=True)
        )
        lp += energy >= least
        if most < float("inf"):
            lp += energy <= most
        scaled = energy * (1 / problem.energy_kcal)
        lp += scaled - off[day] <= 1 + ENERGY_SOFT
        lp += scaled + off[day] >= 1 - ENERGY_SOFT


def _add_variety(
    lp: Any,
    problem: Problem,
    columns: list[Column],
    eaten: list[list[Any]],
) -> None:
    """Keep each dish to its repeats, and off consecutive days."""
    by_dish: dict[str, list[int]] = {}
    for number, one in enumerate(columns):
        by_dish.setdefault(one.dish.id, []).append(number)
    for dish_id, numbers in by_dish.items():
        lp += pulp.lpSum(eaten[i][day] for i in numbers for day in _DAYS) <= problem.repeats
        if not problem.spaced:
            continue
        for day in _DAYS[:-1]:
            pair = (day, day + 1)
            both = pulp.lpSum(eaten[i][at] for i in numbers for at in pair)
            lp += both <= most_on(problem, dish_id, pair)
        for day in _DAYS:
            once = pulp.lpSum(eaten[i][day] for i in numbers)
            lp += once <= most_on(problem, dish_id, (day,))
