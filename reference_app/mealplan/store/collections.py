"""The collections that an administrator looks at, exports and deletes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select

from mealplan.database import ANALYSES, ANALYTIC_NUTRIENTS, PLANS, SEARCHES


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
        for row in connection.execute(query):
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
        Collection("plans", PLANS, ("id", "created_at", "target_kcal", "implementation")),
        Collection(
            "analyses",
            ANALYSES,
            ("id", "created_at", "eaten_on", "meal", *ANALYTIC_NUTRIENTS),
        ),
        Collection(
            "searches",
            SEARCHES,
            ("id", "created_at", "query", "mode", "served_mode", "results"),
        ),
    )
}
