"""What one machine measures of a project: all of it, or the plugins of its shard."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.finding import Finding
from bootfit.model.measurement import MeasurementSet
from bootfit.model.shards import measures_union, part_of


def measure_part(
    walk: Walk, description: AppDescription, interpreter: Path
) -> tuple[MeasurementSet, tuple[Finding, ...]]:
    """Return what the app and the plugins of this machine's shard cost, and the findings.

    The app is measured by each shard, since what a plugin adds is told against it. All plugins
    together are loaded by the last shard alone: the richest rung of each whose imports are there.
    """
    from bootfit.measure import measure_project, measure_union

    shard, how = walk.run.shard, _how(walk)
    if shard is None:
        return measure_project(
            description, walk.root, interpreter, **how, import_seconds=walk.config.import_seconds
        )
    part = replace(description, plugins=part_of(description.plugins, shard))
    measured, findings = measure_project(
        part, walk.root, interpreter, **how, import_seconds=walk.config.import_seconds, unions=()
    )
    together = _richest(walk, description, interpreter) if measures_union(shard) else ()
    if together:
        union = measure_union(description, walk.root, interpreter, together, **how)
        measured = replace(measured, probes=(*measured.probes, union))
    return measured, findings


def _how(walk: Walk) -> dict[str, Any]:
    return {
        "samples": walk.options["samples"],
        "jobs": walk.options["jobs"],
        "budget_bytes": walk.budget_bytes,
        "environment": walk.config.environment,
        "time_limit_seconds": walk.options["time_limit"],
        "progress": walk.progress,
    }


def _richest(walk: Walk, description: AppDescription, interpreter: Path) -> tuple[str, ...]:
    """Return each plugin's highest rung whose imports can be found; nothing is imported."""
    from bootfit.measure import look_at_environment

    rungs = [rung for plugin in description.plugins for rung in plugin.ladder]
    modules = sorted({name for rung in rungs for name in rung.imports})
    found = look_at_environment(walk.root, interpreter, "", modules).found
    chosen = []
    for plugin in description.plugins:
        there = (
            rung.name
            for rung in plugin.ladder
            if all(found.get(name) == name for name in rung.imports)
        )
        chosen += [f"{plugin.name}:{name}" for name in [*there][:1]]
    return tuple(chosen)
