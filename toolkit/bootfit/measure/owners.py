"""Whose modules are whose, and through which requirement a distribution is reached. Pure."""

from collections.abc import Collection, Iterable, Sequence

from bootfit.measure.trace import Import
from bootfit.model.attribution import NOTHING, PROJECT, PYTHON, Cost, ModuleCost, OwnerCost
from bootfit.model.environment import Environment


class Owners:
    """Finds the distribution of a module: by where its file lies, then by its name."""

    def __init__(self, imports: Iterable[Import], environment: Environment) -> None:
        self._brought: dict[str, str] = {}
        for distribution in sorted(environment.distributions, key=lambda one: one.name.lower()):
            for module in distribution.modules:
                self._brought.setdefault(module, distribution.name)
        self._imports = {one.name: one for one in imports}
        self._known: dict[str, str] = {}

    def of(self, module: str) -> str:
        """Return a distribution's name, `PYTHON` or `PROJECT`.

        What could not be imported belongs to whoever asked for it; a namespace to the first part
        of it that was imported.
        """
        if module not in self._known:
            self._known[module] = PROJECT  # ends a circle
            self._known[module] = self._find(module)
        return self._known[module]

    def _find(self, module: str) -> str:
        one = self._imports.get(module)
        kind = one.kind if one else ""
        if kind == "project":
            return PROJECT
        if kind == "python":
            return PYTHON
        if kind == "missing" and one is not None:
            return self.of(one.importer) if one.importer else PROJECT
        brought = self.brought_by(module)
        if brought:
            return brought
        if one is None:
            return PYTHON  # loaded before anything was traced
        parts = (name for name in self._imports if name.startswith(f"{module}."))
        return next(filter(None, map(self.brought_by, parts)), PROJECT)

    def brought_by(self, module: str) -> str:
        """Return the distribution whose metadata names the module or what it lies in, or ""."""
        name = module
        while name:
            if name in self._brought:
                return self._brought[name]
            name = name.rpartition(".")[0]
        return ""


def owner_costs(
    modules: Sequence[ModuleCost], uses: Iterable[tuple[str, str]], owners: Owners
) -> tuple[OwnerCost, ...]:
    """Return what each owner took, the largest own part first, and how it is reached.

    Args:
        modules: all modules, each after its parent.
        uses: (module, module): the first holds something of the second.
        owners: whose modules are whose.
    """
    edges = {(owners.of(one.importer), one.owner) for one in modules if one.importer}
    edges |= {(owners.of(one), owners.of(other)) for one, other in uses}
    own, total, counts = _sums(modules)
    there = [name for name in own if name not in (PYTHON, PROJECT)]
    asked_for = {one.owner for one in modules if not one.importer}
    direct = {name for name in there if (PROJECT, name) in edges or name in asked_for}
    through = _through(direct, there, edges)
    found = []
    for name, cost in own.items():
        reached = [one for one in there if one != name and name in through[one]]
        transitive = tuple(sorted(one for one in reached if through[one] == (name,)))
        shared = tuple(sorted(one for one in reached if len(through[one]) > 1))
        found.append(
            OwnerCost(
                name=name,
                kind="python"
                if name == PYTHON
                else "project"
                if name == PROJECT
                else "distribution",
                modules=counts[name],
                own=cost,
                total=total[name],
                direct=name in direct,
                through=through.get(name, ()),
                transitive=transitive,
                shared=shared,
                transitive_own=sum((own[one] for one in transitive), NOTHING),
                shared_own=sum((own[one] for one in shared), NOTHING),
            )
        )
    found.sort(key=lambda one: (-one.own.anonymous_bytes, -one.own.cpu_seconds, one.name))
    return tuple(found)


def _sums(
    modules: Sequence[ModuleCost],
) -> tuple[dict[str, Cost], dict[str, Cost], dict[str, int]]:
    """Return own cost, total cost and number of modules of each owner."""
    own: dict[str, Cost] = {}
    total: dict[str, Cost] = {}
    counts: dict[str, int] = {}
    above: dict[str, frozenset[str]] = {"": frozenset()}
    for one in modules:
        outer = above[one.parent]
        above[one.module] = outer | {one.owner}
        own[one.owner] = own.get(one.owner, NOTHING) + one.own
        counts[one.owner] = counts.get(one.owner, 0) + one.loaded
        if one.owner not in outer:
            total[one.owner] = total.get(one.owner, NOTHING) + one.total
    return own, total, counts


def _through(
    direct: Collection[str], there: Iterable[str], edges: Collection[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return, for each distribution, the direct ones from which edges lead to it."""
    follows: dict[str, set[str]] = {}
    for one, other in edges:
        if one != other and not {one, other} & {PYTHON, PROJECT}:
            follows.setdefault(one, set()).add(other)
    through: dict[str, set[str]] = {name: set() for name in there}
    for start in direct:
        seen, waiting = {start}, [start]
        while waiting:
            for other in follows.get(waiting.pop(), set()) - seen:
                seen.add(other)
                waiting.append(other)
        for name in seen & set(through):
            through[name].add(start)
    return {name: tuple(sorted(starts)) for name, starts in through.items()}
