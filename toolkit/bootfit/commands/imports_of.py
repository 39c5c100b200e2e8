"""What a project's source and its booted app say about its imports, for the leg that measures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.attribution import Saving
from bootfit.model.environment import Environment
from bootfit.model.finding import Finding
from bootfit.model.measurement import MeasurementSet

if TYPE_CHECKING:
    from bootfit.imports import BootImport, ProjectSource, Reached


@dataclass(frozen=True)
class ImportsOfApp:
    """The imports that an app can come to, and what is loaded once it has booted."""

    interpreter: Path
    source: "ProjectSource"
    environment: Environment
    reached: "tuple[Reached, ...]"


def imports_of(walk: Walk, description: AppDescription, interpreter: Path) -> ImportsOfApp:
    """Return what the app imports, by its source and by booting it once."""
    from bootfit.imports import (
        foreign_modules,
        is_aside,
        reached_imports,
        read_project_source,
    )
    from bootfit.measure import look_at_environment

    source = read_project_source(walk.root, walk.target.python)
    environment = look_at_environment(
        walk.root,
        interpreter,
        description.app,
        foreign_modules(source, [path for path in source.files if not is_aside(path)]),
        budget_bytes=walk.budget_bytes,
        environment=walk.config.environment,
        time_limit_seconds=walk.options["time_limit"],
    )
    rungs = [rung for plugin in description.plugins for rung in plugin.ladder]
    named = {name for rung in rungs for name in (rung.target, rung.exercise)}
    reached = reached_imports(
        source,
        description.app,
        environment.own_files,
        by_string=True,
        apart={name.partition(":")[0] for name in named},
    )
    return ImportsOfApp(interpreter, source, environment, reached)


def with_lazy_imports(
    walk: Walk, description: AppDescription, imports: ImportsOfApp
) -> AppDescription:
    """Return the app with what it imports lazily as plugins, and learn what was assumed of them.

    They have no exercise, so only their import is measured.
    """
    from bootfit.imports import as_plugins, assumptions, lazy_imports

    check = walk.run.check
    found = lazy_imports(
        imports.reached,
        imports.environment,
        declared=description.plugins,
        on_target=frozenset(canonicalize_name(one.name) for one in check.distributions)
        if check and check.resolved
        else None,
    )
    taken = {plugin.name for plugin in description.plugins}
    found = tuple(one for one in found if one.name not in taken)
    walk.learn(*assumptions(found))
    return replace(description, plugins=(*description.plugins, *as_plugins(found)))


@dataclass(frozen=True)
class HeavyBoot:
    """The libraries that load at boot and take much of the memory, the heaviest first."""

    imports: "tuple[BootImport, ...]"
    #: What the boot would save if each were lazy, by name.
    savings: Mapping[str, Saving]
    findings: tuple[Finding, ...]


def weigh_boot(
    walk: Walk, description: AppDescription, imports: ImportsOfApp, measured: MeasurementSet
) -> None:
    """Learn which libraries boot loads for nothing, and which of them take much."""
    from bootfit.imports import boot_imports, unused_imports, weight_that_counts

    found = boot_imports(imports.reached, imports.environment)
    walk.learn(*unused_imports(imports.source, found))
    figures = measured.app.figures
    if figures is not None and figures.peak_anonymous_bytes.median >= weight_that_counts(
        walk.budget_bytes
    ):
        walk.learn(*heavy_boot(walk, description, imports).findings)


def heavy_boot(walk: Walk, description: AppDescription, imports: ImportsOfApp) -> HeavyBoot:
    """Return which libraries that load at boot take much, and what making them lazy would save."""
    from bootfit.imports import boot_imports, files_of, heaviest, heavy_at_boot
    from bootfit.measure import import_costs, lazy_savings

    found = boot_imports(imports.reached, imports.environment, description.framework)
    walk.progress(f"weigh {len(found)} imports at boot")
    limits: dict[str, Any] = {
        "budget_bytes": walk.budget_bytes,
        "environment": walk.config.environment,
        "time_limit_seconds": walk.options["time_limit"],
    }
    costs = import_costs(
        walk.root,
        imports.interpreter,
        {one.name: one.modules for one in found},
        jobs=walk.options["jobs"],
        **limits,
    )
    heavy = heaviest(found, costs, walk.budget_bytes)
    savings = lazy_savings(
        walk.root,
        imports.interpreter,
        description.app,
        files_of(heavy),
        imports.environment,
        progress=walk.progress,
        **limits,
    )
    findings = heavy_at_boot(
        found, costs, walk.budget_bytes, imports.source, description.app, savings=savings
    )
    return HeavyBoot(heavy, savings, findings)


def tells_of_imports(finding: Finding, description: AppDescription) -> bool:
    """Return whether a finding was made by `with_lazy_imports` or by `weigh_boot`."""
    plugins = {plugin.name for plugin in description.plugins}
    return finding.slug in {"heavy-at-boot", "import-never-used"} or (
        finding.slug == "assumption" and finding.subject in plugins
    )
