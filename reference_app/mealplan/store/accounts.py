"""Accounts, and what opens them: sessions and API tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from mealplan.schema import ACCOUNTS, API_TOKENS, SESSIONS, now

#: The account of MEALPLAN_ADMIN_TOKEN. No e-mail address, so that nobody can sign up with it.
OPERATOR = "operator"
ROLES = ("user", "admin")


@dataclass(frozen=True)
class Account:
    """Somebody who uses the app."""

    id: int
    email: str
    name: str
    role: str
    created_at: str

    def describe(self) -> dict[str, object]:
        """Return it, JSON-ready."""
        return {
            "id": self.id,
            "email": self.email,
            "name": self.name,
            "role": self.role,
            "created_at": self.created_at,
        }


_COLUMNS = (
    *(ACCOUNTS.c.id, ACCOUNTS.c.email, ACCOUNTS.c.name, ACCOUNTS.c.role, ACCOUNTS.c.created_at),
)


def add(connection: Connection, email: str, name: str, password_hash: str) -> Account | None:
    """Make an account and return it, or None where the address has one."""
    number = _insert_new(
        connection, email=email, name=name, password_hash=password_hash, role="user"
    )
    return None if number is None else by_email(connection, email)


def operator(connection: Connection) -> Account:
    """Return the operator's account; the first to ask makes it."""
    _insert_new(connection, email=OPERATOR, name="Operator", password_hash=None, role="admin")
    found = by_email(connection, OPERATOR)
    assert found is not None  # noqa: S101 -- made a line before, in this transaction
    return found


def make_admin(connection: Connection, email: str, password_hash: str) -> None:
    """Make the account of ``email`` an administrator's, with that password."""
    _insert_new(connection, email=email, name="", password_hash=None, role="user")
    connection.execute(
        update(ACCOUNTS)
        .where(ACCOUNTS.c.email == email)
        .values(role="admin", password_hash=password_hash)
    )


def by_email(connection: Connection, email: str) -> Account | None:
    """Return the account of an address, or None."""
    return _account(connection, ACCOUNTS.c.email == email)


def by_number(connection: Connection, account_id: int) -> Account | None:
    """Return an account, or None."""
    return _account(connection, ACCOUNTS.c.id == account_id)


def with_password(connection: Connection, email: str) -> tuple[Account, str | None] | None:
    """Return an account and the hash of its password, or None."""
    row = connection.execute(
        select(*_COLUMNS, ACCOUNTS.c.password_hash).where(ACCOUNTS.c.email == email)
    ).one_or_none()
    return None if row is None else (Account(*row[:-1]), row[-1])


def set_password(connection: Connection, account_id: int, password_hash: str) -> None:
    """Set a password, and end every session of the account."""
    connection.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(password_hash=password_hash)
    )
    connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == account_id))


def set_role(connection: Connection, account_id: int, role: str) -> Account | None:
    """Set what an account may do and return it, or None where there is none.

    Sessions are read with their account's role, so it holds from the next request on.
    """
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.id == account_id).values(role=role))
    return by_number(connection, account_id)


def remove(connection: Connection, account_id: int) -> bool:
    """Delete an account with all that is its; return whether it was there."""
    gone = connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account_id))
    return bool(gone.rowcount)


def open_session(
    connection: Connection, account_id: int, token_hash: str, moment: int, expires_at: int
) -> None:
    """Keep a session until ``expires_at``, and forget those that ended before ``moment``."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.expires_at < moment))
    connection.execute(
        insert(SESSIONS).values(
            token_hash=token_hash, user_id=account_id, created_at=now(), expires_at=expires_at
        )
    )


def by_session(connection: Connection, token_hash: str, moment: int) -> Account | None:
    """Return the account of a session that has not ended, or None."""
    row = connection.execute(
        select(*_COLUMNS)
        .join(SESSIONS, SESSIONS.c.user_id == ACCOUNTS.c.id)
        .where(SESSIONS.c.token_hash == token_hash, SESSIONS.c.expires_at >= moment)
    ).one_or_none()
    return None if row is None else Account(*row)


def close_session(connection: Connection, token_hash: str) -> None:
    """End a session."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.token_hash == token_hash))


def add_token(
    connection: Connection,
    account_id: int,
    *,
    name: str,
    token_hash: str,
    scope: str,
    expires_at: int | None,
) -> int:
    """Keep an API token's hash and return the token's number."""
    number: int = connection.execute(
        insert(API_TOKENS)
        .values(
            created_at=now(),
            user_id=account_id,
            name=name,
            token_hash=token_hash,
            scope=scope,
            expires_at=expires_at,
        )
        .returning(API_TOKENS.c.id)
    ).scalar_one()
    return number


def by_token(connection: Connection, token_hash: str, moment: int) -> tuple[Account, str] | None:
    """Return the account and the scope of a token that has not expired, or None."""
    row = connection.execute(
        select(*_COLUMNS, API_TOKENS.c.scope)
        .join(API_TOKENS, API_TOKENS.c.user_id == ACCOUNTS.c.id)
        .where(
            API_TOKENS.c.token_hash == token_hash,
            or_(API_TOKENS.c.expires_at.is_(None), API_TOKENS.c.expires_at >= moment),
        )
    ).one_or_none()
    return None if row is None else (Account(*row[:-1]), str(row[-1]))


def tokens(connection: Connection, account_id: int) -> list[dict[str, Any]]:
    """Return an account's tokens without what they are, the latest first, JSON-ready."""
    columns = (API_TOKENS.c.id, API_TOKENS.c.created_at, API_TOKENS.c.name, API_TOKENS.c.scope)
    rows = connection.execute(
        select(*columns, API_TOKENS.c.expires_at)
        .where(API_TOKENS.c.user_id == account_id)
        .order_by(API_TOKENS.c.id.desc())
    )
    return [dict(row._mapping) for row in rows]


def remove_token(connection: Connection, account_id: int, token_id: int) -> bool:
    """Revoke a token of an account; return whether it had it."""
    gone = connection.execute(
        delete(API_TOKENS).where(API_TOKENS.c.user_id == account_id, API_TOKENS.c.id == token_id)
    )
    return bool(gone.rowcount)


def _account(connection: Connection, condition: ColumnElement[bool]) -> Account | None:
    row = connection.execute(select(*_COLUMNS).where(condition)).one_or_none()
    return None if row is None else Account(*row)


def _insert_new(connection: Connection, **values: object) -> int | None:
    """Insert an account unless its address has one; return its number, or None."""
    insert_into = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert
    new = insert_into(ACCOUNTS).values(created_at=now(), **values)
    unless_there = new.on_conflict_do_nothing(index_elements=[ACCOUNTS.c.email])
    return connection.execute(unless_there.returning(ACCOUNTS.c.id)).scalar_one_or_none()
