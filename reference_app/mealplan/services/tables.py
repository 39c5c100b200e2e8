"""Tables of records as JSON and CSV, with the standard library alone: these always work."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mealplan_plugins.spreadsheet_export.contract import Cell

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Records(Iterable[Sequence[Cell]]):
    """Rows that are fetched anew each time they are read, so that a second reader gets them too."""

    fetch: Callable[[], Iterable[Sequence[Cell]]]

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        return iter(self.fetch())


@dataclass(frozen=True)
class RecordTable:
    """A titled table of records."""

    title: str
    columns: tuple[str, ...]
    rows: Records


def to_json(table: RecordTable) -> Iterator[str]:
    """Yield the table as a JSON list of objects, a record a line."""
    separator = "["
    for row in table.rows:
        record = dict(zip(table.columns, row, strict=True))
        yield separator + "\n" + json.dumps(record, default=_plain, ensure_ascii=False)
        separator = ","
    yield "[]\n" if separator == "[" else "\n]\n"


def to_csv(table: RecordTable) -> Iterator[str]:
    """Yield the table as CSV (RFC 4180), a record at a time, no cell of which is a formula."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([csv_cell(column) for column in table.columns])
    for row in table.rows:
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([csv_cell(cell) for cell in row])
    yield buffer.getvalue()


def csv_cell(cell: Cell) -> str | int | float | None:
    """Return a cell as CSV holds it; a text that a spreadsheet would run gets a ``'`` in front.

    Numbers stay as they are, negative ones too, also those written as text.
    Source: OWASP, CSV Injection.
    """
    if cell is None or (isinstance(cell, (int, float)) and not isinstance(cell, bool)):
        return cell
    text = _plain(cell) if isinstance(cell, date) else str(cell)
    if text.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is no cell")
