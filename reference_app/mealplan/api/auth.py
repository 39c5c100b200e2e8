"""Signing up, in and out; passwords; API tokens."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import Blueprint, Response, request

from mealplan.accounts.caller import SCOPES, SESSION_COOKIE, Scope, account, caller
from mealplan.accounts.limits import limit
from mealplan.accounts.passwords import LONGEST_PASSWORD, hashed, is_right, password_problem
from mealplan.accounts.secrets import TOKEN_PREFIX, csrf_token, keyed_hash, new_token
from mealplan.api.endpoint import endpoint
from mealplan.errors import ApiError, not_found
from mealplan.fields import Fields
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.store import accounts
from mealplan.store.accounts import Account

BLUEPRINT = Blueprint("auth", __name__)
SESSION_SECONDS = 30 * 24 * 3600
_DAY = 24 * 3600
_MOST_TOKENS = 50


@dataclass(frozen=True)
class _Credentials:
    email: str
    password: str
    name: str = ""
    new_password: str = ""


def _read_credentials(fields: Fields) -> _Credentials:
    return _Credentials(fields.email("email"), fields.secret("password", LONGEST_PASSWORD))


def _read_sign_up(fields: Fields) -> _Credentials:
    return _Credentials(
        fields.email("email"),
        _new_password(fields, "password"),
        name=fields.text("name", 80, default=""),
    )


def _read_new_password(fields: Fields) -> _Credentials:
    return _Credentials(
        fields.email("email"),
        fields.secret("password", LONGEST_PASSWORD),
        new_password=_new_password(fields, "new_password"),
    )


def _new_password(fields: Fields, name: str) -> str:
    password = fields.secret(name, LONGEST_PASSWORD)
    if problem := password_problem(password):
        fields.problem(name, problem)
    return password


@BLUEPRINT.post("/auth/sign-up")
@endpoint(lock="open", rate="sign_up", body=_read_sign_up, status=201)
def sign_up(body: _Credentials) -> Response:
    """Make an account and sign in; 201, or 409 where the address has one."""
    password_hash = hashed(body.password)
    with parts().database.writing() as connection:
        made = accounts.add(connection, body.email, body.name, password_hash)
    if made is None:
        raise ApiError(409, "taken", "this address has an account: sign in")
    return _signed_in(made, 201)


@BLUEPRINT.post("/auth/sign-in")
@endpoint(lock="open", rate="sign_in", body=_read_credentials)
def sign_in(body: _Credentials) -> Response:
    """Begin a session: a cookie, and the CSRF token that goes with it."""
    return _signed_in(_proven(body), 200)


@BLUEPRINT.post("/auth/sign-out")
@endpoint(status=204)
def sign_out() -> Response:
    """End the session; 204."""
    found = caller()
    if found is not None and found.session_token is not None:
        with parts().database.writing() as connection:
            accounts.close_session(connection, keyed_hash("session", found.session_token))
    response = Response(status=204)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Lax")
    return response


@BLUEPRINT.get("/auth/session")
@endpoint()
def session() -> Response:
    """Return who is signed in, and the CSRF token of the session."""
    found = caller()
    token = found.session_token if found else None
    return reply(
        {
            "user": account().describe(),
            "by": found.by if found else None,
            "scope": found.scope if found else None,
            "csrf_token": None if token is None else csrf_token(token),
        }
    )


@BLUEPRINT.post("/auth/password")
@endpoint(lock="open", rate="sign_in", body=_read_new_password, status=204)
def change_password(body: _Credentials) -> Response:
    """Set a new password, proven by the old one; every session ends. 204."""
    found = _proven(body)
    password_hash = hashed(body.new_password)
    with parts().database.writing() as connection:
        accounts.set_password(connection, found.id, password_hash)
    return Response(status=204)


@BLUEPRINT.post("/auth/delete-account")
@endpoint(lock="open", rate="sign_in", body=_read_credentials, status=204)
def delete_account(body: _Credentials) -> Response:
    """Delete an account with all that is its, proven by the password; 204."""
    found = _proven(body)
    with parts().database.writing() as connection:
        accounts.remove(connection, found.id)
    return Response(status=204)


@dataclass(frozen=True)
class _Token:
    name: str
    scope: str
    days: int | None


def _read_token(fields: Fields) -> _Token:
    return _Token(
        fields.text("name", 80),
        fields.choice("scope", SCOPES, default="read"),
        fields.maybe_integer("days", 1, 3650),
    )


@BLUEPRINT.post("/auth/tokens")
@endpoint(rate="sign_in", body=_read_token, status=201)
def make_token(body: _Token) -> Response:
    """Make an API token; 201. It is shown this once: only its hash is kept."""
    found = caller()
    if found is not None and SCOPES.index(found.scope) < SCOPES.index(_scope(body.scope)):
        raise ApiError(403, "forbidden", f"you cannot hand out the scope {body.scope}")
    token = TOKEN_PREFIX + new_token()
    expires_at = None if body.days is None else int(time.time()) + body.days * _DAY
    with parts().database.writing() as connection:
        if len(accounts.tokens(connection, account().id)) >= _MOST_TOKENS:
            raise ApiError(409, "too_many", f"you have {_MOST_TOKENS} tokens: revoke some first")
        number = accounts.add_token(
            connection,
            account().id,
            name=body.name,
            token_hash=keyed_hash("token", token),
            scope=body.scope,
            expires_at=expires_at,
        )
    told = {"id": number, "name": body.name, "scope": body.scope, "expires_at": expires_at}
    return reply({**told, "token": token}, 201)


@BLUEPRINT.get("/auth/tokens")
@endpoint()
def list_tokens() -> Response:
    """Return your API tokens, without what they are."""
    with parts().database.reading() as connection:
        found = accounts.tokens(connection, account().id)
    return reply({"tokens": found})


@BLUEPRINT.delete("/auth/tokens/<int:token_id>")
@endpoint(status=204)
def revoke_token(token_id: int) -> Response:
    """Revoke an API token; 204."""
    with parts().database.writing() as connection:
        there = token_id < 2**31 and accounts.remove_token(connection, account().id, token_id)
    if not there:
        raise not_found(f"token {token_id}")
    return Response(status=204)


def _scope(name: str) -> Scope:
    return next(one for one in SCOPES if one == name)


def _proven(given: _Credentials) -> Account:
    """Return the account whose password was given; what is wrong is not told.

    Raises:
        ApiError: 401, or 429 where it was guessed at too often.
    """
    limit("sign_in_account", given.email)
    with parts().database.reading() as connection:
        found = accounts.with_password(connection, given.email)
    # Nobody's password takes as long as a wrong one.
    if not is_right(found[1] if found else None, given.password) or found is None:
        raise ApiError(401, "wrong_credentials", "the address or the password is wrong")
    return found[0]


def _signed_in(found: Account, status: int) -> Response:
    token = new_token()
    moment = int(time.time())
    with parts().database.writing() as connection:
        accounts.open_session(
            connection, found.id, keyed_hash("session", token), moment, moment + SESSION_SECONDS
        )
    response = reply({"user": found.describe(), "csrf_token": csrf_token(token)}, status)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=SESSION_SECONDS,
        path="/",
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response
