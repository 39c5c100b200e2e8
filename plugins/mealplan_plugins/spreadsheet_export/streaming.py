"""Records alone, written row by row: memory does not grow with them."""

from collections.abc import Sequence
from pathlib import Path

from mealplan_plugins.spreadsheet_export.cells import CellWriter
from mealplan_plugins.spreadsheet_export.contract import Pivot, Sheet
from mealplan_plugins.spreadsheet_export.titles import sheet_titles
from mealplan_plugins.spreadsheet_export.workbook_file import new_workbook, rows_read_once


class StreamingWorkbook:
    """`SpreadsheetExport` by xlsxwriter's constant-memory mode; pivots are left out."""

    analytical = False

    def write(self, path: Path, sheets: Sequence[Sheet], pivots: Sequence[Pivot] = ()) -> None:
        """Write ``sheets`` to ``path``.

        Raises:
            NotWritten: the file system does not take it.
            RowsSpent: writing failed and the rows cannot be read again.
            SheetError: a sheet is not a table, or larger than Excel's.
        """
        with rows_read_once(sheets), new_workbook(path) as workbook:
            writer = CellWriter(workbook)
            titles = sheet_titles(sheet.title for sheet in sheets)
            for sheet, title in zip(sheets, titles, strict=True):
                writer.records(workbook.add_worksheet(title), sheet)
