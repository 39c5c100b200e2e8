"""Analytics over what was eaten and planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response
from sqlalchemy import Connection

from mealplan.accounts.caller import account
from mealplan.api.downloads import CSV, EXCEL, JSON, asked_format, download
from mealplan.api.endpoint import endpoint
from mealplan.errors import invalid
from mealplan.fields import Fields
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.tables import Records, RecordTable
from mealplan.store import statistics
from mealplan_plugins.spreadsheet_export.contract import Cell, Pivot

BLUEPRINT = Blueprint("analytics", __name__)
_DEFAULT_DAYS = 90
#: Rows of one table of an export: what a worker writes well within its time.
_MOST_ROWS = 100_000


@dataclass(frozen=True)
class _Period:
    first: date
    last: date


def _read_period(query: Fields) -> _Period:
    last = query.day("to", default=date.today())  # noqa: DTZ011 -- the server's day, README says so
    span = timedelta(days=min(_DEFAULT_DAYS, (last - date.min).days))
    return _in_order(query, _Period(query.day("from", default=last - span), last))


@dataclass(frozen=True)
class _Export:
    format: str
    period: _Period


def _read_export(query: Fields) -> _Export:
    first, last = query.day("from", default=date.min), query.day("to", default=date.max)
    return _Export(asked_format(query), _in_order(query, _Period(first, last)))


@BLUEPRINT.get("/analytics")
@endpoint(query=_read_period)
def analytics(query: _Period) -> Response:
    """Return means and counts from ``from`` to ``to``; by default of the last 90 days."""
    with parts().database.reading() as connection:
        found = statistics.summary(connection, account().id, query.first, query.last)
    return reply(found)


@BLUEPRINT.get("/analytics/export")
@endpoint(rate="export", query=_read_export, media=(JSON, CSV, EXCEL))
def export(query: _Export) -> Response:
    """Return the meals you ate from ``from`` to ``to`` as a file, by default all.

    The workbook has the meals of the plans that were made then, and pivots, as well.
    """
    whose, first, last = account().id, query.period.first, query.period.last
    with parts().database.reading() as connection:
        rows = statistics.eaten_count(connection, whose, first, last)
        if query.format == "xlsx":
            rows = max(rows, statistics.planned_count(connection, whose, first, last))
    if rows > _MOST_ROWS:
        told = f"{rows} rows, and one file holds {_MOST_ROWS}: narrow from and to"
        raise invalid({"from": told, "to": told})
    eaten = RecordTable(
        "Meals", statistics.EATEN_COLUMNS, _records(statistics.eaten_rows, whose, query.period)
    )
    planned = RecordTable(
        "Planned",
        statistics.PLANNED_COLUMNS,
        _records(statistics.planned_rows, whose, query.period),
    )
    pivots = (
        Pivot("Energy by weekday", "Meals", index="weekday", columns="meal", value="energy"),
        Pivot("Sodium by weekday", "Meals", index="weekday", columns="meal", value="sodium"),
        Pivot("Planned energy", "Planned", index="day", columns="meal", value="energy"),
    )
    return download("analytics", query.format, (eaten, planned), pivots)


def _in_order(query: Fields, period: _Period) -> _Period:
    if period.first > period.last:
        query.problem("from", "is after to")
    return period


def _records(
    rows: Callable[[Connection, int, date, date], Iterable[Sequence[Cell]]],
    account_id: int,
    period: _Period,
) -> Records:
    database = parts().database

    def fetch() -> Iterator[Sequence[Cell]]:
        with database.reading() as connection:
            yield from rows(connection, account_id, period.first, period.last)

    return Records(fetch)
