"""Who makes this request, and what they may do."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import Literal

from flask import current_app, g, request

from mealplan.accounts.secrets import csrf_token, keyed_hash
from mealplan.accounts.signing import SCHEME, check_signature
from mealplan.errors import ApiError
from mealplan.parts import parts
from mealplan.store import accounts
from mealplan.store.accounts import Account

Lock = Literal["open", "user", "admin"]
Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "write", "admin")
SESSION_COOKIE = "mealplan_session"
CSRF_HEADER = "X-CSRF-Token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Caller:
    """An account, how it was recognised, and what that allows."""

    account: Account
    by: Literal["session", "token", "operator", "service"]
    scope: Scope
    #: What the cookie holds; None for the others.
    session_token: str | None = None


def caller() -> Caller | None:
    """Return who makes this request; None where nobody says who they are.

    An Authorization header wins over a cookie: only what browsers send by themselves needs a
    CSRF token.

    Raises:
        ApiError: 401 where the header is no token of ours.
    """
    if "caller" not in g:
        header = request.headers.get("Authorization")
        g.caller = _by_header(header) if header is not None else _by_cookie()
    found: Caller | None = g.caller
    return found


def account() -> Account:
    """Return the account of a request that a lock has let through."""
    found = caller()
    if found is None:
        raise _unauthorized("sign in, or send an API token as Authorization: Bearer <token>")
    return found.account


def unlock(lock: Lock) -> None:
    """Let the request pass if its caller may.

    Raises:
        ApiError: 401 for nobody, 403 for somebody who may not.
    """
    if lock == "open":
        return
    found = caller()
    if found is None:
        raise _unauthorized("sign in, or send an API token as Authorization: Bearer <token>")
    changes = request.method not in _SAFE
    if changes and found.scope == "read":
        raise ApiError(403, "forbidden", "this token may only read")
    if changes and found.session_token is not None:
        _check_csrf(found.session_token)
    if lock == "admin" and (found.account.role != "admin" or found.scope != "admin"):
        raise ApiError(403, "forbidden", "this is for administrators, by session or admin token")


def _check_csrf(session_token: str) -> None:
    given = request.headers.get(CSRF_HEADER) or request.form.get("csrf_token", "")
    if not hmac.compare_digest(given.encode(), csrf_token(session_token).encode()):
        raise ApiError(
            403,
            "csrf",
            f"send the CSRF token of GET /api/v1/auth/session in the header {CSRF_HEADER}",
        )


def _by_header(header: str) -> Caller:
    scheme, _, given = header.partition(" ")
    given = given.strip()
    if scheme.lower() == SCHEME:
        check_signature(given)
        return Caller(_operator(), "service", "admin")
    if scheme.lower() != "bearer" or not given:
        raise _unauthorized("send a token as Authorization: Bearer <token>")
    operators = current_app.config["ADMIN_TOKEN"]
    if operators and hmac.compare_digest(given.encode(), operators.encode()):
        return Caller(_operator(), "operator", "admin")
    with parts().database.reading() as connection:
        token = accounts.by_token(connection, keyed_hash("token", given), int(time.time()))
    if token is None:
        raise _unauthorized("the token is wrong, expired or revoked")
    found, scope = token
    return Caller(found, "token", next(one for one in SCOPES if one == scope))


def _operator() -> Account:
    with parts().database.reading() as connection:
        found = accounts.by_email(connection, accounts.OPERATOR)
    if found is not None:
        return found
    with parts().database.writing() as connection:
        return accounts.operator(connection)


def _by_cookie() -> Caller | None:
    given = request.cookies.get(SESSION_COOKIE)
    if not given:
        return None
    with parts().database.reading() as connection:
        found = accounts.by_session(connection, keyed_hash("session", given), int(time.time()))
    if found is None:
        return None
    scope: Scope = "admin" if found.role == "admin" else "write"
    return Caller(found, "session", scope, given)


def _unauthorized(message: str) -> ApiError:
    return ApiError(
        401, "unauthorized", message, headers={"WWW-Authenticate": 'Bearer realm="mealplan"'}
    )
