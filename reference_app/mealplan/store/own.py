"""Foods and dishes that users added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from mealplan.schema import OWN_DISHES, OWN_FOODS, OWN_INGREDIENTS, now


def foods(connection: Connection, account_id: int) -> list[dict[str, Any]]:
    """Return an account's foods in the order in which they were added."""
    return _rows(connection, OWN_FOODS, account_id)


def dishes(connection: Connection, account_id: int) -> list[dict[str, Any]]:
    """Return an account's dishes in the order in which they were added."""
    return _rows(connection, OWN_DISHES, account_id)


def count(connection: Connection, table: Table, account_id: int) -> int:
    """Return how many rows of a table are the account's."""
    query = select(func.count()).select_from(table).where(table.c.user_id == account_id)
    return int(connection.execute(query).scalar_one())


def add_food(connection: Connection, account_id: int, food: Mapping[str, Any]) -> int:
    """Keep a food (name, per_100g, allergens) and return its number."""
    number: int = connection.execute(
        insert(OWN_FOODS)
        .values(created_at=now(), user_id=account_id, **food)
        .returning(OWN_FOODS.c.id)
    ).scalar_one()
    return number


def change_food(
    connection: Connection, account_id: int, food_id: int, food: Mapping[str, Any]
) -> bool:
    """Replace a food; return whether the account has it."""
    changed = connection.execute(
        update(OWN_FOODS)
        .where(OWN_FOODS.c.user_id == account_id, OWN_FOODS.c.id == food_id)
        .values(**food)
    )
    return bool(changed.rowcount)


def dishes_with(connection: Connection, food_id: int) -> list[str]:
    """Return the names of the dishes that a food of the user's own is in."""
    query = (
        select(OWN_DISHES.c.name)
        .join(OWN_INGREDIENTS, OWN_INGREDIENTS.c.dish_id == OWN_DISHES.c.id)
        .where(OWN_INGREDIENTS.c.food_id == food_id)
        .order_by(OWN_DISHES.c.id)
    )
    return [str(name) for name in connection.execute(query).scalars()]


def add_dish(
    connection: Connection,
    account_id: int,
    name: str,
    recipe: Mapping[str, Any],
    own_foods: Iterable[int],
) -> int:
    """Keep a dish and return its number; ``own_foods`` are those of the user's it is made of."""
    number: int = connection.execute(
        insert(OWN_DISHES)
        .values(created_at=now(), user_id=account_id, name=name, recipe=dict(recipe))
        .returning(OWN_DISHES.c.id)
    ).scalar_one()
    rows = [{"dish_id": number, "food_id": food} for food in sorted(set(own_foods))]
    if rows:
        connection.execute(insert(OWN_INGREDIENTS), rows)
    return number


def remove(connection: Connection, table: Table, account_id: int, number: int) -> bool:
    """Delete a food or a dish of an account; return whether it had it.

    Raises:
        IntegrityError: a food that some dish is made of.
    """
    gone = connection.execute(
        delete(table).where(table.c.user_id == account_id, table.c.id == number)
    )
    return bool(gone.rowcount)


def _rows(connection: Connection, table: Table, account_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(table).where(table.c.user_id == account_id).order_by(table.c.id)
    )
    return [dict(row._mapping) for row in rows]
