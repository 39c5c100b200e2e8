"""Plugins split between machines, and the run documents of all of them put together again."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bootfit.model.app import AppDescription, PluginDeclaration
from bootfit.model.attribution import ModuleTree
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding, in_order
from bootfit.model.measurement import (
    Conditions,
    MeasurementSet,
    ProbeFigures,
    ProbeResult,
    Samples,
)
from bootfit.model.run import Run, Shard

_MOST = 1000
_HINT = "merge the documents of one project, measured in the same way"


def parse_shard(text: str) -> Shard:
    """Return the shard that ``2/4`` means.

    Raises:
        UsageError: it means none.
    """
    match = re.fullmatch(r"\s*(\d{1,4})\s*/\s*(\d{1,4})\s*", text)
    number, of = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= number <= of <= _MOST:
        raise UsageError(f"{text!r} is no shard", "write it like 2/4: the second of four")
    return Shard(number, of)


def part_of(plugins: Sequence[PluginDeclaration], shard: Shard) -> tuple[PluginDeclaration, ...]:
    """Return the plugins that ``shard`` measures: every n-th by name, in the order of the app.

    All shards together have each plugin once, whatever the order they are declared in.
    """
    names = sorted(plugin.name for plugin in plugins)
    chosen = set(names[shard.number - 1 :: shard.of])
    return tuple(plugin for plugin in plugins if plugin.name in chosen)


def measures_union(shard: Shard) -> bool:
    """Return whether ``shard`` loads all plugins together: the last does, which has the fewest."""
    return shard.number == shard.of


def merge_runs(runs: Sequence[Run], origins: Sequence[str]) -> Run:
    """Return one run of several: shards of a project, or repeated runs of it.

    What several of them measured has the samples of all, in the order of ``runs``; a document
    that could not measure what another one could is told by the first that could not. Findings
    are told once.

    Raises:
        UsageError: they are of different projects, targets or interpreters, hold no measurements,
            or are shards of which one is missing or doubled.
    """
    if not runs:
        raise UsageError("no document to merge", "name two run documents or more")
    for run, origin in zip(runs, origins, strict=True):
        _refuse_others(runs[0], origins[0], run, origin)
    _refuse_incomplete(runs, origins)
    first = runs[0]
    sets = [run.measurements for run in runs if run.measurements is not None]
    description = next((run.app for run in runs if run.app is not None), None)
    fingerprints: dict[str, Finding] = {}
    for finding in (one for run in runs for one in run.findings):
        known = fingerprints.get(finding.fingerprint)
        if known is None or finding.severity.rank > known.severity.rank:
            fingerprints[finding.fingerprint] = finding
    return replace(
        first,
        findings=in_order(tuple(fingerprints.values())),
        check=next((run.check for run in runs if run.check is not None), None),
        app=description,
        measurements=_merged(sets, description),
        shard=None,
    )


def _refuse_others(first: Run, origin: str, run: Run, other: str) -> None:
    for what, here, there in (
        ("project", first.project, run.project),
        ("target", first.target, run.target),
        ("app", first.app and first.app.app, run.app and run.app.app),
        ("memory budget", first.budget_bytes, run.budget_bytes),
    ):
        if here != there:
            raise UsageError(
                f"{other} has another {what} than {origin}: {there}, not {here}", _HINT
            )
    if run.measurements is None or first.measurements is None:
        silent = other if run.measurements is None else origin
        raise UsageError(f"{silent} holds no measurements", "take one of `bootfit measure`")
    ours, theirs = first.measurements.conditions, run.measurements.conditions
    for what, one, two in (
        ("interpreter", ours.python, theirs.python),
        ("architecture", ours.machine, theirs.machine),
    ):
        if one != two:
            raise UsageError(f"{other} has another {what} than {origin}: {two}, not {one}", _HINT)
    if sorted(ours.installed) != sorted(theirs.installed):
        differing = sorted(set(ours.installed) ^ set(theirs.installed))
        told = ", ".join(" ".join(one) for one in differing[:4])
        raise UsageError(
            f"{other} was measured with other installed distributions than {origin}: {told}", _HINT
        )
    if first.app and run.app and sorted(_names(first.app)) != sorted(_names(run.app)):
        raise UsageError(f"{other} has other plugins than {origin}", _HINT)


def _refuse_incomplete(runs: Sequence[Run], origins: Sequence[str]) -> None:
    shards = {origin: run.shard for run, origin in zip(runs, origins, strict=True) if run.shard}
    if not shards:
        return
    counts = {shard.of for shard in shards.values()}
    if len(counts) > 1 or len(shards) < len(runs):
        told = ", ".join(
            f"{origin} {run.shard or 'whole'}" for run, origin in zip(runs, origins, strict=True)
        )
        raise UsageError(f"shards of different splits: {told}", _HINT)
    (of,) = counts
    numbers = sorted(shard.number for shard in shards.values())
    missing = [f"{number}/{of}" for number in range(1, of + 1) if number not in numbers]
    doubled = [f"{number}/{of}" for number in sorted(set(numbers)) if numbers.count(number) > 1]
    if missing or doubled:
        what = f"missing: {', '.join(missing)}" if missing else f"given twice: {', '.join(doubled)}"
        raise UsageError(f"shards {what}", "name the document of each shard once")


def _names(app: AppDescription) -> list[str]:
    return [f"{plugin.name}:{rung.name}" for plugin in app.plugins for rung in plugin.ladder]


def _merged(sets: Sequence[MeasurementSet], app: AppDescription | None) -> MeasurementSet:
    grouped: dict[tuple[str, tuple[str, ...]], list[ProbeResult]] = {}
    for probe in (one for measured in sets for one in measured.probes):
        grouped.setdefault((probe.mode, probe.implementations), []).append(probe)
    order = _names(app) if app else []
    modes = ("alone", "on_top", "union")

    def place(probe: ProbeResult) -> tuple[bool, list[int], int]:
        known = [order.index(one) if one in order else -1 for one in probe.implementations]
        return probe.mode == "union", known, modes.index(probe.mode)

    trees: dict[tuple[str, ...], ModuleTree] = {}
    for tree in (one for measured in sets for one in measured.attribution):
        trees.setdefault(tree.implementations, tree)
    return MeasurementSet(
        conditions=_conditions([measured.conditions for measured in sets]),
        app=pooled([measured.app for measured in sets]),
        probes=tuple(sorted(map(pooled, grouped.values()), key=place)),
        attribution=tuple(trees.values()),
        serving=next((measured.serving for measured in sets if measured.serving), ()),
    )


def _conditions(all_of_them: Sequence[Conditions]) -> Conditions:
    return replace(
        all_of_them[0],
        load_average=max(one.load_average for one in all_of_them),
        samples=max(one.samples for one in all_of_them),
    )


def pooled(probes: Sequence[ProbeResult]) -> ProbeResult:
    """Return one result with the samples of all, in their order; of a failure, the failure."""
    failed = [probe for probe in probes if probe.figures is None]
    if failed or len(probes) == 1:
        return (failed or probes)[0]
    figures = [probe.figures for probe in probes if probe.figures is not None]
    together: dict[str, Any] = {}
    for name in ProbeFigures.__dataclass_fields__:
        samples = [getattr(one, name) for one in figures]
        known = [one for one in samples if one is not None]
        values = tuple(value for one in known for value in one.values)
        together[name] = Samples(values) if known else None
    return replace(probes[0], figures=ProbeFigures(**together))


def resampled(
    measured: MeasurementSet, results: Mapping[tuple[str, ...], Sequence[ProbeResult]]
) -> MeasurementSet:
    """Return ``measured`` with what ``results`` say in place of its own samples.

    ``results`` are told by the implementations that were loaded on top of the app, none for the
    app itself; what was measured alone stays.
    """

    def taken(probe: ProbeResult) -> ProbeResult:
        found = results.get(probe.implementations)
        if not found or probe.mode == "alone":
            return probe
        return pooled([replace(one, mode=probe.mode) for one in found])

    samples = len(results.get((), ())) or measured.conditions.samples
    return replace(
        measured,
        conditions=replace(measured.conditions, samples=samples),
        app=taken(measured.app),
        probes=tuple(map(taken, measured.probes)),
    )
