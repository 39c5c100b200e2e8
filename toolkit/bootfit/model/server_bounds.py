"""How far server settings may be wished: beyond, a number is a slip, or does nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from bootfit.model.errors import UsageError


@dataclass(frozen=True)
class Bound:
    """The most that a setting may be, and why."""

    most: int
    reason: str


#: Source: docs.gunicorn.org, design ("How Many Workers?") and settings; the platforms' own pages.
SERVER_BOUNDS: Mapping[str, Bound] = {
    "workers": Bound(
        64, "gunicorn advises 2 to 4 a processor, and no platform here has more than 16 of them"
    ),
    "threads": Bound(
        1000, "gunicorn accepts 1000 connections a worker at once: its worker_connections"
    ),
    "timeout": Bound(
        6000, "no platform here lets a request take longer than 100 minutes, as Render does"
    ),
    "max-requests": Bound(
        1_000_000, "a worker is hardly recycled after more; 0 says that it never is"
    ),
}
#: Workers × threads: so many clients ask at once while a plan is verified.
MOST_CLIENTS = 1000


def check_bounds(settings: Mapping[str, int | None]) -> None:
    """Refuse settings (by the name that users write) that are out of bounds; None is unset.

    Raises:
        UsageError: one is, or workers × threads are.
    """
    for name, value in settings.items():
        bound = SERVER_BOUNDS[name]
        if value is not None and value > bound.most:
            raise UsageError(f"server.{name} = {value} is more than {bound.most}", bound.reason)
    clients = (settings.get("workers") or 1) * (settings.get("threads") or 1)
    if clients > MOST_CLIENTS:
        raise UsageError(
            f"server.workers × server.threads = {clients} is more than {MOST_CLIENTS}",
            "so many clients cannot be made to ask at once; take fewer threads",
        )
