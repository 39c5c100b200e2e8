"""The collections that an administrator looks at, exports and deletes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from mealplan.schema import (
    ACCOUNTS,
    ANALYSES,
    ANALYTIC_NUTRIENTS,
    API_TOKENS,
    FEEDS,
    OWN_DISHES,
    OWN_FOODS,
    PLANS,
    SEARCHES,
)


@dataclass(frozen=True)
class Collection:
    """A table, and the columns of it that are listed."""

    name: str
    table: Table
    columns: tuple[str, ...]

    def rows(
        self, connection: Connection, limit: int | None = None, offset: int = 0
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the listed columns of the records, the latest first."""
        chosen: list[ColumnElement[Any]] = [self.table.c[name] for name in self.columns]
        query = select(*chosen).order_by(self.table.c.id.desc()).limit(limit).offset(offset)
        # Fetched a few at a time: a server would send them all at once.
        for row in connection.execute(query.execution_options(yield_per=500)):
            yield tuple(round(cell, 3) if isinstance(cell, float) else cell for cell in row)

    def count(self, connection: Connection) -> int:
        """Return how many records there are."""
        return int(connection.execute(select(func.count()).select_from(self.table)).scalar_one())

    def remove(self, connection: Connection, record_id: int) -> bool:
        """Delete a record with what hangs on it; return whether it was there."""
        gone = connection.execute(delete(self.table).where(self.table.c.id == record_id))
        return bool(gone.rowcount)


COLLECTIONS: dict[str, Collection] = {
    one.name: one
    for one in (
        # Never the hash of a password, of a session or of a token.
        Collection("users", ACCOUNTS, ("id", "created_at", "email", "name", "role")),
        Collection(
            "tokens", API_TOKENS, ("id", "created_at", "user_id", "name", "scope", "expires_at")
        ),
        Collection("feeds", FEEDS, ("id", "created_at", "user_id")),
        Collection(
            "plans",
            PLANS,
            (
                *("id", "created_at", "user_id", "name", "starts_on", "saved", "target_kcal"),
                "implementation",
            ),
        ),
        Collection(
            "analyses",
            ANALYSES,
            ("id", "created_at", "user_id", "eaten_on", "meal", *ANALYTIC_NUTRIENTS),
        ),
        Collection(
            "searches",
            SEARCHES,
            ("id", "created_at", "user_id", "query", "mode", "served_mode", "results"),
        ),
        Collection("foods", OWN_FOODS, ("id", "created_at", "user_id", "name")),
        Collection("dishes", OWN_DISHES, ("id", "created_at", "user_id", "name")),
    )
}
