"""Analytics over what was eaten and planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta

from flask import Blueprint, Response
from sqlalchemy import Connection

from mealplan.api.downloads import asked_format, download
from mealplan.api.paging import day
from mealplan.errors import invalid
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.tables import Records, RecordTable
from mealplan.store import statistics
from mealplan_plugins.spreadsheet_export.contract import Cell, Pivot

BLUEPRINT = Blueprint("analytics", __name__)
_DEFAULT_DAYS = 90


@BLUEPRINT.get("/analytics")
def analytics() -> Response:
    """Return means and counts from ``from`` to ``to``; by default of the last 90 days."""
    last = day("to", default=date.today())  # noqa: DTZ011 -- the eater's own day
    span = timedelta(days=min(_DEFAULT_DAYS, (last - date.min).days))
    first = day("from", default=last - span)
    if first > last:
        raise invalid({"from": "is after to"})
    with parts().database.reading() as connection:
        found = statistics.summary(connection, first, last)
    return reply(found)


@BLUEPRINT.get("/analytics/export")
def export() -> Response:
    """Return every meal eaten as a file; the workbook has the planned meals and pivots as well."""
    asked_format()
    eaten = RecordTable("Meals", statistics.EATEN_COLUMNS, _records(statistics.eaten_rows))
    planned = RecordTable("Planned", statistics.PLANNED_COLUMNS, _records(statistics.planned_rows))
    pivots = (
        Pivot("Energy by weekday", "Meals", index="weekday", columns="meal", value="energy"),
        Pivot("Sodium by weekday", "Meals", index="weekday", columns="meal", value="sodium"),
        Pivot("Planned energy", "Planned", index="day", columns="meal", value="energy"),
    )
    return download("analytics", (eaten, planned), pivots)


def _records(rows: Callable[[Connection], Iterable[Sequence[Cell]]]) -> Records:
    database = parts().database

    def fetch() -> Iterator[Sequence[Cell]]:
        with database.reading() as connection:
            yield from rows(connection)

    return Records(fetch)
