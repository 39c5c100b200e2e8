"""What was searched for."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from mealplan.schema import SEARCHES, now


def add(
    connection: Connection,
    account_id: int | None,
    *,
    query: str,
    mode: str,
    served_mode: str,
    results: int,
) -> None:
    """Keep a search: whose, how it was asked for, how it was served, how much it found."""
    connection.execute(
        insert(SEARCHES).values(
            created_at=now(),
            user_id=account_id,
            query=query,
            mode=mode,
            served_mode=served_mode,
            results=results,
        )
    )
