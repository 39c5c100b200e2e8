"""Why a module is loaded, by whom, what it costs, and what would remain without it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from packaging.utils import canonicalize_name

from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import Setting, memory_limit
from bootfit.measure.attribution import Traced, rungs_of, trace_imports
from bootfit.measure.description import cannot_import
from bootfit.measure.environment import ask_environment
from bootfit.measure.module_tree import below, chain_to
from bootfit.measure.remaining import cost_of, modules_of, what_remained
from bootfit.model.app import AppDescription, ImplementationDeclaration
from bootfit.model.attribution import ModuleCost, ModuleWhy, Without
from bootfit.model.environment import Environment
from bootfit.model.errors import UndeterminedError, UsageError

_MOST_BROUGHT, _MOST_USERS = 12, 12


def explain_module(
    app: str,
    describe: Callable[[], AppDescription],
    root: Path,
    interpreter: Path,
    module: str,
    *,
    implementation: str = "",
    budget_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
    progress: Callable[[str], None] = lambda _text: None,
) -> ModuleWhy:
    """Return why a module is loaded: by the app, else by the first implementation that loads it.

    The app is imported with every import traced; what loads the module is then run once more
    traced, with ``.pyc`` files written, and once with the module not to be found.

    Args:
        app: "module:attribute".
        describe: tells the app's plugins; called where the app itself does not load the module.
        root: the project.
        interpreter: the project's Python.
        module: its dotted name.
        implementation: "plugin:implementation" to look at on top of the app, and at nothing else.
        budget_bytes: what the app and one implementation may take together.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that one run may take.
        progress: told about each run in a short text.

    Raises:
        UsageError: nothing loads it, or Python itself does; no such implementation.
        UndeterminedError: what is asked about cannot be imported.
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
        installed = ask_environment(setting, modules=[module])
        asked = _Question(app, describe, setting, module, installed, progress)
        return asked.answer(implementation)


@dataclass
class _Question:
    """One module, and the runs that tell about it."""

    app: str
    describe: Callable[[], AppDescription]
    setting: Setting
    module: str
    installed: Environment
    progress: Callable[[str], None]
    #: "plugin:implementation" → rung, once the plugins are known.
    rungs: dict[str, ImplementationDeclaration] = field(default_factory=dict)
    #: All modules that some run imported; False for those whose import failed everywhere.
    seen: dict[str, ModuleCost] = field(default_factory=dict)

    def answer(self, implementation: str) -> ModuleWhy:
        for subject in self._subjects(implementation):
            traced = self._traced(subject)
            if self._find(traced):
                # That run may have written .pyc files, which is a cost that no other run has.
                return self._answer(subject, self._traced(subject, again=True))
            if not subject and self.installed.found.get(self.module) != self.module:
                break  # no such module: nothing else can load it
        raise self._not_loaded(implementation)

    def _subjects(self, implementation: str) -> Iterator[str]:
        """Yield the app (""), then the implementations; first those that name the module."""
        if not implementation:
            yield ""
        description = self.describe()
        self.rungs = {
            f"{plugin.name}:{rung.name}": rung
            for plugin in description.plugins
            for rung in plugin.ladder
        }
        if implementation:
            rungs_of(description, (implementation,))
            yield implementation
            return
        top = self.module.partition(".")[0]
        named = [name for name, rung in self.rungs.items() if _names(rung, top)]
        yield from (*named, *(name for name in self.rungs if name not in named))

    def _traced(self, subject: str, blocked: Sequence[str] = (), *, again: bool = False) -> Traced:
        where = f"{subject} on top of the app" if subject else self.app
        how = f" without {', '.join(blocked)}" if blocked else " again" if again else ""
        self.progress(f"trace {where}{how}")
        rungs = [(subject, self.rungs[subject])] if subject else []
        traced = trace_imports(self.setting, self.app, rungs, blocked=blocked, about=self.module)
        if traced.trace is None and not subject and not blocked:
            raise cannot_import(traced.outcome, self.app, "", self.setting)
        return traced

    def _modules(self, traced: Traced) -> tuple[ModuleCost, ...]:
        return modules_of(traced, self.installed)

    def _find(self, traced: Traced) -> bool:
        if traced.trace is not None and self.module in traced.trace.at_start:
            raise UsageError(
                f"{self.module} is loaded before any code of the project is, by Python itself",
                "it costs the project nothing",
            )
        modules = self._modules(traced)
        for one in modules:
            if one.loaded or one.module not in self.seen:
                self.seen[one.module] = one
        return any(one.module == self.module and one.loaded for one in modules)

    def _answer(self, subject: str, traced: Traced) -> ModuleWhy:
        modules = self._modules(traced)
        cost = next((one for one in modules if one.module == self.module), None)
        if traced.trace is None or cost is None:
            raise UndeterminedError(
                f"{subject or 'the app'} loaded {self.module} once, and did not when asked again",
                traced.outcome.detail,
            )
        brought = below(modules, self.module)
        top = self.module.partition(".")[0]
        users = sorted(traced.trace.users, key=lambda one: one.partition(".")[0] == top)
        return ModuleWhy(
            implementations=(subject,) if subject else (),
            cost=cost,
            chain=chain_to(modules, self.module),
            boot=cost_of(traced),
            boot_modules=traced.modules_loaded,
            brought=brought[:_MOST_BROUGHT],
            brought_modules=sum(one.loaded for one in brought),
            users=tuple(users[:_MOST_USERS]),
            users_more=max(0, len(users) - _MOST_USERS),
            without=self._without(subject, modules),
            memory_known=traced.trace.memory_known,
        )

    def _without(self, subject: str, before: Sequence[ModuleCost]) -> Without:
        traced = self._traced(subject, (self.module,))
        return what_remained(traced, before, self._modules(traced))

    def _not_loaded(self, implementation: str) -> UsageError:
        where = implementation or "the app"
        others = "" if implementation or not self.rungs else ", and no implementation does"
        message = f"{where} does not load {self.module}{others}"
        tried = self.seen.get(self.module)
        if tried is not None:
            return UsageError(
                f"{message}: {tried.place or 'some code'} tries to, and it cannot be imported",
                f"install what brings it for {self.setting.interpreter}, or leave it out",
            )
        called = [
            name
            for one in self.installed.distributions
            if canonicalize_name(one.name) == canonicalize_name(self.module)
            for name in one.modules
        ]
        loaded = [name for name, one in self.seen.items() if one.loaded]
        near = called[:3] or get_close_matches(self.module, loaded, n=3, cutoff=0.75)
        hint = "`bootfit measure -v` lists what is loaded"
        return UsageError(message, f"did you mean {', '.join(near)}?" if near else hint)


def _names(rung: ImplementationDeclaration, top: str) -> bool:
    named = (*rung.imports, rung.target)
    return top in {name.partition(":")[0].partition(".")[0] for name in named}
