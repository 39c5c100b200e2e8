"""Numbers that signed calls carried, so that none is made twice."""

from __future__ import annotations

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from mealplan.schema import NONCES


def take(connection: Connection, nonce: str, moment: int, expires_at: int) -> bool:
    """Keep a nonce until ``expires_at``; return whether it was new. Forgets the expired."""
    connection.execute(delete(NONCES).where(NONCES.c.expires_at < moment))
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    new = insert(NONCES).values(nonce=nonce, expires_at=expires_at)
    taken = new.on_conflict_do_nothing(index_elements=[NONCES.c.nonce]).returning(NONCES.c.nonce)
    return connection.execute(taken).scalar_one_or_none() is not None
