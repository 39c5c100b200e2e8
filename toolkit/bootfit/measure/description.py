"""Ask the project's own interpreter what the app is."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import AgentRun, Setting, memory_limit, run_agent
from bootfit.measure.findings import out_of_memory
from bootfit.measure.outcome import Outcome, outcome
from bootfit.model.answer import leaves_open
from bootfit.model.app import (
    AppDescription,
    ImplementationDeclaration,
    PluginDeclaration,
    Route,
)
from bootfit.model.errors import BootfitError, DoesNotFitError, UndeterminedError, UsageError

_INTERFACES: dict[str, Literal["wsgi", "asgi"]] = {"wsgi": "wsgi", "asgi": "asgi"}


def describe(
    root: Path,
    interpreter: Path,
    app: str | None,
    registry: str | None = None,
    declared: Sequence[PluginDeclaration] = (),
    *,
    budget_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
    progress: Callable[[str], None] = lambda _text: None,
) -> AppDescription:
    """Return what the app is: its interface, framework, routes and plugins.

    Args:
        root: the project.
        interpreter: the project's Python.
        app: "module:attribute", or "module:factory()"; None when there is none.
        registry: "module:attribute" of the app's bootfit.lazy registry.
        declared: plugins that the configuration declares; a plugin of the registry that has the
            same name gives way.
        budget_bytes: what the app may take; the first import may take no more than a probe.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that the import may take.
        progress: told what is done.

    Raises:
        UndeterminedError: the app or the registry cannot be imported, does not end, or is not
            there.
        DoesNotFitError: it takes more than a probe may have, which is more than the budget.
        UsageError: the interpreter cannot be run.
    """
    root = root.resolve()
    setting = Setting(
        root,
        interpreter,
        time_limit_seconds,
        memory_limit(budget_bytes, 1),
        environment=environment or {},
        budget_bytes=budget_bytes,
    )
    progress(f"describe {app or registry or 'the project'}")
    with endings_as_exceptions():
        run = ask(setting, {"job": "describe", "app": app or "", "registry": registry or ""})
    if not run.complete:
        raise cannot_import(outcome(run, setting, has_app=True), app or "", registry or "", setting)
    told = run.phases[-1].event
    plugins = [*declared]
    names = {plugin.name for plugin in plugins}
    plugins += [one for one in _plugins(told["plugins"], registry) if one.name not in names]
    return AppDescription(
        app=str(told.get("app", app or "")),
        interface=_INTERFACES.get(str(told["interface"]), "unknown"),
        framework=str(told["framework"]),
        routes=tuple(
            Route(method, path, tuple(parameters))
            for method, path, parameters in _list(told["routes"])
        ),
        plugins=tuple(plugins),
    )


def ask(setting: Setting, order: Mapping[str, object]) -> AgentRun:
    """Return what the agent did with ``order``.

    Raises:
        UsageError: the interpreter cannot be run.
    """
    try:
        return run_agent(setting, order)
    except OSError as error:
        raise UsageError(
            f"cannot run the interpreter {setting.interpreter}: {error.strerror or error}",
            "name the project's Python with interpreter in [tool.bootfit]",
        ) from None


def cannot_import(what: Outcome, app: str, registry: str, setting: Setting) -> BootfitError:
    """Return the error that says, in one line, why the app or its registry cannot be imported.

    One that takes more memory than a probe may have does not fit, if that is more than the budget.
    """
    if what.status == "out_of_memory" and what.failure is None and app:
        found = out_of_memory(
            f"the app {app}", "app", what, setting.memory_limit_bytes, setting.budget_bytes
        )
        if setting.budget_bytes is not None and not leaves_open(found):
            return DoesNotFitError(found)
        return UndeterminedError(found.message, found.remedy)
    failure = what.failure
    is_registry = bool(failure and failure["stage"] == "registry")
    subject = f"the registry {registry}" if is_registry else f"the app {app}" if app else "Python"
    named = subject.removeprefix("the ")
    if failure is None:
        return UndeterminedError(
            f"{subject} could not be measured: it {what.detail}",
            f"import it with {setting.interpreter} to see more",
        )
    module, _, attribute = (registry if is_registry else app).partition(":")
    if failure["candidates"] is not None:
        there = ", ".join(f"{module}:{name}" for name in failure["candidates"])
        return UndeterminedError(
            f"there is no {named}: the module {module} has no {attribute}",
            f"it has {there}" if there else "name it as module:attribute in [tool.bootfit]",
        )
    missing = str(failure["missing"])
    if failure["not_found"] and (module == missing or module.startswith(missing + ".")):
        modules = ", ".join(modules_in(setting.root))
        return UndeterminedError(
            f"there is no {named}: no module named {missing} for {setting.interpreter}",
            f"modules in {setting.root}: {modules}"
            if modules
            else "run it in the project's folder",
        )
    return UndeterminedError(f"{subject} {what.detail}", _hint(failure, setting))


def modules_in(root: Path) -> list[str]:
    """Return the importable modules and packages at the top of the project, at most ten."""
    folders = [folder for folder in (root, root / "src") if folder.is_dir()]
    found = {path.stem for folder in folders for path in folder.glob("*.py")}
    found |= {path.parent.name for folder in folders for path in folder.glob("*/__init__.py")}
    return sorted(found)[:10]


def _hint(failure: Mapping[str, Any], setting: Setting) -> str:
    if failure["not_found"]:
        return (
            f"install {failure['missing']} for {setting.interpreter}, or name another interpreter"
        )
    frames = failure["frames"]
    if (
        failure["type"] == "KeyError"
        and frames
        and frames[-1][0].endswith(("/os.py", "<frozen os>"))
    ):
        name = str(failure["message"]).strip("'\"")
        return f"it reads the environment variable {name}: set it in [tool.bootfit.environment]"
    return "mend it, or name another app in [tool.bootfit]"


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _plugins(told: object, registry: str | None) -> list[PluginDeclaration]:
    try:
        return [_plugin(one) for one in _list(told)]
    except (AttributeError, KeyError, TypeError) as error:
        raise UndeterminedError(
            f"the registry {registry} describes its plugins in another way than bootfit.lazy does:"
            f" {type(error).__name__}: {error}",
            'each is {"name": …, "ladder": [{"name": …, "target": "module:attribute"}]}',
        ) from None


def _plugin(told: Mapping[str, Any]) -> PluginDeclaration:
    return PluginDeclaration(
        name=str(told["name"]),
        ladder=tuple(
            ImplementationDeclaration(
                name=str(rung["name"]),
                target=str(rung.get("target", "")),
                imports=tuple(rung.get("imports", ())),
                distributions=tuple(rung.get("distributions", ())),
                extra=str(rung.get("extra") or ""),
                exercise=str(rung.get("exercise") or ""),
                cost_bytes=rung.get("cost_bytes"),
            )
            for rung in told["ladder"]
        ),
    )
