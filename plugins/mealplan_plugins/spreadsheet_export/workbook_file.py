"""A workbook that is there whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from bootfit.lazy import CallerError
from mealplan_plugins.spreadsheet_export.cells import WORKBOOK_OPTIONS
from mealplan_plugins.spreadsheet_export.contract import NotWritten, RowsSpent, Sheet


@contextmanager
def new_workbook(path: Path) -> Iterator[Any]:
    """Give an open workbook, which takes ``path``'s place once it is written.

    Sheets are written one after the other, and each row by row: memory does not grow with them.

    Raises:
        NotWritten: the folder is missing, not writable, or full.
    """
    unfinished = path.with_name(f".{path.name}.{token_hex(6)}.unfinished")
    try:
        with TemporaryDirectory(prefix="workbook-") as scratch, unfinished.open("xb") as file:
            options = {**WORKBOOK_OPTIONS, "constant_memory": True, "tmpdir": scratch}
            workbook = xlsxwriter.Workbook(file, options)
            try:
                yield workbook
                workbook.close()
            finally:
                workbook.fileclosed = True  # else its destructor writes into the closed file
        unfinished.replace(path)
    except OSError as error:
        raise NotWritten(f"{path.name} cannot be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def rows_read_once(sheets: Sequence[Sheet]) -> Iterator[None]:
    """Turn a failure after which a generator of rows may be spent into an answer.

    The next implementation would find that generator empty and write a workbook without rows.

    Raises:
        RowsSpent: writing failed and some rows cannot be read again.
    """
    try:
        yield
    except CallerError:
        raise
    except Exception as error:
        spent = [sheet.title for sheet in sheets if iter(sheet.rows) is sheet.rows]
        if not spent:
            raise
        titles = ", ".join(spent)
        raise RowsSpent(f"writing failed half way through the rows of {titles}: {error}") from error
