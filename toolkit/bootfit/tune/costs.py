"""Measurements become costs: what each rung adds to a worker, and which rungs can be chosen."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.model.errors import UndeterminedError
from bootfit.model.measurement import MeasurementSet, ProbeFigures, ProbeResult
from bootfit.model.sizes import format_mib
from bootfit.tune.leak import leak_of, noticeable

CostBasis = Literal["measured", "declared", "assumed"]

_FAILURES = {
    "raised": "it raises an error",
    "crashed": "it crashes",
    "killed": "it was killed",
    "timed_out": "it did not finish in time",
    "out_of_memory": "it exceeds the memory limit",
    "flooded": "it floods its output",
}


@dataclass(frozen=True)
class RungCost:
    """What one implementation adds to a worker that has the app: anonymous bytes, CPU seconds."""

    plugin: str
    implementation: str
    #: Stays after the load and the first use.
    steady_bytes: int = 0
    #: Needed for a moment by the first load, above what stays.
    surge_bytes: int = 0
    #: Needed for a moment by each request.
    transient_bytes: int = 0
    import_seconds: float = 0.0
    exercise_seconds: float = 0.0
    basis: CostBasis = "assumed"

    @property
    def name(self) -> str:
        """Return ``plugin:implementation``."""
        return f"{self.plugin}:{self.implementation}"


@dataclass(frozen=True)
class UnionCost:
    """What several implementations add together, measured in one process."""

    names: frozenset[str]
    steady_bytes: int
    surge_bytes: int
    transient_bytes: int


@dataclass(frozen=True)
class ServingCost:
    """What a server took that answered the app's requests with these rungs, in bytes."""

    names: frozenset[str]
    threads: int
    master_bytes: int
    worker_bytes: int
    #: Of master and worker; None where it is not known.
    kernel_bytes: int | None
    #: What a worker keeps of each request.
    leak_bytes: float = 0.0
    #: The smallest leak that would have been noticed, over so many requests.
    noticeable_bytes: float = math.inf
    requests: int = 0


@dataclass(frozen=True)
class Ladder:
    """One plugin: the rungs that can be chosen, richest first, and why the others cannot."""

    plugin: str
    rungs: tuple[RungCost, ...]
    #: implementation → why it must not load.
    failed: dict[str, str]
    not_installed: tuple[str, ...]


@dataclass(frozen=True)
class Costs:
    """All that the search needs to know about an app."""

    worker_bytes: int
    surge_bytes: int
    transient_bytes: int
    import_seconds: float
    ladders: tuple[Ladder, ...]
    unions: tuple[UnionCost, ...]
    #: Rungs that failed when they were loaded together → why.
    failed_unions: dict[frozenset[str], str] = field(default_factory=dict)
    #: Of servers that preload as the plan will.
    serving: tuple[ServingCost, ...] = ()

    def failure_of(self, rungs: Iterable[RungCost]) -> str:
        """Return why ``rungs`` cannot be loaded together, as far as it was seen; else ""."""
        names = {rung.name for rung in rungs}
        return next((why for failed, why in self.failed_unions.items() if failed <= names), "")


def costs_of(
    measurements: MeasurementSet,
    plugins: Iterable[PluginDeclaration],
    import_seconds: float | None = None,
    *,
    preload: bool = False,
) -> Costs:
    """Return the costs of an app and its plugins; ``import_seconds`` is the budget of one rung.

    ``preload`` says which servers' figures count.

    Raises:
        UndeterminedError: the app itself was not measured.
    """
    figures = measurements.app.figures
    if figures is None:
        raise UndeterminedError(
            f"the app itself could not be measured: {measurements.app.detail or 'no figures'}",
            "see that it imports with the interpreter that was used, then measure again",
        )
    worker = _stays(figures)
    return Costs(
        worker_bytes=worker,
        surge_bytes=_surge(figures),
        transient_bytes=round(figures.transient_bytes.maximum),
        import_seconds=figures.import_cpu_seconds.median,
        ladders=tuple(_ladder(measurements, p, worker, import_seconds) for p in plugins),
        unions=tuple(
            UnionCost(
                names=frozenset(probe.implementations),
                steady_bytes=max(0, _stays(probe.figures) - worker),
                surge_bytes=_surge(probe.figures),
                transient_bytes=round(probe.figures.transient_bytes.maximum),
            )
            for probe in measurements.probes
            if probe.mode == "union" and probe.figures is not None
        ),
        failed_unions={
            frozenset(probe.implementations): _failure(probe)
            for probe in measurements.probes
            if probe.mode == "union" and probe.status in _FAILURES
        },
        serving=tuple(
            ServingCost(
                names=frozenset(one.implementations),
                threads=one.threads,
                master_bytes=one.master_bytes,
                worker_bytes=one.worker_peak_bytes,
                kernel_bytes=one.kernel_bytes,
                leak_bytes=leak_of(one.rounds),
                noticeable_bytes=noticeable(one.rounds),
                requests=one.requests,
            )
            for one in measurements.serving
            if one.status == "measured" and one.preload == preload
        ),
    )


def _ladder(
    measurements: MeasurementSet,
    plugin: PluginDeclaration,
    worker_bytes: int,
    import_seconds: float | None,
) -> Ladder:
    rungs: list[RungCost] = []
    failed: dict[str, str] = {}
    not_installed: list[str] = []
    for rung in plugin.ladder:
        name = f"{plugin.name}:{rung.name}"
        on_top, alone = measurements.of("on_top", name), measurements.of("alone", name)
        fallback = rung is plugin.ladder[-1]
        cost = _rung_cost(plugin.name, rung, on_top, alone, worker_bytes)
        probe = on_top or alone
        if cost is None and probe is not None and probe.status == "not_installed" and not fallback:
            not_installed.append(rung.name)
            continue
        reason = _why_not(cost, probe, import_seconds)
        if reason and not fallback:
            failed[rung.name] = reason
        else:
            # A fallback cannot be forbidden; where it was not measured it counts as free.
            rungs.append(cost or RungCost(plugin.name, rung.name))
    return Ladder(plugin.name, tuple(rungs), failed, tuple(not_installed))


def _rung_cost(
    plugin: str,
    rung: ImplementationDeclaration,
    on_top: ProbeResult | None,
    alone: ProbeResult | None,
    worker_bytes: int,
) -> RungCost | None:
    """Return the cost from the best probe there is, or None where nothing is known."""
    if on_top is not None and on_top.status != "measured":
        return None
    top = on_top.figures if on_top else None
    single = alone.figures if alone else None
    figures = top or single
    if figures is None:
        if rung.cost_bytes is None or on_top or alone:
            return None
        return RungCost(plugin, rung.name, rung.cost_bytes, basis="declared")
    # Alone in its process it shares nothing with the app: an upper bound of what it adds.
    steady = _stays(figures) - (worker_bytes if top else 0)
    # On top of the app, the import clock of the probe may have the app in it.
    clock = single or figures
    return RungCost(
        plugin=plugin,
        implementation=rung.name,
        steady_bytes=max(0, steady),
        surge_bytes=_surge(figures),
        transient_bytes=round(figures.transient_bytes.maximum),
        import_seconds=clock.import_cpu_seconds.median,
        exercise_seconds=clock.exercise_cpu_seconds.median,
        basis="measured",
    )


def _why_not(cost: RungCost | None, probe: ProbeResult | None, import_seconds: float | None) -> str:
    if cost is None:
        if probe is None:
            return "it was not measured and declares no cost"
        return _failure(probe)
    if import_seconds is not None and cost.import_seconds > import_seconds:
        return (
            f"its import takes {cost.import_seconds:.1f} s of CPU time, "
            f"over the budget of {import_seconds:g} s"
        )
    return ""


def _failure(probe: ProbeResult) -> str:
    reason = _FAILURES.get(probe.status, "it was not measured")
    return f"{reason}: {probe.detail}" if probe.detail else reason


def _stays(figures: ProbeFigures) -> int:
    """Return the largest sample: what the allocator gave back in one run stays in another."""
    return round(
        max(
            figures.anonymous_after_import_bytes.maximum,
            figures.anonymous_after_exercise_bytes.maximum,
        )
    )


def _surge(figures: ProbeFigures) -> int:
    return max(0, round(figures.peak_anonymous_bytes.maximum) - _stays(figures))


def describe(cost: RungCost) -> str:
    """Return the measurement behind ``cost`` for people."""
    if cost.basis == "assumed":
        return "not measured; counted as free"
    text = f"adds {format_mib(cost.steady_bytes)} to a worker ({cost.basis})"
    if cost.basis == "measured":
        text += (
            f", {format_mib(cost.transient_bytes)} more during a request, "
            f"import {cost.import_seconds:.2f} s of CPU time"
        )
    return text
