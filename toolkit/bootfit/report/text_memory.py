"""The memory part of the text report: one line an implementation, alone and on top."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.model.style import Style
from bootfit.report.memory_rows import MemoryRow, memory_rows
from bootfit.report.text_figures import figures_section
from bootfit.report.text_imports import attribution_section
from bootfit.report.text_table import Cell, Column, figure_columns, fitted

_COLUMNS = (
    Column("implementation"),
    *figure_columns(
        *("import s", "alone", "on top", "spread", "budget", "transient", "RSS max"),
        going=("RSS max", "spread", "transient", "budget"),
    ),
    Column("", folds=True),
)
_STYLES = {"serves": "green", "forbidden": "yellow", "not measured": "yellow", "": ""}


def memory_section(run: Run, style: Style) -> list[RenderableType]:
    """Return the table of implementations: peak anonymous memory in MiB over the process tree."""
    measured = run.measurements
    if measured is None:
        return []
    rows: list[Sequence[Cell]] = [
        (row.name, *_cells(row), Text(row.remark, style=_STYLES[row.state]))
        for row in memory_rows(run)
    ]
    unions = [probe for probe in measured.probes if probe.mode == "union"]
    lines: list[RenderableType] = [
        Text("Memory", style="bold"),
        Text(
            f"peak anonymous memory over the process tree in MiB, median of "
            f"{measured.conditions.samples} fresh processes, {measured.conditions.python}; "
            "on top: added to the booted app; spread: largest less smallest sample; budget: "
            "what it takes of it with the app",
            style="dim",
        ),
        *fitted(_COLUMNS, rows, style.width),
    ]
    for union in unions:
        if union.figures:
            lines.append(
                Text(
                    f"union with the app {_mib(union.figures.peak_anonymous_bytes.median)} MiB: "
                    f"{union.subject}"
                )
            )
        elif union.detail:
            lines.append(Text(f"union not measured ({union.status}): {union.detail}"))
    return [
        Group(*lines),
        *figures_section(measured, style),
        *attribution_section(run, style),
    ]


def _cells(row: MemoryRow) -> tuple[str, ...]:
    return (
        "–" if row.import_seconds is None else f"{row.import_seconds:.2f}",
        "–" if row.alone_bytes is None else _mib(row.alone_bytes),
        "" if row.on_top_bytes is None else f"{round(row.on_top_bytes / MIB, 1) + 0.0:+.1f}",
        "–" if row.spread is None else f"{100 * row.spread:.1f} %",
        "" if row.of_budget is None else f"{100 * row.of_budget:.0f} %",
        "" if row.transient_bytes is None else _mib(row.transient_bytes),
        "–" if row.high_water_bytes is None else _mib(row.high_water_bytes),
    )


def _mib(size_bytes: float) -> str:
    return f"{size_bytes / MIB:.1f}"
