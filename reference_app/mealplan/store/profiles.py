"""Each user's own profile."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from mealplan.schema import PROFILES, now


def get(connection: Connection, account_id: int) -> dict[str, Any] | None:
    """Return an account's profile as it was given, or None."""
    found = connection.execute(
        select(PROFILES.c.person).where(PROFILES.c.user_id == account_id)
    ).scalar_one_or_none()
    return None if found is None else dict(found)


def put(connection: Connection, account_id: int, person: dict[str, Any]) -> None:
    """Keep an account's profile in place of the one it had."""
    insert_into = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    new = insert_into(PROFILES).values(user_id=account_id, updated_at=now(), person=person)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=[PROFILES.c.user_id],
            set_={"updated_at": new.excluded.updated_at, "person": new.excluded.person},
        )
    )


def remove(connection: Connection, account_id: int) -> None:
    """Forget an account's profile."""
    connection.execute(delete(PROFILES).where(PROFILES.c.user_id == account_id))
