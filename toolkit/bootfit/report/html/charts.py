"""Figures for plotly.js: data and layout as JSON-ready values, in MiB and seconds.

Colours are CSS variables of the page, which the page's script looks up, so that plots follow the
light and the dark scheme. Texts of strangers are escaped: the library reads some tags in labels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from bootfit.model.evidence import Evidence
from bootfit.model.plan import Plan
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.report.memory_rows import MemoryRow, memory_rows


@dataclass(frozen=True)
class Plot:
    """One figure: the element it goes to, what it shows in a sentence, and plotly's own."""

    name: str
    summary: str
    height: int
    traces: tuple[dict[str, Any], ...]
    layout: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        """Return what the page's script takes."""
        return {
            "name": self.name,
            "height": self.height,
            "traces": list(self.traces),
            "layout": self.layout,
        }


def figures(run: Run) -> tuple[Plot, ...]:
    """Return the plots that ``run`` has figures for."""
    return tuple(_figures(run))


def _figures(run: Run) -> Iterator[Plot]:
    rows = [row for row in memory_rows(run) if _drawn(row)]
    if rows:
        yield _memory(run, rows)
    if run.plan and not run.plan.refusal:
        yield _plan(run.plan, run.evidence)
    if run.evidence and run.evidence.timeline:
        yield _timeline(run.evidence)
    series = dict(_rounds(run))
    if series:
        yield _serving(series)


def _drawn(row: MemoryRow) -> bool:
    return row.alone_bytes is not None or row.on_top_bytes is not None


def _memory(run: Run, rows: Sequence[MemoryRow]) -> Plot:
    names = [_label(row) for row in rows]
    app = next((row.alone_bytes or 0.0 for row in rows if not row.plugin), 0.0)
    added = [row.on_top_bytes for row in rows]
    # Code may give back what the app took: then its bar ends before the app's.
    base = [app if top is None or top >= 0 else app + top for top in added]
    transient = [min(row.transient_bytes or 0.0, max(row.on_top_bytes or 0.0, 0.0)) for row in rows]
    held = [max(top or 0.0, 0.0) - moment for top, moment in zip(added, transient, strict=True)]
    shown = [row.on_top_bytes is not None or not row.plugin for row in rows]
    traces = (
        _bar("the booted app", names, [b if s else 0 for b, s in zip(base, shown, strict=True)], 1),
        _bar("on top of it", names, held, 2),
        _bar("for a moment, each use", names, transient, 3),
        {
            "type": "scatter",
            "mode": "markers",
            "name": "alone, without the app",
            "x": [_mib(row.alone_bytes) if row.plugin else None for row in rows],
            "y": names,
            "marker": {
                "symbol": "diamond",
                "size": 10,
                "color": "var(--ink)",
                "line": {"width": 1.5, "color": "var(--page)"},
            },
            "hovertemplate": "%{x:.1f} MiB alone<extra></extra>",
        },
    )
    lines = [("budget", run.budget_bytes, "var(--bad)")] if run.budget_bytes else []
    if run.plan and run.plan.memory.headroom_bytes:
        memory = run.plan.memory
        lines.append(("less headroom", memory.budget_bytes - memory.headroom_bytes, "var(--warn)"))
    return Plot(
        "memory",
        f"Peak anonymous memory of the app and of {len(rows) - 1} implementations on top of it, "
        "against the budget; the table below has the figures.",
        110 + 44 * len(rows),
        traces,
        {
            "barmode": "stack",
            "xaxis": {"title": {"text": "MiB"}, "rangemode": "tozero"},
            "yaxis": {"autorange": "reversed", "type": "category", "ticksuffix": "  "},
            **_marks([(name, _mib(size), color) for name, size, color in lines], upright=True),
        },
    )


def _plan(plan: Plan, evidence: Evidence | None) -> Plot:
    need = plan.memory
    parts = (
        ("master", need.master_bytes),
        (f"{plan.workers} × worker", plan.workers * need.worker_bytes),
        (f"{plan.workers} × plugins", plan.workers * need.union_bytes),
        ("requests", plan.workers * plan.threads * need.transient_bytes),
        ("growth", need.growth_bytes),
        ("overhead", need.overhead_bytes),
    )
    traces = [
        _bar(name, ["predicted"], [size], number)
        for number, (name, size) in enumerate(parts, start=1)
        if size
    ]
    if evidence:
        traces.append(_bar("seen by verify", ["seen"], [evidence.peak_anonymous_bytes], 7))
    return Plot(
        "plan",
        "What the plan is predicted to need, part by part, against the budget"
        + (", and the peak that verify saw." if evidence else "."),
        230 if evidence else 190,
        tuple(traces),
        {
            "barmode": "stack",
            "xaxis": {"title": {"text": "MiB"}, "rangemode": "tozero"},
            "yaxis": {"autorange": "reversed", "type": "category", "ticksuffix": "  "},
            **_marks(
                [
                    ("budget", _mib(need.budget_bytes), "var(--bad)"),
                    (
                        "less headroom",
                        _mib(need.budget_bytes - need.headroom_bytes),
                        "var(--warn)",
                    ),
                ],
                upright=True,
            ),
        },
    )


def _timeline(evidence: Evidence) -> Plot:
    seconds = [sample.seconds for sample in evidence.timeline]
    roles = (
        ("master", [sample.master_bytes for sample in evidence.timeline]),
        ("workers", [sample.workers_bytes for sample in evidence.timeline]),
        ("other processes", [sample.others_bytes for sample in evidence.timeline]),
    )
    traces = tuple(
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": seconds,
            "y": [_mib(size) for size in sizes],
            "stackgroup": "memory",
            "line": {"width": 1.5, "color": f"var(--c{number})"},
            "fillcolor": f"var(--c{number})",
            "hovertemplate": "%{y:.1f} MiB",
        }
        for number, (name, sizes) in enumerate(roles, start=1)
        if any(sizes)
    )
    lines = [
        ("limit", _mib(evidence.limit_bytes), "var(--bad)"),
        ("predicted", _mib(evidence.predicted_peak_bytes), "var(--warn)"),
    ]
    return Plot(
        "timeline",
        "Anonymous memory of the server while it was driven, by role, from its start, against its "
        "limit and the predicted peak.",
        360,
        traces,
        {
            "hovermode": "x unified",
            "xaxis": {"title": {"text": "seconds since the start"}, "hoverformat": ".2f"},
            "yaxis": {"title": {"text": "MiB"}, "rangemode": "tozero"},
            **_marks(lines, upright=False),
        },
    )


def _rounds(run: Run) -> Iterator[tuple[str, Sequence[tuple[int, int]]]]:
    if run.measurements:
        for result in run.measurements.serving:
            if result.rounds:
                told = ", preloaded" if result.preload else ""
                threads = "1 thread" if result.threads == 1 else f"{result.threads} threads"
                yield f"measured, {threads}{told}", result.rounds
    if run.evidence and run.evidence.rounds:
        yield "verify, under the limit", run.evidence.rounds


def _serving(series: dict[str, Sequence[tuple[int, int]]]) -> Plot:
    traces = tuple(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": escape(name),
            "x": [requests for requests, _ in rounds],
            "y": [_mib(size) for _, size in rounds],
            "line": {"color": f"var(--c{1 + number % 7})", "width": 2},
            "marker": {"symbol": number % 5, "size": 8},
            "hovertemplate": "%{y:.1f} MiB after %{x} requests",
        }
        for number, (name, rounds) in enumerate(series.items())
    )
    return Plot(
        "rounds",
        "Anonymous memory at rest after each round of requests: a line that keeps rising is a "
        "leak.",
        300,
        traces,
        {
            "xaxis": {"title": {"text": "requests answered"}, "rangemode": "tozero"},
            "yaxis": {"title": {"text": "MiB"}, "rangemode": "tozero"},
        },
    )


def _bar(name: str, labels: Sequence[str], sizes: Sequence[float], color: int) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "y": list(labels),
        "x": [_mib(size) for size in sizes],
        "marker": {"color": f"var(--c{color})"},
        "hovertemplate": f"%{{x:.1f}} MiB {name}<extra></extra>",
    }


def _marks(lines: Sequence[tuple[str, float | None, str]], *, upright: bool) -> dict[str, Any]:
    """Return lines across the whole plot, each with its name and value at its end."""
    along, across = ("y", "x") if upright else ("x", "y")
    shapes = [
        {
            "type": "line",
            f"{along}ref": "paper",
            f"{along}0": 0,
            f"{along}1": 1,
            f"{across}0": value,
            f"{across}1": value,
            "line": {"color": color, "width": 2, "dash": "dash" if number else "solid"},
        }
        for number, (_, value, color) in enumerate(lines)
    ]
    notes = [
        {
            f"{along}ref": "paper",
            along: 1,
            across: value,
            "text": f"{name} {value:.0f}",
            "showarrow": False,
            "font": {"color": color},
            # The first stands outside of the line, the next inside: they may be close together.
            "xanchor": "right",
            "yanchor": "bottom" if not upright or number == 0 else "top",
        }
        for number, (name, value, color) in enumerate(lines)
    ]
    return {"shapes": shapes, "annotations": notes}


def _label(row: MemoryRow) -> str:
    if not row.plugin:
        return "the booted app"
    return f"{escape(_short(row.plugin))}<br>{escape(_short(row.implementation))}"


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"


def _mib(size_bytes: float | None) -> float | None:
    return None if size_bytes is None else round(size_bytes / MIB, 3)
