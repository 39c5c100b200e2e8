"""The work that measures `spreadsheet_export`: a year of a household's meals."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from mealplan_plugins.spreadsheet_export.contract import (
    Cell,
    ExcelUnavailable,
    Pivot,
    Sheet,
    SpreadsheetExport,
)

_ROWS = 5000
_MEALS = ("breakfast", "lunch", "dinner", "snacks")
_NUTRIENTS = ("protein g", "fat g", "carbohydrate g", "fibre g", "sodium mg", "iron mg")
_COLUMNS = ("day", "meal", "dish", "kcal", *_NUTRIENTS)


def run(export: SpreadsheetExport) -> None:
    """Write 5,000 rows of 10 columns, and a pivot where the object writes pivots.

    The fallback's refusal is its documented answer, and so a success.

    Raises:
        RuntimeError: no workbook was written.
    """
    pivots = [Pivot("Energy", "Meals", "day", "meal", "kcal")] if export.analytical else []
    with TemporaryDirectory(prefix="exercise-") as folder:
        path = Path(folder) / "meals.xlsx"
        try:
            export.write(path, [Sheet("Meals", _COLUMNS, _rows())], pivots)
        except ExcelUnavailable:
            return
        if not path.read_bytes().startswith(b"PK"):
            raise RuntimeError("what was written is no workbook")


def _rows() -> Iterator[list[Cell]]:
    """Yield the records."""
    start = date(2026, 1, 1)
    for number in range(_ROWS):
        nutrients = [round(number * (place + 1) % 97 * 1.1, 1) for place in range(len(_NUTRIENTS))]
        day = start + timedelta(days=number % 365)
        yield [day, _MEALS[number % 4], f"Dish {number % 300}", 400.0 + number % 350, *nutrients]
