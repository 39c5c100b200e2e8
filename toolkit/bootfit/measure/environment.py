"""Ask the project's interpreter what it has installed, and what the booted app has loaded."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import Setting, memory_cap
from bootfit.measure.description import ask, cannot_import
from bootfit.measure.outcome import outcome
from bootfit.model.environment import Environment, InstalledDistribution


def look_at_environment(
    root: Path,
    interpreter: Path,
    app: str = "",
    modules: Iterable[str] = (),
    *,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
) -> Environment:
    """Return what is installed, and what is loaded once the app is.

    Without an app no code of the project runs.

    Args:
        root: the project.
        interpreter: the project's Python.
        app: "module:attribute" or "module:factory()" to boot; "" boots nothing.
        modules: dotted names to look up without importing them.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that the import may take.

    Raises:
        UndeterminedError: the app cannot be imported, or the interpreter does not answer.
        UsageError: the interpreter cannot be run.
    """
    setting = Setting(
        root.resolve(),
        interpreter,
        time_limit_seconds,
        memory_cap(1),
        environment=environment or {},
    )
    with endings_as_exceptions():
        run = ask(setting, {"job": "modules", "app": app, "modules": sorted(set(modules))})
    if not run.complete:
        raise cannot_import(outcome(run, setting, has_app=bool(app)), app, "", setting)
    told = {key: _list(value) for key, value in run.phases[-1].event.items()}
    return Environment(
        distributions=tuple(
            InstalledDistribution(name, tuple(own), tuple(needs), tuple(groups), tuple(commands))
            for name, own, needs, groups, commands in told["distributions"]
        ),
        loaded=frozenset(told["loaded"]),
        own_files=tuple(told["own"]),
        found=dict(told["found"]),
    )


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
