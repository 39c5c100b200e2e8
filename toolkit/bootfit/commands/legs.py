"""The first legs, which learn: each takes a walk and adds what it learned."""

from pathlib import Path
from typing import Any

from bootfit.commands.walk import Walk
from bootfit.model.document import decode_run
from bootfit.model.errors import UsageError
from bootfit.model.run import Run


def check(walk: Walk) -> None:
    """Learn whether every requirement installs on the target."""
    from bootfit.requirements import check_project

    result, findings = check_project(
        walk.root, walk.config.requirements, walk.platform, walk.target, **index_values(walk)
    )
    walk.learn(*findings, check=result)


def index_values(walk: Walk) -> dict[str, Any]:
    """Return what `check_project` is told beside the files and the target.

    Raises:
        UsageError: options exclude each other, or there is nothing to check.
    """
    from bootfit.requirements.matrix import parse_pythons

    pythons = walk.options.get("matrix")
    offline, refresh = walk.options.get("offline"), walk.options.get("refresh")
    if offline and refresh:
        raise UsageError("--offline and --refresh exclude each other", "leave one of them out")
    if not walk.config.requirements:
        raise UsageError(
            f"no requirements found in {walk.root}",
            "name them with -r FILE or [tool.bootfit] requirements",
        )
    return {
        "index_url": walk.options.get("index_url"),
        "exclude_newer": walk.options.get("exclude_newer"),
        "matrix": parse_pythons(pythons) if pythons else (),
        "freshness": "offline" if offline else "refresh" if refresh else "young",
        "progress": walk.progress,
    }


def measure(walk: Walk) -> None:
    """Learn what the app is and what each implementation costs."""
    from bootfit.commands.imports_of import with_lazy_imports, without_repetition
    from bootfit.imports import find_application
    from bootfit.measure import describe, find_interpreter, measure_project

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
    description = with_lazy_imports(walk, description, interpreter)
    measurements, findings = measure_project(
        description,
        walk.root,
        interpreter,
        samples=walk.options["samples"],
        jobs=walk.options["jobs"],
        budget_bytes=walk.budget_bytes,
        import_seconds=config.import_seconds,
        environment=config.environment,
        time_limit_seconds=walk.options["time_limit"],
        progress=walk.progress,
    )
    walk.learn(*without_repetition(walk, findings), app=description, measurements=measurements)
    _compare_environment(walk)


def check_or_take(walk: Walk) -> None:
    """Learn what installs and how: what is emitted depends on it.

    An earlier run document answers where it checked the same target.
    """
    earlier = _earlier(walk)
    if earlier and earlier.check and earlier.target == walk.run.target:
        carried = [f for f in earlier.findings if f.code.startswith("BF1")]
        walk.learn(*carried, check=earlier.check)
    elif walk.config.requirements:
        check(walk)


def measure_or_take(walk: Walk) -> None:
    """Learn the app and its measurements, from an earlier run document where one is given.

    Raises:
        UsageError: it cannot be read, or holds no measurements.
    """
    from bootfit.measure import COMPARED_WITH_TARGET

    document, earlier = walk.options["measured"], _earlier(walk)
    if earlier is None:
        measure(walk)
        return
    if earlier.app is None or earlier.measurements is None:
        raise UsageError(f"{document} holds no measurements", "take one of `bootfit measure`")
    carried = [
        finding
        for finding in earlier.findings
        if finding.code.startswith("BF3") and finding.code not in COMPARED_WITH_TARGET
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


def _earlier(walk: Walk) -> Run | None:
    document: Path | None = walk.options["measured"]
    if document is None:
        return None
    try:
        return decode_run(document.read_bytes(), str(document))
    except OSError as error:
        raise UsageError(
            f"cannot read {document}: {error.strerror}", "write one with --format json=FILE"
        ) from None
