"""Analytics over what was eaten and planned, computed by the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, select

from mealplan.schema import ANALYSES, ANALYTIC_NUTRIENTS, EATEN, PLANNED_MEALS, PLANS, SEARCHES
from mealplan_plugins.spreadsheet_export.contract import Cell

EATEN_COLUMNS = ("id", "date", "weekday", "meal", *ANALYTIC_NUTRIENTS)
PLANNED_COLUMNS = ("plan", "day", "meal", "dish", "servings", "energy")
_TOP = 10
#: Rows are fetched a few at a time: a server would send them all at once.
_STREAMED = {"yield_per": 500}


def summary(connection: Connection, account_id: int, first: date, last: date) -> dict[str, Any]:
    """Return the analytics of what an account ate from ``first`` to ``last``, JSON-ready.

    A mean is over the meals of which the nutrient is known; ``known`` says how many those are.
    """
    within = _eaten(account_id, first, last)
    by_meal = connection.execute(_means(ANALYSES.c.meal).where(within)).all()
    by_day = connection.execute(
        select(ANALYSES.c.eaten_on, func.count().label("meals"), func.sum(ANALYSES.c.energy))
        .where(within)
        .group_by(ANALYSES.c.eaten_on)
        .order_by(ANALYSES.c.eaten_on)
    ).all()
    often = connection.execute(
        select(EATEN.c.name, func.count().label("times"), func.sum(EATEN.c.grams))
        .join(ANALYSES, ANALYSES.c.id == EATEN.c.analysis_id)
        .where(within)
        .group_by(EATEN.c.name)
        .order_by(func.count().desc(), EATEN.c.name)
        .limit(_TOP)
    ).all()
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "meals": sum(row.meals for row in by_day),
        "by_meal": {row[0]: _means_of(row) for row in by_meal},
        "by_day": [
            {"date": day.isoformat(), "meals": meals, "energy_kcal": _rounded(kcal)}
            for day, meals, kcal in by_day
        ],
        "eaten_most_often": [
            {"name": name, "times": times, "grams": _rounded(grams)} for name, times, grams in often
        ],
        "plans": _counts(connection, PLANS.c.implementation, PLANS, account_id),
        "searches": _counts(connection, SEARCHES.c.served_mode, SEARCHES, account_id),
    }


def eaten_count(connection: Connection, account_id: int, first: date, last: date) -> int:
    """Return how many meals an account ate from ``first`` to ``last``."""
    query = select(func.count()).where(_eaten(account_id, first, last))
    return int(connection.execute(query).scalar_one())


def planned_count(connection: Connection, account_id: int, first: date, last: date) -> int:
    """Return how many meals an account's plans hold that were made from ``first`` to ``last``."""
    query = select(func.count()).select_from(PLANNED_MEALS.join(PLANS))
    query = query.where(_made(account_id, first, last))
    return int(connection.execute(query).scalar_one())


def eaten_rows(
    connection: Connection, account_id: int, first: date, last: date
) -> Iterator[Sequence[Cell]]:
    """Yield the meals an account ate in a period, in the order of ``EATEN_COLUMNS``."""
    nutrients = [ANALYSES.c[nutrient] for nutrient in ANALYTIC_NUTRIENTS]
    query = select(ANALYSES.c.id, ANALYSES.c.eaten_on, ANALYSES.c.meal, *nutrients).where(
        _eaten(account_id, first, last)
    )
    query = query.order_by(ANALYSES.c.eaten_on, ANALYSES.c.id).execution_options(**_STREAMED)
    for row in connection.execute(query):
        number, day, meal, *amounts = row
        yield (number, day, day.strftime("%A"), meal, *(_rounded(one) for one in amounts))


def planned_rows(
    connection: Connection, account_id: int, first: date, last: date
) -> Iterator[Sequence[Cell]]:
    """Yield the meals of an account's plans of a period, in the order of ``PLANNED_COLUMNS``."""
    columns = (PLANNED_MEALS.c.plan_id, PLANNED_MEALS.c.day, PLANNED_MEALS.c.meal)
    amounts = (PLANNED_MEALS.c.dish_id, PLANNED_MEALS.c.servings, PLANNED_MEALS.c.energy_kcal)
    query = (
        select(*columns, *amounts)
        .select_from(PLANNED_MEALS.join(PLANS))
        .where(_made(account_id, first, last))
        .order_by(*columns)
        .execution_options(**_STREAMED)
    )
    for plan, day, meal, dish, servings, kcal in connection.execute(query):
        yield (plan, day + 1, meal, dish, servings, _rounded(kcal))


def _eaten(account_id: int, first: date, last: date) -> ColumnElement[bool]:
    """Return what is true of meals that an account ate from ``first`` to ``last``."""
    return and_(ANALYSES.c.user_id == account_id, ANALYSES.c.eaten_on.between(first, last))


def _made(account_id: int, first: date, last: date) -> ColumnElement[bool]:
    """Return what is true of an account's plans made from ``first`` to ``last``, days in UTC."""
    # "U" is after the "T" that every moment of the last day has.
    made = PLANS.c.created_at.between(first.isoformat(), last.isoformat() + "U")
    return and_(PLANS.c.user_id == account_id, made)


def _means(by: Any) -> Select[Any]:
    parts = [
        part
        for nutrient in ANALYTIC_NUTRIENTS
        for part in (func.avg(ANALYSES.c[nutrient]), func.count(ANALYSES.c[nutrient]))
    ]
    return select(by, func.count(), *parts).group_by(by).order_by(by)


def _means_of(row: Sequence[Any]) -> dict[str, Any]:
    _, meals, *parts = row
    means = {
        nutrient: {"mean": _rounded(parts[2 * place]), "known": parts[2 * place + 1]}
        for place, nutrient in enumerate(ANALYTIC_NUTRIENTS)
    }
    return {"meals": meals, "nutrients": means}


def _counts(
    connection: Connection, by: ColumnElement[Any], table: Table, account_id: int
) -> dict[str, int]:
    query = select(by, func.count()).select_from(table).where(table.c.user_id == account_id)
    rows = connection.execute(query.group_by(by).order_by(by))
    return {str(name): int(count) for name, count in rows}


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)
