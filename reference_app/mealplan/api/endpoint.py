"""What every endpoint has around it: a lock, a limit, its body and its query read.

The same readers that check a request tell the OpenAPI document what it may hold, so the two cannot
drift apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import request
from flask.typing import ResponseReturnValue

from mealplan.accounts.caller import Lock, unlock
from mealplan.accounts.limits import limit
from mealplan.fields import Fields, Query, body_of

_View = TypeVar("_View", bound=Callable[..., ResponseReturnValue])
#: Where a view keeps what is told of it.
TOLD = "mealplan_endpoint"
JSON = "application/json"


@dataclass(frozen=True)
class Endpoint:
    """What an endpoint asks of a request, and what it answers when all is well."""

    lock: Lock
    rate: str | None
    body: Callable[[Fields], Any] | None
    query: Callable[[Fields], Any] | None
    status: int
    media: tuple[str, ...]


def endpoint(
    *,
    lock: Lock = "user",
    rate: str | None = None,
    body: Callable[[Fields], Any] | None = None,
    query: Callable[[Fields], Any] | None = None,
    status: int = 200,
    media: tuple[str, ...] = (JSON,),
) -> Callable[[_View], _View]:
    """Return what makes a view an endpoint.

    Args:
        lock: who may use it.
        rate: the kind of request that it is counted as.
        body: reads the JSON body; the view gets what it returns as ``body``.
        query: reads the query string; the view gets what it returns as ``query``.
        status: of the answer when all is well.
        media: content types that it may then have.
    """
    told = Endpoint(lock, rate, body, query, status, media)

    def around(view: _View) -> _View:
        @wraps(view)
        def answer(**path: Any) -> ResponseReturnValue:
            unlock(lock)
            if rate is not None:
                limit(rate)
            if query is not None:
                path["query"] = _read(query, Query(request.args))
            if body is not None:
                path["body"] = _read(body, body_of(request))
            return view(**path)

        setattr(answer, TOLD, told)
        return answer  # type: ignore[return-value] # it is called as the view is

    return around


def _read(reader: Callable[[Fields], Any], fields: Fields) -> Any:
    value = reader(fields)
    fields.done()
    return value
