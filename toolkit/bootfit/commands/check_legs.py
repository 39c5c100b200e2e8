"""The legs about requirements: what installs on the target."""

from dataclasses import replace
from typing import Any

from bootfit.commands.earlier import earlier_run
from bootfit.commands.walk import Walk
from bootfit.model.errors import UsageError


def check(walk: Walk) -> None:
    """Learn whether every requirement installs on the target."""
    from bootfit.requirements import check_project

    result, findings = check_project(
        walk.root, requirement_files(walk), walk.platform, walk.target, **index_values(walk)
    )
    walk.learn(*findings, check=result)


def requirement_files(walk: Walk) -> tuple[str, ...]:
    """Return the files to check: those of the configuration, else a setup.cfg.

    Raises:
        UsageError: there is nothing to check.
        UndeterminedError: only what is never run, or not read, knows what is required.
    """
    if walk.config.requirements:
        return walk.config.requirements
    from bootfit.requirements.unlisted import find_unlisted

    found = find_unlisted(walk.root)
    walk.config = replace(walk.config, requirements=found)
    walk.assume(f"requirements from {', '.join(found)}")
    return found


def index_values(walk: Walk) -> dict[str, Any]:
    """Return what `check_project` is told beside the files and the target.

    Raises:
        UsageError: options exclude each other.
    """
    pythons = walk.options.get("matrix")
    offline, refresh = walk.options.get("offline"), walk.options.get("refresh")
    if offline and refresh:
        raise UsageError("--offline and --refresh exclude each other", "leave one of them out")
    if pythons:
        from bootfit.requirements.matrix import parse_pythons

        pythons = parse_pythons(pythons)
    return {
        "index_url": walk.options.get("index_url"),
        "exclude_newer": walk.options.get("exclude_newer"),
        "matrix": pythons or (),
        "freshness": "offline" if offline else "refresh" if refresh else "young",
        "sizes": bool(walk.options.get("sizes")),
        "allow_builds": bool(walk.options.get("allow_builds")),
        "progress": walk.progress,
    }


def check_or_take(walk: Walk) -> None:
    """Learn what installs and how: what is emitted depends on it.

    An earlier run document answers where it checked the same target.
    """
    earlier = earlier_run(walk)
    if earlier and earlier.check and earlier.target == walk.run.target:
        carried = [f for f in earlier.findings if f.code.startswith("BF1")]
        walk.learn(*carried, check=earlier.check)
    elif walk.config.requirements:
        check(walk)
