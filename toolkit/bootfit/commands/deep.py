"""`bootfit measure --deep`: memray looks at one implementation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootfit.commands.app_asked import app_described, app_named
from bootfit.commands.walk import Walk, walk_through


def dive_into(implementation: str, flame_graph: Path | None, options: Mapping[str, Any]) -> int:
    """Report who holds the memory of an implementation, and return the exit code."""

    def dive(walk: Walk) -> None:
        from bootfit.measure import deep_dive

        app, interpreter = app_named(walk)
        found = deep_dive(
            app_described(walk, app, interpreter),
            walk.root,
            interpreter,
            implementation,
            flame_graph or Path(f"memray-{implementation.replace(':', '-')}.html"),
            budget_bytes=walk.budget_bytes,
            environment=walk.config.environment,
            time_limit_seconds=walk.options["time_limit"],
            progress=walk.progress,
        )
        walk.learn(deep=found)

    return walk_through("measure", options, dive)
