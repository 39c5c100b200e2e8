"""The comparison part of the text report: one line a figure, base and head side by side."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from bootfit.model.amounts import amount, by_how_much
from bootfit.model.comparison import Change, Figure
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.text_table import Cell, Column, figure_columns, fitted

_COLUMNS = (
    Column("subject"),
    Column("figure"),
    *figure_columns("base", "head", "difference", "may differ by", going=("may differ by", "base")),
    Column("", folds=True),
)
_MARKS = {
    "worse": ("✗ worse", "bold red"),
    "better": ("✓ better", "green"),
    "new": ("new", "cyan"),
    "removed": ("gone", "cyan"),
}
_REASONS = {"noise": "noise", "absolute": "tolerance", "relative": "tolerance", "": ""}


def comparison_section(run: Run, style: Style) -> list[RenderableType]:
    """Return the table of figures; what did not change is left out unless all is wanted."""
    comparison = run.comparison
    if comparison is None:
        return []
    shown = [
        change
        for change in comparison.changes
        if style.verbosity > 0 or change.verdict != "same" or _is_total(change)
    ]
    rows: list[Sequence[Cell]] = []
    subject = ""
    for change in shown:
        rows.append((change.subject if change.subject != subject else "", *_cells(change)))
        subject = change.subject
    lines: list[RenderableType] = [
        Text(f"{comparison.base} against {comparison.head}", style="bold"),
        Text(
            "memory: peak anonymous, of an implementation what it adds to the app; import-time: "
            "CPU seconds; medians; may differ by: the largest of noise and tolerances",
            style="dim",
        ),
        *fitted(_COLUMNS, rows, style.width),
    ]
    hidden = len(comparison.changes) - len(shown)
    if hidden:
        lines.append(Text(f"{hidden} more figures did not change (-v shows them)", style="dim"))
    for title, names in (("new", comparison.added), ("gone", comparison.dropped)):
        if names:
            lines.append(Text(f"{title} on the target: {', '.join(names)}"))
    return [Group(*lines)]


def _is_total(change: Change) -> bool:
    return ":" not in change.subject


def _cells(change: Change) -> tuple[str | Text, ...]:
    both = change.base is not None and change.head is not None
    sign = "+" if change.difference > 0 else "-" if change.difference < 0 else ""
    mark, color = _MARKS.get(change.verdict, ("", ""))
    remark = Text(mark, style=color)
    if change.detail:
        remark.append(f" ({change.detail})" if mark else f"({change.detail})", style="dim")
    return (
        change.figure,
        _told(change.base, change),
        _told(change.head, change),
        f"{sign}{by_how_much(change)}" if both else "",
        f"{amount(change.threshold, change.unit)} {_REASONS[change.decided_by]}" if both else "",
        remark,
    )


def _told(figure: Figure | None, change: Change) -> str:
    return amount(figure.value, change.unit) if figure else "–"
