"""What each implementation takes, one row each: the numbers behind every memory table."""

from dataclasses import dataclass
from typing import Literal

from bootfit.model.measurement import MeasurementSet, ProbeFigures, ProbeResult
from bootfit.model.run import Run

RowState = Literal["serves", "forbidden", "not measured", ""]


@dataclass(frozen=True)
class MemoryRow:
    """The booted app (``plugin`` is ""), or one implementation; None for what is not known.

    Sizes are bytes of anonymous memory over the process tree but for the high-water RSS.
    """

    plugin: str
    implementation: str
    import_seconds: float | None = None
    alone_bytes: float | None = None
    #: What it adds to the booted app.
    on_top_bytes: float | None = None
    #: Largest less smallest sample, as a fraction of the median.
    spread: float | None = None
    #: What it takes of the budget together with the app, as a fraction.
    of_budget: float | None = None
    transient_bytes: float | None = None
    high_water_bytes: float | None = None
    remark: str = ""
    state: RowState = ""

    @property
    def name(self) -> str:
        """Return ``plugin:implementation``, or what the app is called."""
        return f"{self.plugin}:{self.implementation}" if self.plugin else "(the booted app)"


def memory_rows(run: Run) -> tuple[MemoryRow, ...]:
    """Return the booted app, then each plugin's implementations in the order they were probed."""
    measured = run.measurements
    if measured is None:
        return ()
    rows = [_row(run, "", "", (measured.app, measured.app))]
    for plugin, implementation in _probed(measured):
        name = f"{plugin}:{implementation}"
        probes = (measured.of("alone", name), measured.of("on_top", name))
        rows.append(_row(run, plugin, implementation, probes))
    return tuple(rows)


def _probed(measured: MeasurementSet) -> list[tuple[str, str]]:
    ladders: dict[str, dict[str, None]] = {}
    for probe in measured.probes:
        if probe.mode in {"alone", "on_top"} and probe.implementations:
            plugin, _, implementation = probe.implementations[0].partition(":")
            ladders.setdefault(plugin, {})[implementation] = None
    return [(plugin, name) for plugin, names in ladders.items() for name in names]


def _row(
    run: Run,
    plugin: str,
    implementation: str,
    probes: tuple[ProbeResult | None, ProbeResult | None],
) -> MemoryRow:
    single, top = (probe.figures if probe else None for probe in probes)
    app = run.measurements.app.figures if run.measurements else None
    figures = top or single
    base = app.peak_anonymous_bytes.median if app else 0.0
    added = top if plugin else None
    remark, state = _remark(run, plugin, implementation, probes)
    return MemoryRow(
        plugin=plugin,
        implementation=implementation,
        import_seconds=figures.import_cpu_seconds.median if figures else None,
        alone_bytes=single.peak_anonymous_bytes.median if single else None,
        on_top_bytes=added.peak_anonymous_bytes.median - base if added else None,
        spread=figures.peak_anonymous_bytes.spread if figures else None,
        of_budget=_of_budget(top, run.budget_bytes),
        transient_bytes=added.transient_bytes.median if added else None,
        high_water_bytes=figures.high_water_rss_bytes.median if figures else None,
        remark=remark,
        state=state,
    )


def _of_budget(figures: ProbeFigures | None, budget_bytes: int | None) -> float | None:
    return figures.peak_anonymous_bytes.median / budget_bytes if figures and budget_bytes else None


def _remark(
    run: Run,
    plugin: str,
    implementation: str,
    probes: tuple[ProbeResult | None, ProbeResult | None],
) -> tuple[str, RowState]:
    for probe in reversed(probes):
        if plugin and probe and probe.status != "measured":
            return probe.status.replace("_", " "), "not measured"
    choices = run.plan.plugins if run.plan else ()
    for choice in [one for one in choices if one.plugin == plugin]:
        if choice.implementation == implementation:
            return "● serves", "serves"
        if implementation in choice.forbidden:
            return f"forbidden: {choice.forbidden[implementation]}", "forbidden"
    return "", ""
