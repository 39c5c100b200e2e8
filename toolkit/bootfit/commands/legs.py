"""The legs about the app: what it is, and what each implementation costs."""

from bootfit.commands.earlier import earlier_run
from bootfit.commands.walk import Walk
from bootfit.model.errors import UsageError


def measure(walk: Walk) -> None:
    """Learn what the app is and what each implementation costs."""
    from bootfit.commands.boot_weight import weigh_boot
    from bootfit.commands.imports_of import imports_of, with_lazy_imports
    from bootfit.commands.sharding import measure_part
    from bootfit.imports import as_assumed, find_application
    from bootfit.measure import describe, find_interpreter

    config = walk.config
    interpreter = find_interpreter(walk.root, config.interpreter)
    app = config.app
    if app is None:
        found = find_application(walk.root)
        app = found.app
        walk.assume(f"app {app}: {found.reason}")
    description = describe(
        walk.root,
        interpreter,
        app,
        config.plugins_registry,
        config.plugins,
        budget_bytes=walk.budget_bytes,
        environment=config.environment,
        time_limit_seconds=walk.options["time_limit"],
        progress=walk.progress,
    )
    imports = imports_of(walk, description, interpreter)
    declared = {plugin.name for plugin in description.plugins}
    description = with_lazy_imports(walk, description, imports)
    assumed = {plugin.name for plugin in description.plugins} - declared
    measurements, findings = measure_part(walk, description, interpreter)
    findings = as_assumed(findings, assumed, measurements)
    walk.learn(*findings, app=description, measurements=measurements)
    weigh_boot(walk, description, imports, measurements)
    _compare_environment(walk)


def measure_or_take(walk: Walk) -> None:
    """Learn the app and its measurements, from an earlier run document where one is given.

    Raises:
        UsageError: it cannot be read, or holds no measurements.
    """
    from bootfit.commands.imports_of import tells_of_imports
    from bootfit.measure import COMPARED_WITH_TARGET

    document, earlier = walk.options["measured"], earlier_run(walk)
    if earlier is None:
        measure(walk)
        return
    if earlier.app is None or earlier.measurements is None:
        raise UsageError(f"{document} holds no measurements", "take one of `bootfit measure`")
    carried = [
        finding
        for finding in earlier.findings
        if (finding.code.startswith("BF3") and finding.code not in COMPARED_WITH_TARGET)
        or tells_of_imports(finding, earlier.app)
    ]
    walk.learn(*carried, app=earlier.app, measurements=earlier.measurements)
    _compare_environment(walk)


def _compare_environment(walk: Walk) -> None:
    """Learn how what was measured differs from what the target runs and, if known, installs."""
    from bootfit.measure import environment_drift

    if walk.run.measurements:
        checked = walk.run.check.distributions if walk.run.check else ()
        conditions = walk.run.measurements.conditions
        walk.learn(*environment_drift(conditions, walk.target.python, checked))
