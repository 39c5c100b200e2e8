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


class ExcelUnavailable(CallerError):  # noqa: N818 - an answer, no error
    """No Excel writer can serve; the message tells the user to take JSON or CSV."""


class RowsSpent(ExcelUnavailable):
    """Writing failed half way through rows that can be read only once: ask again."""


class NotWritten(CallerError):  # noqa: N818 - an answer, no error
    """The file system does not take the file: no other implementation would fare better."""


class SheetError(CallerError):
    """A sheet is no table, is larger than Excel's, or a pivot asks for what is not there."""


class SpreadsheetExport(Protocol):
    """An implementation."""

    #: True where pivots and charts are written; False where they are left out.
    analytical: bool

    def write(self, path: Path, sheets: Sequence[Sheet], pivots: Sequence[Pivot] = ()) -> None:
        """Write a workbook to ``path``. Text is never taken for a formula or a link.

        Raises:
            ExcelUnavailable: this is the fallback; or RowsSpent: rows read once are gone.
            NotWritten: the folder is missing, not writable or full.
            SheetError: the caller's tables cannot be written.
        """
        ...
