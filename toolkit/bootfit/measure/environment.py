"""Ask the project's interpreter what it has installed, and what the booted app has loaded."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import Setting, in_parallel, memory_limit, run_agent
from bootfit.measure.description import ask, cannot_import
from bootfit.measure.outcome import outcome
from bootfit.model.environment import Environment, InstalledDistribution


def look_at_environment(
    root: Path,
    interpreter: Path,
    app: str = "",
    modules: Iterable[str] = (),
    *,
    budget_bytes: int | None = None,
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
        budget_bytes: what the app may take; its import may take no more than a probe.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that the import may take.

    Raises:
        UndeterminedError: the app cannot be imported, or the interpreter does not answer.
        UsageError: the interpreter cannot be run.
    """
    setting = _setting(
        root,
        interpreter,
        budget_bytes,
        1,
        environment=environment,
        time_limit_seconds=time_limit_seconds,
    )
    with endings_as_exceptions():
        return ask_environment(setting, app, modules)


def ask_environment(setting: Setting, app: str = "", modules: Iterable[str] = ()) -> Environment:
    """Return what `look_at_environment` does, with limits that are set already.

    Raises:
        UndeterminedError: the app cannot be imported, or the interpreter does not answer.
        UsageError: the interpreter cannot be run.
    """
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


def import_costs(
    root: Path,
    interpreter: Path,
    modules: Mapping[str, Sequence[str]],
    *,
    jobs: int = 2,
    budget_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
) -> dict[str, int]:
    """Return the anonymous bytes that importing each group of modules adds to a bare interpreter.

    One fresh process a group: anonymous memory repeats to 0.1 %. The first one also writes the
    ``.pyc`` files, so each is imported twice. A group whose import fails is left out.

    Args:
        root: the project.
        interpreter: the project's Python.
        modules: name of a group → its modules.
        jobs: how many are imported at a time.
        budget_bytes: what the app may take; an import may take no more than a probe.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that an import may take.

    Raises:
        UsageError: the interpreter cannot be run.
    """
    setting = _setting(
        root,
        interpreter,
        budget_bytes,
        jobs,
        environment=environment,
        time_limit_seconds=time_limit_seconds,
    )
    costs: dict[str, int] = {}

    def weigh(name: str, stop: threading.Event) -> None:
        rung = {"subject": name, "target": "", "imports": list(modules[name]), "exercise": ""}
        for _ in ("warm-up", "measured"):
            run = run_agent(setting, {"job": "probe", "app": "", "rungs": [rung]}, stop)
            stages = {phase.name: phase.reading.anonymous_bytes for phase in run.phases}
            if run.complete:
                costs[name] = stages["loaded"] - stages["started"]

    with endings_as_exceptions():
        in_parallel([partial(weigh, name) for name in modules], jobs, threading.Event())
    return costs


def _setting(
    root: Path,
    interpreter: Path,
    budget_bytes: int | None,
    jobs: int,
    *,
    environment: Mapping[str, str] | None,
    time_limit_seconds: float,
) -> Setting:
    return Setting(
        root.resolve(),
        interpreter,
        time_limit_seconds,
        memory_limit(budget_bytes, jobs),
        environment=environment or {},
    )


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
