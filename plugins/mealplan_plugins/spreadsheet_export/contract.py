"""What goes into and comes out of `spreadsheet_export`.

JSON and CSV are the app's own and always work; this plugin is Excel alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from bootfit.lazy import CallerError

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Sheet:
    """A sheet of records. `rows` may be a generator: it is read once."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Pivot:
    """A summary of one sheet: mean of `value`, by `index` down and `columns` across."""

    title: str
    sheet: str
    index: str
    columns: str
    value: str


class ExcelUnavailable(CallerError):
    """No Excel writer can serve; the message tells the user to take JSON or CSV."""


class SpreadsheetExport(Protocol):
    """An implementation."""

    #: True where pivots and charts are written; False where they are left out.
    analytical: bool

    def write(self, path: Path, sheets: Sequence[Sheet], pivots: Sequence[Pivot] = ()) -> None:
        """Write a workbook to ``path``. Text is never taken for a formula or a link.

        Raises:
            ExcelUnavailable: this is the fallback.
        """
        ...
