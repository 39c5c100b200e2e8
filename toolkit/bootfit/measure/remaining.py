"""What remains of a boot without some of its imports: `bootfit why`, and what lazy ones save."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import Setting, memory_limit
from bootfit.measure.attribution import Traced, trace_imports
from bootfit.measure.module_tree import module_costs
from bootfit.measure.owners import Owners
from bootfit.model.attribution import NOTHING, Cost, ModuleCost, Saving, Without
from bootfit.model.environment import Environment


def cost_of(traced: Traced) -> Cost:
    """Return what was asked for took in a traced run; nothing where it failed."""
    if traced.trace is None:
        return NOTHING
    start = traced.trace.phases[traced.first_phase]
    return sum((one.own for one in traced.trace.imports[start:]), NOTHING)


def modules_of(traced: Traced, installed: Environment) -> tuple[ModuleCost, ...]:
    """Return the modules of a traced run with their costs and owners; none where it failed."""
    if traced.trace is None:
        return ()
    owners = Owners(traced.trace.imports, installed)
    return module_costs(traced.trace, owners, traced.first_phase)


def what_remained(
    traced: Traced, before: Sequence[ModuleCost], after: Sequence[ModuleCost]
) -> Without:
    """Return what became of a traced run that had to do without some modules.

    Args:
        traced: that run.
        before: the modules of the run that had them.
        after: its own.
    """
    became = traced.outcome
    if traced.trace is None:
        raised = became.status == "raised"
        return Without("fails" if raised else "unknown", became.detail, became.place)
    left = {one.owner for one in after if one.loaded}
    return Without(
        "works",
        total=cost_of(traced),
        modules_loaded=traced.modules_loaded,
        gone=tuple(sorted({one.owner for one in before if one.loaded} - left)),
    )


def lazy_savings(
    root: Path,
    interpreter: Path,
    app: str,
    imports: Mapping[str, Sequence[str]],
    installed: Environment,
    *,
    budget_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
    progress: Callable[[str], None] = lambda _text: None,
) -> dict[str, Saving]:
    """Return what the boot would save if the project imported each library lazily.

    The app is imported once as it is, and once a library with a stand-in for it in the files of
    the project that import it: that boots if nothing of the library is used before the app is
    ready, and tells where it is used if something is. Empty where the app itself does not boot.

    Args:
        root: the project.
        interpreter: the project's Python.
        app: "module:attribute" or "module:factory()".
        imports: top-level module → the files that import it, relative to the project.
        installed: what is installed.
        budget_bytes: what the app may take.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that one run may take.
        progress: told about each run in a short text.

    Raises:
        UsageError: the interpreter cannot be run.
    """
    setting = Setting(
        root.resolve(),
        interpreter,
        time_limit_seconds,
        memory_limit(budget_bytes, 1),
        environment=environment or {},
        budget_bytes=budget_bytes,
    )
    found: dict[str, Saving] = {}
    with endings_as_exceptions():
        whole = trace_imports(setting, app) if imports else None
        if whole is None or whole.trace is None:
            return {}
        modules = modules_of(whole, installed)
        for name, files in imports.items():
            progress(f"boot with {name} imported lazily")
            paths = [str((setting.root / file).resolve()) for file in files]
            traced = trace_imports(setting, app, waiting=(paths, [name]))
            without = what_remained(traced, modules, modules_of(traced, installed))
            found[name] = Saving(cost_of(whole), whole.modules_loaded, without)
    return found
