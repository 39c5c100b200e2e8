"""Weeks as calendars: iCalendar, RFC 5545."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

#: When a meal begins where whoever eats it is: the times float, as RFC 5545, 3.3.5 calls it.
_TIMES = {"breakfast": (7, 30), "lunch": (12, 30), "snacks": (15, 30), "dinner": (18, 30)}
_MEAL = timedelta(minutes=30)
_LINE_OCTETS = 75
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


def calendar(name: str, plans: Iterable[Mapping[str, Any]]) -> str:
    """Return a calendar of plans (id, created_at, starts_on, days), an event a meal.

    Events of the same meal have the same UID wherever they are exported, so that importing them
    twice changes them instead of doubling them.
    """
    lines = [
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mealplan//week//EN", "CALSCALE:GREGORIAN"),
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for plan in plans for line in _events(plan)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    """Return ``text`` as a property of type TEXT holds it (RFC 5545, 3.3.11)."""
    plain = re.sub(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", plain)
    return re.sub(r"[\\;,\n]", lambda found: _ESCAPED[found[0]], kept)


def folded(line: str) -> str:
    """Return a line of at most 75 octets each, between characters (RFC 5545, 3.1)."""
    pieces: list[str] = []
    piece, room = "", _LINE_OCTETS
    for character in line:
        octets = len(character.encode())
        if octets > room:
            pieces.append(piece)
            # The space that begins a continuation counts.
            piece, room = "", _LINE_OCTETS - 1
        piece += character
        room -= octets
    return "\r\n ".join([*pieces, piece])


def _events(plan: Mapping[str, Any]) -> Iterator[str]:
    first: date = plan["starts_on"]
    made = datetime.fromisoformat(plan["created_at"]).astimezone(timezone.utc)
    for day in plan["days"]:
        for meal in day["meals"]:
            hour, minute = _TIMES[meal["meal"]]
            on = first + timedelta(days=day["day"])
            begins = datetime(on.year, on.month, on.day, hour, minute)  # noqa: DTZ001 -- it floats
            allergens = ", ".join(meal["allergens"])
            details = f"{meal['energy_kcal']:.0f} kcal, {meal['minutes']} minutes to make" + (
                f"\nAllergens: {allergens}" if allergens else ""
            )
            title = f"{meal['meal'].title()}: {meal['dish']} ({meal['servings']:g})"
            yield from (
                "BEGIN:VEVENT",
                f"UID:plan-{plan['id']}-{day['day']}-{meal['meal']}@mealplan",
                f"DTSTAMP:{made:%Y%m%dT%H%M%SZ}",
                f"DTSTART:{begins:%Y%m%dT%H%M%S}",
                f"DTEND:{begins + _MEAL:%Y%m%dT%H%M%S}",
                f"SUMMARY:{escaped(title)}",
                f"DESCRIPTION:{escaped(details)}",
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            )
