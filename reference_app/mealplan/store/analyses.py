"""Meals that were eaten and analysed."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from mealplan.schema import ANALYSES, ANALYTIC_NUTRIENTS, EATEN, now
from mealplan.services.eating import EatenMeal


def add(
    connection: Connection,
    account_id: int,
    eaten_on: date,
    eaten: EatenMeal,
    result: dict[str, Any],
) -> int:
    """Keep an account's meal with its analysis and return its number."""
    amounts = {nutrient: eaten.nutrition.amount(nutrient) for nutrient in ANALYTIC_NUTRIENTS}
    analysis_id: int = connection.execute(
        insert(ANALYSES)
        .values(
            created_at=now(),
            user_id=account_id,
            eaten_on=eaten_on,
            meal=eaten.meal,
            result=result,
            **amounts,
        )
        .returning(ANALYSES.c.id)
    ).scalar_one()
    connection.execute(
        insert(EATEN),
        [
            {
                "analysis_id": analysis_id,
                "position": position,
                "kind": item.kind,
                "reference": item.reference,
                "name": item.name,
                "grams": item.nutrition.grams,
            }
            for position, item in enumerate(eaten.items)
        ],
    )
    return analysis_id


def remove(connection: Connection, account_id: int, analysis_id: int) -> bool:
    """Delete an account's meal with its analysis; return whether it had it."""
    gone = connection.execute(
        delete(ANALYSES).where(ANALYSES.c.user_id == account_id, ANALYSES.c.id == analysis_id)
    )
    return bool(gone.rowcount)


def history(
    connection: Connection, account_id: int, limit: int, offset: int
) -> list[dict[str, Any]]:
    """Return an account's latest meals with their analyses, JSON-ready."""
    columns = (ANALYSES.c.id, ANALYSES.c.created_at, ANALYSES.c.eaten_on, ANALYSES.c.result)
    rows = connection.execute(
        select(*columns)
        .where(ANALYSES.c.user_id == account_id)
        .order_by(ANALYSES.c.eaten_on.desc(), ANALYSES.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        {
            "id": row.id,
            "created_at": row.created_at,
            "eaten_on": row.eaten_on.isoformat(),
            **row.result,
        }
        for row in rows
    ]
