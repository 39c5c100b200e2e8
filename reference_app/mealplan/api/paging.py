"""Lists a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from mealplan.fields import Fields

_MOST = 200
_FURTHEST = 10_000_000


@dataclass(frozen=True)
class Page:
    """Which records of a list are wanted."""

    limit: int
    offset: int

    def describe(self) -> dict[str, int]:
        """Return it, JSON-ready."""
        return {"limit": self.limit, "offset": self.offset}


def page(query: Fields) -> Page:
    """Return the page that a query string asks for."""
    return Page(
        query.integer("limit", 1, _MOST, default=50),
        query.integer("offset", 0, _FURTHEST, default=0),
    )
