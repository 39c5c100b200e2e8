"""Counting requests by kind and caller, in windows of time."""

from __future__ import annotations

from sqlalchemy import Connection, case, delete
from sqlalchemy.dialects import postgresql, sqlite

from mealplan.schema import RATES

#: Counts that are older than any window, in seconds.
_OLD = 7 * 24 * 3600


def count(connection: Connection, kind: str, caller: str, window_start: int) -> int:
    """Count a request, and return how many it makes in the window that began then."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    new = insert(RATES).values(kind=kind, caller=caller, window_start=window_start, requests=1)
    same = RATES.c.window_start == new.excluded.window_start
    counted = new.on_conflict_do_update(
        index_elements=[RATES.c.kind, RATES.c.caller],
        set_={
            "requests": case((same, RATES.c.requests + 1), else_=1),
            "window_start": new.excluded.window_start,
        },
    ).returning(RATES.c.requests)
    requests = int(connection.execute(counted).scalar_one())
    if requests == 1:
        connection.execute(delete(RATES).where(RATES.c.window_start < window_start - _OLD))
    return requests
