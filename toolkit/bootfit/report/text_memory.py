"""The memory part of the text report: one line an implementation, alone and on top."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.measurement import MeasurementSet, ProbeResult, Samples
from bootfit.model.plan import Plan
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.model.style import Style


def memory_section(run: Run, style: Style) -> list[RenderableType]:
    """Return the table of implementations: peak anonymous memory in MiB over the process tree."""
    measured = run.measurements
    if measured is None:
        return []
    served = {f"{c.plugin}:{c.implementation}": c for c in run.plan.plugins} if run.plan else {}
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    table.add_column("implementation", no_wrap=True)
    for heading in ("import s", "alone", "on top", "spread", "budget", "transient", "RSS max"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    table.add_row(
        "(the booted app)", *_cells(measured.app, measured.app, None, run.budget_bytes), ""
    )
    for plugin, names in _ladders(measured).items():
        table.add_section()
        for implementation in names:
            name = f"{plugin}:{implementation}"
            alone = measured.of("alone", name)
            on_top = measured.of("on_top", name)
            table.add_row(
                name,
                *_cells(alone, on_top, measured.app, run.budget_bytes),
                _remark(name, alone, on_top, served, run.plan),
            )
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
        table,
    ]
    for union in unions:
        if union.figures:
            lines.append(
                Text(
                    f"union with the app {_mib(union.figures.peak_anonymous_bytes)} MiB: "
                    f"{union.subject}"
                )
            )
        elif union.detail:
            lines.append(Text(f"union not measured ({union.status}): {union.detail}"))
    del style
    return [Group(*lines)]


def _ladders(measured: MeasurementSet) -> dict[str, list[str]]:
    ladders: dict[str, list[str]] = {}
    for probe in measured.probes:
        if probe.mode in {"alone", "on_top"}:
            plugin, _, implementation = probe.implementations[0].partition(":")
            names = ladders.setdefault(plugin, [])
            if implementation not in names:
                names.append(implementation)
    return ladders


def _cells(
    alone: ProbeResult | None,
    on_top: ProbeResult | None,
    app: ProbeResult | None,
    budget_bytes: int | None,
) -> tuple[str, ...]:
    top = on_top.figures if on_top else None
    single = alone.figures if alone else None
    base = app.figures.peak_anonymous_bytes.median if app and app.figures else 0.0
    figures = top or single
    peak = figures.peak_anonymous_bytes if figures else None
    return (
        f"{figures.import_cpu_seconds.median:.2f}" if figures else "–",
        _mib(single.peak_anonymous_bytes) if single else "–",
        _signed(top.peak_anonymous_bytes.median - base) if top and app else "",
        f"{100 * peak.spread:.1f} %" if peak else "–",
        f"{100 * peak.median / budget_bytes:.0f} %" if peak and top and budget_bytes else "",
        _mib(top.transient_bytes) if top and app else "",
        _mib(figures.high_water_rss_bytes) if figures else "–",
    )


def _mib(samples: Samples) -> str:
    return f"{samples.median / MIB:.1f}"


def _signed(size_bytes: float) -> str:
    return f"{size_bytes / MIB:+.1f}"


def _remark(
    name: str,
    alone: ProbeResult | None,
    on_top: ProbeResult | None,
    served: Mapping[str, object],
    plan: Plan | None,
) -> Text:
    for probe in (on_top, alone):
        if probe and probe.status != "measured":
            return Text(probe.status.replace("_", " "), style="yellow")
    if name in served:
        return Text("● serves", style="green")
    if plan:
        plugin, _, implementation = name.partition(":")
        for choice in plan.plugins:
            if choice.plugin == plugin and implementation in choice.forbidden:
                return Text(f"forbidden: {choice.forbidden[implementation]}", style="yellow")
    return Text("")
