"""What an app loads on first use without saying so: imports that boot leaves undone. Pure."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bootfit.imports.reach import Reached
from bootfit.imports.statements import LAZILY
from bootfit.model.app import PluginDeclaration
from bootfit.model.environment import Environment
from bootfit.model.finding import Place


@dataclass(frozen=True)
class LazyImport:
    """A library that the app's source imports, and that is not loaded when the app has booted."""

    #: Its top-level module; of a namespace, or of a package that boot loads, the part meant.
    name: str
    #: The modules of it that are imported.
    modules: tuple[str, ...]
    distributions: tuple[str, ...]
    #: Where it is imported first, and the function there; "" for a module that is loaded late.
    place: Place
    function: str
    #: How many more imports of it there are.
    others: int = 0

    @property
    def where(self) -> str:
        """Return where it is imported, in words."""
        more = f", and at {self.others} other place(s)" if self.others else ""
        if self.function == LAZILY:
            return f"imported at {self.place} on its first use{more}"
        inside = f" function {self.function}" if self.function else ", which is loaded late"
        return f"imported inside {self.place}{inside}{more}"

    @property
    def declaration(self) -> str:
        """Return how pyproject.toml declares it as a plugin, with an exercise to be named."""
        name = json.dumps(self.name) if "." in self.name else self.name
        return (
            f"[tool.bootfit.plugins.{name}] with imports = {json.dumps(list(self.modules))} and "
            'exercise = "module:function"'
        )


def lazy_imports(
    reached: Iterable[Reached],
    environment: Environment,
    *,
    declared: Iterable[PluginDeclaration] = (),
    on_target: Collection[str] | None = None,
) -> tuple[LazyImport, ...]:
    """Return the libraries that the app comes to import after its boot, sorted by name.

    Args:
        reached: the imports that the app can come to.
        environment: what is installed, and what the booted app has loaded.
        declared: plugins that are measured anyway; what they import is left out.
        on_target: canonical names of the distributions that the target installs, where they are
            known: what it does not install is never loaded there.
    """
    covered = {name for plugin in declared for rung in plugin.ladder for name in rung.imports}
    uses: dict[str, list[tuple[str, Reached]]] = {}
    for one in reached:
        for module in _unloaded(one, environment):
            owners = environment.owners(module)
            there = on_target is None or any(canonicalize_name(own) in on_target for own in owners)
            if owners and there and not _is_covered(module, covered, environment):
                uses.setdefault(_name(module, environment), []).append((module, one))
    return tuple(_together(name, uses[name], environment) for name in sorted(uses))


def _together(
    name: str, uses: Sequence[tuple[str, Reached]], environment: Environment
) -> LazyImport:
    modules = sorted({module for module, _ in uses})
    places = dict.fromkeys(Place(one.path, one.statement.line) for _, one in uses)
    return LazyImport(
        name=name,
        modules=tuple(modules),
        distributions=tuple(sorted({own for one in modules for own in environment.owners(one)})),
        place=next(iter(places)),
        function=uses[0][1].statement.function,
        others=len(places) - 1,
    )


def _unloaded(one: Reached, environment: Environment) -> list[str]:
    """Return the modules that an import would load now; what cannot be found loads nothing."""
    found = {environment.found.get(candidate, "") for candidate in one.statement.candidates}
    return sorted(
        module
        for module in found
        if module.startswith(one.statement.module) and module not in environment.loaded
    )


def _is_covered(module: str, declared: Iterable[str], environment: Environment) -> bool:
    """Return whether a plugin loads the same library; parts of a namespace are apart."""
    top = module.partition(".")[0]
    if environment.owners(top):
        return top in {name.partition(".")[0] for name in declared}
    return any(f"{module}.".startswith(f"{name}.") for name in declared)


def _name(module: str, environment: Environment) -> str:
    """Return what people call it: ``numpy``; ``google.cloud.storage`` of a shared namespace.

    Of a package that is loaded at boot, the part that is not: ``scipy.optimize``.
    """
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[:count])
        if name not in environment.loaded and environment.owners(name):
            return name
    return module
