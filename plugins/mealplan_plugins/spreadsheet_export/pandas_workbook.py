"""Records, pivots and a chart a pivot: pandas summarises, xlsxwriter writes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mealplan_plugins.spreadsheet_export.cells import CellWriter
from mealplan_plugins.spreadsheet_export.contract import Cell, Pivot, Sheet, SheetError
from mealplan_plugins.spreadsheet_export.pivot_means import Means
from mealplan_plugins.spreadsheet_export.streaming import StreamingWorkbook
from mealplan_plugins.spreadsheet_export.titles import sheet_titles
from mealplan_plugins.spreadsheet_export.workbook_file import new_workbook, rows_read_once

#: Excel's limit of a chart; the table beside it holds every column.
_MOST_SERIES = 255


class PandasWorkbook:
    """`SpreadsheetExport` with pivots."""

    analytical = True

    def write(self, path: Path, sheets: Sequence[Sheet], pivots: Sequence[Pivot] = ()) -> None:
        """Write ``sheets`` and ``pivots`` to ``path``.

        Raises:
            NotWritten: the file system does not take it.
            RowsSpent: writing failed and the rows cannot be read again.
            SheetError: a sheet is not a table, larger than Excel's, or a pivot names what is not
                there or averages what are no numbers.
        """
        _check(sheets, pivots)
        if not pivots:
            StreamingWorkbook().write(path, sheets)
            return
        with rows_read_once(sheets), new_workbook(path) as workbook:
            writer = CellWriter(workbook)
            titles = sheet_titles([*(s.title for s in sheets), *(p.title for p in pivots)])
            means = [(pivot, Means(pivot, _columns(pivot, sheets))) for pivot in pivots]
            for sheet, title in zip(sheets, titles[: len(sheets)], strict=True):
                readers = [one.add for pivot, one in means if pivot.sheet == sheet.title]
                writer.records(workbook.add_worksheet(title), sheet, _all_of(readers))
            for (pivot, one), title in zip(means, titles[len(sheets) :], strict=True):
                _write_pivot(workbook, title, writer, pivot, one.table())


def _check(sheets: Sequence[Sheet], pivots: Sequence[Pivot]) -> None:
    """Refuse pivots over what is not there, before any row is read."""
    columns = {sheet.title: sheet.columns for sheet in sheets}
    for pivot in pivots:
        if pivot.sheet not in columns:
            raise SheetError(f"{pivot.title}: there is no sheet {pivot.sheet!r}")
        for name in (pivot.index, pivot.columns, pivot.value):
            if name not in columns[pivot.sheet]:
                raise SheetError(f"{pivot.title}: {pivot.sheet} has no column {name!r}")


def _columns(pivot: Pivot, sheets: Sequence[Sheet]) -> Sequence[str]:
    """Return the columns of the sheet that ``pivot`` summarises."""
    return next(sheet.columns for sheet in sheets if sheet.title == pivot.sheet)


def _all_of(
    readers: Sequence[Callable[[Sequence[Cell]], None]],
) -> Callable[[Sequence[Cell]], None]:
    """Return what hands a record to each of ``readers``."""

    def hand_on(values: Sequence[Cell]) -> None:
        for reader in readers:
            reader(values)

    return hand_on


def _write_pivot(workbook: Any, title: str, writer: CellWriter, pivot: Pivot, summary: Any) -> None:
    """Write a summary and a column chart of it."""
    worksheet = workbook.add_worksheet(title)
    writer.header(worksheet, [pivot.index, *(str(name) for name in summary.columns)])
    for row, (label, values) in enumerate(summary.iterrows(), start=1):
        worksheet.write_string(row, 0, str(label))
        for column, value in enumerate(values, start=1):
            writer.cell(worksheet, row, column, float(value))
    rows, columns = summary.shape
    if not rows or not columns:
        return
    chart = workbook.add_chart({"type": "column"})
    for column in range(1, min(columns, _MOST_SERIES) + 1):
        chart.add_series(
            {
                "name": [title, 0, column],
                "categories": [title, 1, 0, rows, 0],
                "values": [title, 1, column, rows, column],
            }
        )
    chart.set_title({"name": f"{pivot.value} by {pivot.index}", "overlay": False})
    worksheet.insert_chart(1, columns + 2, chart)
