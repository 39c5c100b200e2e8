"""Errors that are answers, and how every error becomes JSON."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Flask, Response, jsonify
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from bootfit.lazy import CallerError
from mealplan.database import DatabaseOutdated, DatabaseUnavailable
from mealplan_plugins.vector_search.contract import DimensionMismatch

_LOG = logging.getLogger(__name__)


class ApiError(Exception):
    """An answer that is not a success.

    Args:
        status: the HTTP status.
        code: what went wrong, for programs.
        message: what went wrong and how to mend it, for people.
        fields: field of the request → what is wrong with it.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        fields: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


def invalid(fields: Mapping[str, object]) -> ApiError:
    """Return the error for a request whose ``fields`` are wrong."""
    named = ", ".join(fields)
    return ApiError(422, "invalid", f"these fields are not valid: {named}", fields=fields)


def not_found(what: str) -> ApiError:
    """Return the error for ``what`` not being there."""
    return ApiError(404, "not_found", f"there is no {what}")


def error_response(
    status: int, code: str, message: str, fields: Mapping[str, object] | None = None
) -> Response:
    """Return an error as JSON."""
    body = {"error": {"code": code, "message": message, "fields": dict(fields or {})}}
    response = jsonify(body)
    response.status_code = status
    return response


def register(app: Flask) -> None:
    """Answer every error of ``app`` in JSON."""
    app.register_error_handler(ApiError, _api_error)
    app.register_error_handler(CallerError, _refused)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DimensionMismatch, _unexpected)
    app.register_error_handler(DatabaseUnavailable, _unavailable)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(DatabaseError, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _api_error(error: ApiError) -> Response:
    response = error_response(error.status, error.code, error.message, error.fields)
    response.headers.update(error.headers)
    return response


def _refused(error: CallerError) -> Response:
    return error_response(422, "refused", str(error))


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    code = (error.name or "error").lower().replace(" ", "_")
    response = error_response(status, code, error.description or error.name)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _overtaken(error: IntegrityError) -> Response:
    # What a request refers to is checked before: another one has deleted it since.
    _LOG.warning("a request was overtaken by another: %s", error.orig)
    return error_response(409, "overtaken", "what this refers to was just deleted")


def _database_error(error: DatabaseError) -> Response:
    # Of its subclasses, those that are about a statement of ours are our fault.
    if not isinstance(error, OperationalError) and type(error) is not DatabaseError:
        return _unexpected(error)
    _LOG.error("the database failed: %s", error.orig)
    return _busy()


def _unavailable(error: DatabaseUnavailable) -> Response:
    _LOG.error("%s", error)
    if isinstance(error, DatabaseOutdated):
        return error_response(
            503, "database_outdated", "the database is of another version; its operator knows how"
        )
    return _busy()


def _busy() -> Response:
    response = error_response(
        503, "database_unavailable", "the database cannot be reached or is busy; try again"
    )
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(error: Exception) -> Response:
    _LOG.error("a request failed", exc_info=error)
    return error_response(500, "internal", "the server failed; its log says why")
