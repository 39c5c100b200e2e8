"""Which libraries a boot loads that take much of the memory, and what lazy imports would save."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bootfit.commands.imports_of import ImportsOfApp
from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.attribution import Saving
from bootfit.model.finding import Finding
from bootfit.model.measurement import MeasurementSet

if TYPE_CHECKING:
    from bootfit.imports import BootImport


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
