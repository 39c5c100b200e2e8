"""Tables that fit the terminal: where it is narrow whole columns go, never a part of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

#: Between two columns.
_GAP = 2
#: Less than this of a column of words is no use.
_FEWEST_WORDS = 16

Cell = str | Text


@dataclass(frozen=True)
class Column:
    """A column of a table that is fitted to a width."""

    heading: str
    justify: JustifyMethod = "left"
    #: Which goes first where the width does not do: the highest; 0 stays.
    goes: int = 0
    #: Its words may be broken into several lines.
    folds: bool = False


def figure_columns(*headings: str, going: Sequence[str] = ()) -> tuple[Column, ...]:
    """Return columns of figures; those in ``going`` may be left out, the first of them first."""
    ranks = {name: len(going) - index for index, name in enumerate(going)}
    return tuple(Column(name, "right", ranks.get(name, 0)) for name in headings)


def fitted(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int
) -> list[RenderableType]:
    """Return a table of at most ``width`` cells, and a line that names the columns left out.

    Where even the columns that stay are too wide, the names in the first are broken.
    """
    kept = list(range(len(columns)))
    needs = [_need(column, [row[index] for row in rows]) for index, column in enumerate(columns)]
    while sum(needs[index] + _GAP for index in kept) - _GAP > width:
        going = max(kept, key=lambda index: columns[index].goes)
        if not columns[going].goes:
            break
        kept.remove(going)
    too_wide = sum(needs[index] + _GAP for index in kept) - _GAP > width
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    for index in kept:
        column = columns[index]
        folds = column.folds or (index == 0 and too_wide)
        table.add_column(
            column.heading,
            justify=column.justify,
            no_wrap=not folds,
            overflow="fold" if folds else "ellipsis",
            min_width=None if folds else needs[index],
        )
    for row in rows:
        table.add_row(*(row[index] for index in kept))
    left_out = [column.heading for index, column in enumerate(columns) if index not in kept]
    if not left_out:
        return [table]
    return [table, Text(f"left out for width: {', '.join(left_out)}", style="dim")]


def _need(column: Column, cells: Sequence[Cell]) -> int:
    """Return the width below which the column says less."""
    widths = [cell_len(cell.plain if isinstance(cell, Text) else cell) for cell in cells]
    widest = max([cell_len(column.heading), *widths])
    return min(widest, _FEWEST_WORDS) if column.folds else widest
