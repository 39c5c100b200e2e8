"""The query string's numbers and dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import request

from mealplan.errors import invalid
from mealplan.fields import day_of

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


def page() -> Page:
    """Return the page that the query string asks for.

    Raises:
        ApiError: 422 where a number is none, or out of its range.
    """
    return Page(
        whole_number("limit", 1, _MOST, default=50), whole_number("offset", 0, _FURTHEST, default=0)
    )


def whole_number(name: str, low: int, high: int, *, default: int) -> int:
    """Return a number of the query string from ``low`` to ``high``.

    Raises:
        ApiError: 422 otherwise.
    """
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high):
        raise invalid({name: f"must be a whole number from {low} to {high}"})
    return int(text)


def choice(name: str, allowed: tuple[str, ...], *, default: str) -> str:
    """Return one of ``allowed`` of the query string.

    Raises:
        ApiError: 422 for anything else.
    """
    value = request.args.get(name, default)
    if value not in allowed:
        raise invalid({name: f"must be one of: {', '.join(allowed)}"})
    return value


def day(name: str, *, default: date) -> date:
    """Return a date of the query string, written YYYY-MM-DD.

    Raises:
        ApiError: 422 for anything else.
    """
    text = request.args.get(name, "")
    if not text:
        return default
    found = day_of(text)
    if found is None:
        raise invalid({name: "must be a date, YYYY-MM-DD"})
    return found
