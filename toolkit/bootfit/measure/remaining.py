"""What remains of a boot without some of its imports: `bootfit why`, and what lazy ones save."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    ready, and tells where it is used if something is. What is loaded all the same, by others of
    ``imports`` that can wait, is tried once more together with them. Empty where the app itself
    does not boot.

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
    with endings_as_exceptions():
        whole = trace_imports(setting, app) if imports else None
        if whole is None or whole.trace is None:
            return {}
        boots = _Boots(app, setting, installed, imports, progress)
        found = {name: boots.saving(whole, [], name) for name in imports}
        waiting = [name for name, one in found.items() if one.saved is not None]
        saved = [name for name in waiting if name not in boots.loaded]
        for name in waiting:
            loaders = [one for one in saved if name in _held_by(one, whole.trace.uses)]
            if loaders and name in boots.loaded:
                found[name] = boots.saving(boots.without(loaders), loaders, name)
    return found


@dataclass
class _Boots:
    """Boots of the app with some imports that wait."""

    app: str
    setting: Setting
    installed: Environment
    #: Library → the files that import it.
    imports: Mapping[str, Sequence[str]]
    progress: Callable[[str], None]
    #: Libraries that were loaded although their own import waited.
    loaded: set[str] = field(default_factory=set)

    def saving(self, boot: Traced, loaders: Sequence[str], name: str) -> Saving:
        """Return what a library saves on top of others that wait already, in ``boot``."""
        traced = self.without([*loaders, name])
        after = modules_of(traced, self.installed)
        if any(one.module == name and one.loaded for one in after):
            self.loaded.add(name)
        remained = what_remained(traced, modules_of(boot, self.installed), after)
        return Saving(cost_of(boot), boot.modules_loaded, remained, tuple(loaders))

    def without(self, names: Sequence[str]) -> Traced:
        """Return the boot in which these wait."""
        self.progress(f"boot with {', '.join(names)} imported lazily")
        files = {file: None for name in names for file in self.imports[name]}
        paths = [str((self.setting.root / file).resolve()) for file in files]
        return trace_imports(self.setting, self.app, waiting=(paths, names))


def _held_by(name: str, uses: Sequence[tuple[str, str]]) -> set[str]:
    """Return the packages that a package holds something of, through others as well."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [other for holder, other in uses if holder == one]
    return found - {name}
