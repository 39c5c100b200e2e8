"""Plans that were made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert, select

from mealplan.database import PLANNED_MEALS, PLANS, now
from mealplan_plugins.week_optimizer.contract import PlannedMeal


def add(
    connection: Connection,
    *,
    target_kcal: float,
    implementation: str,
    request: dict[str, Any],
    result: dict[str, Any],
    meals: Iterable[PlannedMeal],
) -> int:
    """Keep a plan and return its number."""
    plan_id: int = connection.execute(
        insert(PLANS)
        .values(
            created_at=now(),
            target_kcal=target_kcal,
            implementation=implementation,
            request=request,
            result=result,
        )
        .returning(PLANS.c.id)
    ).scalar_one()
    rows = [
        {
            "plan_id": plan_id,
            "day": meal.day,
            "meal": meal.meal,
            "dish_id": meal.dish_id,
            "servings": meal.servings,
            "energy_kcal": meal.energy_kcal,
        }
        for meal in meals
    ]
    if rows:
        connection.execute(insert(PLANNED_MEALS), rows)
    return plan_id


def get(connection: Connection, plan_id: int) -> dict[str, Any] | None:
    """Return a plan, JSON-ready, or None."""
    row = connection.execute(select(PLANS).where(PLANS.c.id == plan_id)).one_or_none()
    if row is None:
        return None
    return {
        "id": row.id,
        "created_at": row.created_at,
        "request": row.request,
        **row.result,
    }


def listed(connection: Connection, limit: int, offset: int) -> list[dict[str, Any]]:
    """Return the latest plans without their meals, JSON-ready."""
    columns = (PLANS.c.id, PLANS.c.created_at, PLANS.c.target_kcal, PLANS.c.implementation)
    rows = connection.execute(
        select(*columns).order_by(PLANS.c.id.desc()).limit(limit).offset(offset)
    )
    return [dict(row._mapping) for row in rows]
