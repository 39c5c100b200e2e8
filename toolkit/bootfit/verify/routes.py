"""Which requests to send to an app, and which of its routes they leave out. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bootfit.model.app import RequestSpec, Route

#: What a GET route that nobody described may answer: it may want a login or a query.
BELOW_500 = tuple(range(200, 500))
_PARAMETER = re.compile(r"<(?:(path)(?:\([^)]*\))?:)?[^>]*>|\{([^}:]*)(?::(path))?[^}]*\}")


@dataclass(frozen=True)
class Drive:
    """The requests to send, in order, and the routes that none of them reaches."""

    requests: tuple[RequestSpec, ...]
    undriven: tuple[str, ...]


def choose_requests(specs: Sequence[RequestSpec], routes: Sequence[Route]) -> Drive:
    """Return ``specs``, then each GET route without parameters that none of them reaches.

    A route is reached by a request of its method whose path, without the query, matches it;
    where a literal route and one with parameters both match, the literal one is what it reaches.
    """
    reached = {_reached_by(spec, routes) for spec in specs}
    requests = list(specs)
    undriven: list[str] = []
    for route in sorted(set(routes), key=lambda route: (route.path, route.method)):
        if route.method in ("HEAD", "OPTIONS") or route in reached:
            continue
        if route.method == "GET" and not route.parameters and not _PARAMETER.search(route.path):
            requests.append(RequestSpec("GET", route.path, expect=BELOW_500))
        else:
            undriven.append(f"{route.method} {route.path}")
    return Drive(tuple(requests), tuple(undriven))


def _reached_by(spec: RequestSpec, routes: Sequence[Route]) -> Route | None:
    path = re.split(r"[?#]", spec.path, maxsplit=1)[0]
    method = spec.method.upper()
    candidates = [
        route for route in routes if route.method == method and _pattern(route.path).fullmatch(path)
    ]
    return min(candidates, key=lambda route: len(route.parameters), default=None)


def _pattern(route: str) -> re.Pattern[str]:
    parts: list[str] = []
    at = 0
    for match in _PARAMETER.finditer(route):
        parts.append(re.escape(route[at : match.start()]))
        parts.append(".+" if match[1] or match[3] else "[^/]+")
        at = match.end()
    return re.compile("".join(parts) + re.escape(route[at:]))
