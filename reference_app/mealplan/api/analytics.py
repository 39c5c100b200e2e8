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
#: Rows of one table of an export: what a worker writes well within its time.
_MOST_ROWS = 100_000


@BLUEPRINT.get("/analytics")
def analytics() -> Response:
    """Return means and counts from ``from`` to ``to``; by default of the last 90 days."""
    last = day("to", default=date.today())  # noqa: DTZ011 -- the server's day, README says so
    span = timedelta(days=min(_DEFAULT_DAYS, (last - date.min).days))
    first = day("from", default=last - span)
    _in_order(first, last)
    with parts().database.reading() as connection:
        found = statistics.summary(connection, first, last)
    return reply(found)


@BLUEPRINT.get("/analytics/export")
def export() -> Response:
    """Return the meals eaten from ``from`` to ``to`` as a file, by default all.

    The workbook has the meals of the plans that were made then, and pivots, as well.
    """
    wanted = asked_format()
    first, last = day("from", default=date.min), day("to", default=date.max)
    _in_order(first, last)
    with parts().database.reading() as connection:
        rows = statistics.eaten_count(connection, first, last)
        if wanted == "xlsx":
            rows = max(rows, statistics.planned_count(connection, first, last))
    if rows > _MOST_ROWS:
        told = f"{rows} rows, and one file holds {_MOST_ROWS}: narrow from and to"
        raise invalid({"from": told, "to": told})
    eaten = RecordTable(
        "Meals", statistics.EATEN_COLUMNS, _records(statistics.eaten_rows, first, last)
    )
    planned = RecordTable(
        "Planned", statistics.PLANNED_COLUMNS, _records(statistics.planned_rows, first, last)
    )
    pivots = (
        Pivot("Energy by weekday", "Meals", index="weekday", columns="meal", value="energy"),
        Pivot("Sodium by weekday", "Meals", index="weekday", columns="meal", value="sodium"),
        Pivot("Planned energy", "Planned", index="day", columns="meal", value="energy"),
    )
    return download("analytics", (eaten, planned), pivots)


def _in_order(first: date, last: date) -> None:
    """Refuse a period that ends before it begins."""
    if first > last:
        raise invalid({"from": "is after to"})


def _records(
    rows: Callable[[Connection, date, date], Iterable[Sequence[Cell]]], first: date, last: date
) -> Records:
    database = parts().database

    def fetch() -> Iterator[Sequence[Cell]]:
        with database.reading() as connection:
            yield from rows(connection, first, last)

    return Records(fetch)
