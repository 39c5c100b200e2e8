"""What was searched for."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from mealplan.database import SEARCHES, now


def add(connection: Connection, query: str, mode: str, served_mode: str, results: int) -> None:
    """Keep a search: how it was asked for, how it was served, how much it found."""
    connection.execute(
        insert(SEARCHES).values(
            created_at=now(), query=query, mode=mode, served_mode=served_mode, results=results
        )
    )
