"""Headers that every answer carries."""

from __future__ import annotations

from flask import Flask, Response, request

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


def _finish(response: Response) -> Response:
    for name, value in _HEADERS.items():
        # A page says itself what it may load.
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if told := header():
        response.headers["X-Served-By"] = told
    return response
