"""The legs about requirements: what installs on the target."""

from typing import Any

from bootfit.commands.earlier import earlier_run
from bootfit.commands.walk import Walk
from bootfit.model.errors import UndeterminedError, UsageError


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
        UndeterminedError: only a setup.py, which is never run, knows what is required.
    """
    pythons = walk.options.get("matrix")
    offline, refresh = walk.options.get("offline"), walk.options.get("refresh")
    if offline and refresh:
        raise UsageError("--offline and --refresh exclude each other", "leave one of them out")
    if not walk.config.requirements:
        if (walk.root / "setup.py").is_file():
            raise UndeterminedError(
                "setup.py: dependencies are computed by the build backend (setuptools): "
                "not checkable without running it",
                "list them in pyproject.toml or in a requirement file that -r names",
            )
        raise UsageError(
            f"no requirements found in {walk.root}",
            "name them with -r FILE or [tool.bootfit] requirements",
        )
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
