"""Plans, each of one account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from mealplan.schema import PLANNED_MEALS, PLANS, now

#: What of a planned meal is a row.
MealRow = Mapping[str, Any]


def add(
    connection: Connection,
    account_id: int,
    *,
    meals: Iterable[MealRow],
    **values: Any,
) -> int:
    """Keep a plan and return its number.

    ``values``: name, starts_on, saved, target_kcal, implementation, request and result.
    """
    plan_id: int = connection.execute(
        insert(PLANS).values(created_at=now(), user_id=account_id, **values).returning(PLANS.c.id)
    ).scalar_one()
    _insert_meals(connection, plan_id, meals)
    return plan_id


def count(connection: Connection, account_id: int) -> int:
    """Return how many plans an account has."""
    query = select(func.count()).select_from(PLANS).where(PLANS.c.user_id == account_id)
    return int(connection.execute(query).scalar_one())


def get(connection: Connection, account_id: int, plan_id: int) -> dict[str, Any] | None:
    """Return an account's plan with all its columns, or None."""
    row = connection.execute(select(PLANS).where(_own(account_id, plan_id))).one_or_none()
    return None if row is None else dict(row._mapping)


def change(connection: Connection, account_id: int, plan_id: int, **values: Any) -> bool:
    """Set columns of an account's plan; return whether it has that plan."""
    if not values:
        return get(connection, account_id, plan_id) is not None
    changed = connection.execute(update(PLANS).where(_own(account_id, plan_id)).values(**values))
    return bool(changed.rowcount)


def replace_meals(connection: Connection, plan_id: int, meals: Iterable[MealRow]) -> None:
    """Set a plan's meals in place of those it had."""
    connection.execute(delete(PLANNED_MEALS).where(PLANNED_MEALS.c.plan_id == plan_id))
    _insert_meals(connection, plan_id, meals)


def remove(connection: Connection, account_id: int, plan_id: int) -> bool:
    """Delete an account's plan; return whether it had it."""
    gone = connection.execute(delete(PLANS).where(_own(account_id, plan_id)))
    return bool(gone.rowcount)


def listed(
    connection: Connection, account_id: int, limit: int, offset: int, *, saved: bool
) -> list[dict[str, Any]]:
    """Return an account's latest plans without their meals, JSON-ready; or the saved alone."""
    columns = (PLANS.c.id, PLANS.c.created_at, PLANS.c.name, PLANS.c.starts_on, PLANS.c.saved)
    query = (
        select(*columns, PLANS.c.target_kcal, PLANS.c.implementation)
        .where(PLANS.c.user_id == account_id)
        .order_by(PLANS.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if saved:
        query = query.where(PLANS.c.saved)
    return [
        {**row._mapping, "starts_on": row.starts_on and row.starts_on.isoformat()}
        for row in connection.execute(query)
    ]


def _own(account_id: int, plan_id: int) -> ColumnElement[bool]:
    return and_(PLANS.c.id == plan_id, PLANS.c.user_id == account_id)


def _insert_meals(connection: Connection, plan_id: int, meals: Iterable[MealRow]) -> None:
    rows = [
        {
            "plan_id": plan_id,
            "day": meal["day"],
            "meal": meal["meal"],
            "dish_id": meal["dish_id"],
            "servings": meal["servings"],
            "energy_kcal": meal["energy_kcal"],
        }
        for meal in meals
    ]
    if rows:
        connection.execute(insert(PLANNED_MEALS), rows)
