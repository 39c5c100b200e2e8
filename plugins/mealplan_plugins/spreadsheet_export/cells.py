"""Cells by their type: text is text, numbers are numbers, nothing becomes a formula or a link."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Any

from mealplan_plugins.spreadsheet_export.contract import Cell, Sheet, SheetError

#: Excel's limits (support.microsoft.com, "Excel specifications and limits").
MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT = 1_048_576, 16_384, 32_767

#: How a workbook is opened: the first two keep text what it is, whoever writes it.
WORKBOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
    "default_date_format": "yyyy-mm-dd",
}


class CellWriter:
    """Writes records into a worksheet of xlsxwriter."""

    def __init__(self, workbook: Any) -> None:
        self._bold = workbook.add_format({"bold": True})
        self._moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})

    def header(self, worksheet: Any, columns: Sequence[str]) -> None:
        """Write the names of columns into the first row, and keep it in view.

        Raises:
            SheetError: there are more columns than Excel holds.
        """
        if len(columns) > MOST_COLUMNS:
            raise SheetError(f"{len(columns)} columns; Excel holds {MOST_COLUMNS}")
        worksheet.freeze_panes(1, 0)
        for column, name in enumerate(columns):
            worksheet.write_string(0, column, name[:LONGEST_TEXT], self._bold)

    def records(
        self,
        worksheet: Any,
        sheet: Sheet,
        also: Callable[[Sequence[Cell]], None] = lambda _: None,
    ) -> None:
        """Write a sheet's columns and records, and hand each record to ``also``.

        Raises:
            SheetError: it is no table, or larger than Excel's.
        """
        self.header(worksheet, sheet.columns)
        for number, values in enumerate(sheet.rows, start=1):
            self.row(worksheet, number, sheet, values)
            also(values)

    def row(self, worksheet: Any, number: int, sheet: Sheet, values: Sequence[Cell]) -> None:
        """Write one record into row ``number`` (0 is the header).

        Raises:
            SheetError: the record has not a value a column, or Excel has no such row.
        """
        if len(values) != len(sheet.columns):
            raise SheetError(
                f"{sheet.title}, row {number}: {len(values)} values, {len(sheet.columns)} columns"
            )
        if number >= MOST_ROWS:
            raise SheetError(f"{sheet.title}: more than the {MOST_ROWS - 1} records Excel holds")
        for column, value in enumerate(values):
            self.cell(worksheet, number, column, value)

    def cell(self, worksheet: Any, row: int, column: int, value: Cell) -> None:
        """Write one value. None and what is no finite number leave the cell empty."""
        if value is None:
            return
        if isinstance(value, bool):
            worksheet.write_boolean(row, column, value)
        elif isinstance(value, int | float):
            if isfinite(value):
                worksheet.write_number(row, column, value)
        elif isinstance(value, datetime):
            worksheet.write_datetime(row, column, value, self._moment)
        elif isinstance(value, date):
            worksheet.write_datetime(row, column, value)
        else:
            worksheet.write_string(row, column, str(value)[:LONGEST_TEXT])
