"""Headers that every answer carries, and the lock of the admin pages."""

from __future__ import annotations

import hmac

from flask import Flask, Response, current_app, request

from mealplan.errors import ApiError
from mealplan.served import header

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def register(app: Flask) -> None:
    """Give every answer of ``app`` its headers."""
    app.after_request(_finish)


def require_admin() -> None:
    """Let the request pass if it carries the admin token.

    Raises:
        ApiError: 403 where no token is configured, 401 where the request has none or a wrong one.
    """
    token = current_app.config["ADMIN_TOKEN"]
    if not token:
        raise ApiError(
            403,
            "admin_closed",
            "the admin pages are closed: set MEALPLAN_ADMIN_TOKEN in the server's environment,"
            " and send it as Authorization: Bearer <token>",
        )
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not right:
        raise ApiError(
            401,
            "unauthorized",
            "send the admin token as Authorization: Bearer <token>",
            headers={"WWW-Authenticate": 'Bearer realm="mealplan admin"'},
        )


def _finish(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if told := header():
        response.headers["X-Served-By"] = told
    return response
