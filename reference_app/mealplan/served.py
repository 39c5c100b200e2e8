"""Calling plugins so that every answer says which implementation served, and why no better one did.

``?strict=1`` wants the best or nothing: whatever is not the first rung of its ladder, also where
the operator forbade the first, is refused with 503.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response, g, jsonify, request

from bootfit.lazy import CallerError, Declined, Outcome
from mealplan.errors import ApiError
from mealplan.parts import parts

_YES = frozenset({"1", "true", "yes", "on"})


def call(plugin: str, method: str, *arguments: object) -> Outcome:
    """Return the outcome of calling ``method`` of ``plugin``, and note who served.

    Raises:
        ApiError: 503 under ``?strict=1``, where the first rung does not serve.
        CallerError: the implementation's answer.
    """
    plugins = parts().plugins
    loaded = plugins.load(plugin)
    _note(plugin, loaded.implementation, loaded.declined)
    try:
        outcome = plugins.call(plugin, method, *arguments)
    except CallerError as answer:
        # Who gave this answer may be one below the loaded one: it may even be a refusal that the
        # first would not have given.
        if answer.implementation != loaded.implementation:
            _note(plugin, answer.implementation, answer.declined)
        raise
    if outcome.implementation != loaded.implementation:
        _note(plugin, outcome.implementation, outcome.declined)
    return outcome


def served_by() -> dict[str, dict[str, object]]:
    """Return, for each plugin that this request has used, who served and who declined."""
    noted: dict[str, dict[str, object]] = g.setdefault("served_by", {})
    return noted


def reply(payload: dict[str, Any], status: int = 200) -> Response:
    """Return ``payload`` as JSON, with the account of the plugins that it took."""
    body = payload if "served_by" in payload else {**payload, "served_by": served_by()}
    response = jsonify(body)
    response.status_code = status
    return response


def header() -> str:
    """Return the same account in one line, for files: ``plugin=rung (better: reason, detail)``."""
    told = []
    for plugin, account in served_by().items():
        declined = account["declined"]
        reasons = "; ".join(
            _plain(f"{one['implementation']}: {one['reason']}, {one['detail']}")
            for one in declined  # type: ignore[attr-defined] # a list, made in _note
        )
        told.append(f"{plugin}={account['implementation']}" + (f" ({reasons})" if reasons else ""))
    return ", ".join(told)


def _plain(text: str) -> str:
    """Return ``text`` as a header may hold it: short, and printable ASCII alone."""
    return re.sub(r"[^ -~]+", " ", text)[:120]


def _note(plugin: str, implementation: str, declined: tuple[Declined, ...]) -> None:
    account: dict[str, object] = {
        "implementation": implementation,
        "declined": [one.describe() for one in declined],
    }
    served_by()[plugin] = account
    first = next(one for one in parts().plugins if one.name == plugin).ladder[0].name
    if implementation != first and request.args.get("strict", "").lower() in _YES:
        reasons = "; ".join(f"{one.implementation}: {one.reason}, {one.detail}" for one in declined)
        raise ApiError(
            503,
            "fallback_refused",
            f"{plugin} would be served by {implementation}, and strict=1 accepts {first} alone"
            f" ({reasons})",
            fields={"served_by": {plugin: account}},
        )
