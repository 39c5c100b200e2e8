"""The OpenAPI document, generated from the endpoints and from what reads their requests."""

from __future__ import annotations

import re
from functools import cache
from inspect import cleandoc
from typing import Any

from flask import current_app
from werkzeug.routing import Rule

from bootfit import __version__
from mealplan.accounts.caller import SESSION_COOKIE
from mealplan.api.endpoint import JSON, TOLD, Endpoint
from mealplan.api.schemas import Schema, schema_of

_PREFIX = "/api/v1"
_ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string", "description": "for programs"},
                "message": {"type": "string", "description": "for people"},
                "fields": {"type": "object", "description": "what is wrong, by field"},
            },
        }
    },
}
_STRICT: Schema = {
    "name": "strict",
    "in": "query",
    "description": "1: answer 503 instead of serving by a fallback",
    "schema": {"type": "string", "enum": ["0", "1"]},
}
_MESSAGES = {
    "400": "the body is no JSON object",
    "401": "nobody is signed in, or the token is wrong",
    "403": "not for this caller, or no CSRF token",
    "404": "there is no such thing, or it is somebody else's",
    "405": "not with this method",
    "409": "it does not go with what there is",
    "413": "the body is too large",
    "415": "the body is not sent as JSON",
    "422": "fields are not valid, or clash; all of them are named",
    "429": "too many requests; Retry-After says when the next may come",
    "503": "the database or, with strict, the first rung is out of reach",
}


def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the app of the current context."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        told = getattr(current_app.view_functions[rule.endpoint], TOLD, None)
        if told is None:
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(rule, told)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mealplan",
            "version": __version__,
            "description": "A meal planner. served_by in an answer says which implementation"
            " of each plugin served it, and why no better one did.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
            },
        },
    }


@cache
def _body_schema(told: Endpoint) -> Schema:
    assert told.body is not None  # noqa: S101 -- asked for those that have one
    return schema_of(told.body)


def _operation(rule: Rule, told: Endpoint) -> dict[str, Any]:
    view = current_app.view_functions[rule.endpoint]
    text = cleandoc(view.__doc__ or "")
    summary, _, description = text.partition("\n")
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": summary,
        "parameters": _parameters(rule, told),
        "responses": _responses(rule, told),
        "security": [] if told.lock == "open" else [{"token": []}, {"session": []}],
    }
    if description.strip():
        operation["description"] = description.strip()
    if told.body is not None:
        content = {JSON: {"schema": _body_schema(told)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parameters(rule: Rule, told: Endpoint) -> list[Schema]:
    found: list[Schema] = []
    for name in sorted(rule.arguments):
        number = type(rule._converters[name]).__name__ == "IntegerConverter"
        schema: Schema = {"type": "integer", "minimum": 0} if number else {"type": "string"}
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if told.query is not None:
        asked = schema_of(told.query)
        for name, schema in asked["properties"].items():
            required = name in asked.get("required", ())
            found.append({"name": name, "in": "query", "required": required, "schema": schema})
    return [*found, _STRICT]


def _responses(rule: Rule, told: Endpoint) -> dict[str, Any]:
    well: dict[str, Any] = {"description": "all is well"}
    if told.status != 204:
        well["content"] = {
            media: {"schema": {"type": "object"} if media == JSON and len(told.media) == 1 else {}}
            for media in told.media
        }
    codes = ["503"]
    if told.lock != "open":
        codes += ["401", "403"]
    if rule.arguments:
        codes += ["404", "405"]
    if told.body is not None:
        codes += ["400", "413", "415"]
    if told.body is not None or told.query is not None or told.status == 201:
        codes += ["422"]
    if told.rate is not None:
        codes += ["429"]
    if "GET" not in (rule.methods or set()) or rule.arguments:
        codes += ["409"]
    if told.body is not None:
        codes += ["401"]
    error = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}
    failed = {
        code: {"description": _MESSAGES[code], "content": error} for code in sorted(set(codes))
    }
    return {str(told.status): well, **failed}
