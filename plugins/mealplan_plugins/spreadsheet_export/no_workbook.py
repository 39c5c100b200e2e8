"""The fallback: no Excel."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mealplan_plugins.spreadsheet_export.contract import ExcelUnavailable, Pivot, Sheet


class NoWorkbook:
    """`SpreadsheetExport` where no writer of Excel files can serve."""

    analytical = False

    def write(self, path: Path, sheets: Sequence[Sheet], pivots: Sequence[Pivot] = ()) -> NoReturn:
        """Refuse.

        Raises:
            ExcelUnavailable: always.
        """
        raise ExcelUnavailable(
            f"{path.name}: Excel files cannot be written on this server; JSON and CSV work"
        )
