"""Which module took what: compact data for the icicle, and the tables behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bootfit.model.attribution import ModuleCost, ModuleTree, OwnerCost
from bootfit.model.run import Run
from bootfit.model.sizes import MIB

_MOST_ROWS = 40


@dataclass(frozen=True)
class ModuleTable:
    """One tree as tables: its distributions and its largest modules."""

    tree: ModuleTree
    owners: tuple[OwnerCost, ...]
    modules: tuple[ModuleCost, ...]


def tables_of_modules(run: Run) -> tuple[ModuleTable, ...]:
    """Return for each traced import its largest distributions and modules."""
    return tuple(
        ModuleTable(tree, tree.owners[:_MOST_ROWS], tree.modules[:_MOST_ROWS])
        for tree in _trees(run)
    )


def module_data(run: Run) -> list[dict[str, Any]]:
    """Return for each traced import what the page's script draws.

    A module is ``[name, index of its parent or -1, index of its owner, own MiB, own ms, MiB in
    all, ms in all, place]``, where "in all" is with what it was the first to import. A module whose
    parent is not listed, or would close a circle, hangs on the root.
    """
    return [_tree(tree) for tree in _trees(run)]


def _tree(tree: ModuleTree) -> dict[str, Any]:
    parents = _parents(tree)
    owners = {owner: number for number, owner in enumerate({m.owner: 0 for m in tree.modules})}
    return {
        "subject": tree.subject,
        "memory": tree.memory_known,
        "owners": list(owners),
        "modules": [_packed(module, parents, owners) for module in tree.modules],
        "total": [_mib(tree.total.anonymous_bytes), _ms(tree.total.cpu_seconds)],
        "outside": [_mib(tree.outside.anonymous_bytes), _ms(tree.outside.cpu_seconds)],
        "waterfall": _waterfall(tree),
    }


def _trees(run: Run) -> Iterator[ModuleTree]:
    for tree in run.measurements.attribution if run.measurements else ():
        if tree.modules:
            yield tree


def _parents(tree: ModuleTree) -> dict[str, int]:
    """Return module → position, for modules that lead to the root."""
    positions = {module.module: number for number, module in enumerate(tree.modules)}
    parents = {module.module: module.parent for module in tree.modules}
    sound: dict[str, int] = {}
    for name in positions:
        path: list[str] = []
        walk = name
        while walk in positions and walk not in sound and walk not in path:
            path.append(walk)
            walk = parents[walk]
        if walk not in path:
            sound.update((one, positions[one]) for one in path)
    return sound


def _packed(
    module: ModuleCost, index: dict[str, int], owners: dict[str, int]
) -> tuple[str, int, int, float, float, float, float, str]:
    rooted = module.module in index
    return (
        module.module,
        index.get(module.parent, -1) if rooted else -1,
        owners[module.owner],
        _mib(module.own.anonymous_bytes),
        _ms(module.own.cpu_seconds),
        _mib(module.total.anonymous_bytes),
        _ms(module.total.cpu_seconds),
        str(module.place) if module.place else "",
    )


def _waterfall(tree: ModuleTree) -> list[tuple[str, float]]:
    """Return who took how many ms of the whole, the largest first, that add up to the total."""
    largest = sorted(tree.owners, key=lambda owner: -owner.own.cpu_seconds)
    parts = [(owner.name, _ms(owner.own.cpu_seconds)) for owner in largest[:12]]
    rest = sum(owner.own.cpu_seconds for owner in largest[12:])
    if rest:
        parts.append((f"{len(largest) - 12} others", _ms(rest)))
    if tree.outside.cpu_seconds:
        parts.append(("outside of imports", _ms(tree.outside.cpu_seconds)))
    return parts


def _mib(size_bytes: float) -> float:
    return round(size_bytes / MIB, 3)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)
