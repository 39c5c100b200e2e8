"""Calendar feeds: each is an address that its owner may revoke."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from mealplan.schema import FEEDS, PLANS, now


def add(connection: Connection, account_id: int) -> int:
    """Make a feed and return its number."""
    number: int = connection.execute(
        insert(FEEDS).values(created_at=now(), user_id=account_id).returning(FEEDS.c.id)
    ).scalar_one()
    return number


def listed(connection: Connection, account_id: int) -> list[dict[str, Any]]:
    """Return an account's feeds, the latest first, JSON-ready."""
    rows = connection.execute(
        select(FEEDS.c.id, FEEDS.c.created_at)
        .where(FEEDS.c.user_id == account_id)
        .order_by(FEEDS.c.id.desc())
    )
    return [dict(row._mapping) for row in rows]


def remove(connection: Connection, account_id: int, feed_id: int) -> bool:
    """Revoke a feed of an account; return whether it had it."""
    gone = connection.execute(
        delete(FEEDS).where(FEEDS.c.user_id == account_id, FEEDS.c.id == feed_id)
    )
    return bool(gone.rowcount)


def owner_of(connection: Connection, feed_id: int) -> int | None:
    """Return whose feed it is, or None for one that is gone."""
    return connection.execute(
        select(FEEDS.c.user_id).where(FEEDS.c.id == feed_id)
    ).scalar_one_or_none()


def plans_of(connection: Connection, account_id: int, most: int) -> Iterator[dict[str, Any]]:
    """Yield an account's dated plans, the latest first.

    One at a time: a plan with its nutrients takes a quarter of a megabyte.
    """
    rows = connection.execute(
        select(PLANS.c.id, PLANS.c.created_at, PLANS.c.starts_on, PLANS.c.result)
        .where(PLANS.c.user_id == account_id, PLANS.c.starts_on.is_not(None), PLANS.c.saved)
        .order_by(PLANS.c.starts_on.desc(), PLANS.c.id.desc())
        .limit(most)
        .execution_options(yield_per=1)
    )
    for row in rows:
        yield dict(row._mapping)
