"""A pivot of records that pass by: what is kept grows with the pivot, not with the records."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from mealplan_plugins.spreadsheet_export.contract import Cell, Pivot, SheetError

#: Records that are gathered before they are summed up.
_CHUNK = 2000
_DOWN, _ACROSS, _VALUE = "down", "across", "value"


class Means:
    """The means of a pivot over the records of a sheet with these ``columns``."""

    def __init__(self, pivot: Pivot, columns: Sequence[str]) -> None:
        self._pivot = pivot
        names = list(columns)
        self._places = [names.index(name) for name in (pivot.index, pivot.columns, pivot.value)]
        self._waiting: list[list[Cell]] = []
        self._sums = self._summed()

    def add(self, values: Sequence[Cell]) -> None:
        """Take one record.

        Raises:
            SheetError: the pivot averages what is no number.
        """
        self._waiting.append([values[place] for place in self._places])
        if len(self._waiting) == _CHUNK:
            self._take()

    def table(self) -> Any:
        """Return the means as a frame: a row an `index`, a column a `columns`.

        Raises:
            SheetError: the pivot averages what is no number.
        """
        self._take()
        known = self._sums[self._sums["count"] > 0]
        return (known["sum"] / known["count"]).unstack()

    def _take(self) -> None:
        """Add what waits to the sums."""
        if self._waiting:
            both = pd.concat([self._sums, self._summed()]) if len(self._sums) else self._summed()
            self._sums = both.groupby(level=[0, 1]).sum()
            self._waiting = []

    def _summed(self) -> Any:
        """Return sum and count of what waits, by `index` and `columns`."""
        frame = pd.DataFrame(self._waiting, columns=[_DOWN, _ACROSS, _VALUE])
        try:
            frame[_VALUE] = pd.to_numeric(frame[_VALUE]).astype(float)
        except (TypeError, ValueError) as error:
            raise SheetError(
                f"{self._pivot.title}: {self._pivot.value!r} holds what is no number"
            ) from error
        return frame.groupby([_DOWN, _ACROSS])[_VALUE].agg(["sum", "count"])
