"""What an attribution run told becomes a tree of modules and a list of their owners. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from bootfit.measure.owners import Owners, owner_costs
from bootfit.measure.trace import Import, Trace
from bootfit.model.attribution import NOTHING, ModuleCost, ModuleTree
from bootfit.model.environment import Environment
from bootfit.model.finding import Place

#: Modules that a document lists, by what they brought in all, took themselves, and took in time.
_MOST_BY_TOTAL, _MOST_BY_OWN, _MOST_BY_TIME = 30, 20, 10


def module_costs(trace: Trace, owners: Owners, first_phase: int = 0) -> tuple[ModuleCost, ...]:
    """Return every module that was imported from a phase on, in the order of its first import.

    A package that is imported because a part of it is, hangs beside that part and not below it:
    who asked for the part asked for both. A module that was tried more than once counts once.

    Args:
        trace: what the agent told.
        owners: whose modules are whose.
        first_phase: number of the phase that counts first.
    """
    start = trace.phases[first_phase] if first_phase < len(trace.phases) else len(trace.imports)
    found: dict[str, ModuleCost] = {}
    for number in range(start, len(trace.imports)):
        one = trace.imports[number]
        if not one.name:
            continue
        known = found.get(one.name)
        if known is not None:
            loaded = known.loaded or one.kind != "missing"
            found[one.name] = replace(known, own=known.own + one.own, loaded=loaded)
            continue
        parent = _asked_by(trace.imports, number, start)
        found[one.name] = ModuleCost(
            module=one.name,
            owner=owners.of(one.name),
            parent=parent if parent in found else "",
            importer=one.importer,
            place=Place(one.path, one.line or None) if one.path else None,
            own=one.own,
            total=NOTHING,
            loaded=one.kind != "missing",
        )
    return _with_totals(found)


def module_tree(
    trace: Trace,
    environment: Environment,
    implementations: Sequence[str] = (),
    *,
    first_phase: int = 0,
    before_bytes: int = 0,
    modules_loaded: int = 0,
) -> ModuleTree:
    """Return the tree of what was imported from a phase on, bounded in size.

    Args:
        trace: what the agent told.
        environment: what is installed.
        implementations: what was loaded on top of the app; nothing where the app was.
        first_phase: number of the phase that counts first.
        before_bytes: anonymous bytes that stood before that phase.
        modules_loaded: how many modules are loaded in the end.
    """
    owners = Owners(trace.imports, environment)
    modules = module_costs(trace, owners, first_phase)
    outside = sum((trace.imports[number].own for number in trace.phases[first_phase:]), NOTHING)
    listed = largest(modules)
    names = {one.module for one in listed}
    left = [one for one in modules if one.module not in names]
    return ModuleTree(
        implementations=tuple(implementations),
        before_bytes=before_bytes,
        total=sum((one.own for one in modules), outside),
        outside=outside,
        collector_seconds=next(iter(trace.collector_seconds[first_phase:]), 0.0),
        modules_loaded=modules_loaded,
        memory_known=trace.memory_known,
        modules=listed,
        rest=sum((one.own for one in left), NOTHING),
        rest_modules=len(left),
        owners=owner_costs(modules, trace.uses, owners),
    )


def largest(modules: Sequence[ModuleCost]) -> tuple[ModuleCost, ...]:
    """Return the modules that took most, and all that led to them; largest total first."""
    by_name = {one.module: one for one in modules}
    ranked: tuple[tuple[int, Callable[[ModuleCost], float]], ...] = (
        (_MOST_BY_TOTAL, lambda one: one.total.anonymous_bytes),
        (_MOST_BY_OWN, lambda one: one.own.anonymous_bytes),
        (_MOST_BY_TIME, lambda one: one.own.cpu_seconds),
    )
    kept: set[str] = set()
    for most, size in ranked:
        for one in sorted(modules, key=size, reverse=True)[:most]:
            name = one.module
            while name and name not in kept:
                kept.add(name)
                name = by_name[name].parent
    return by_total(one for one in modules if one.module in kept)


def by_total(modules: Iterable[ModuleCost]) -> tuple[ModuleCost, ...]:
    """Return ``modules``, those that brought most memory first; of equal ones, most time."""
    return tuple(
        sorted(
            modules,
            key=lambda one: (-one.total.anonymous_bytes, -one.total.cpu_seconds, one.module),
        )
    )


def chain_to(modules: Collection[ModuleCost], name: str) -> tuple[ModuleCost, ...]:
    """Return the imports that led to a module, the first one first, the module itself last.

    Raises:
        KeyError: it was not imported.
    """
    by_name = {one.module: one for one in modules}
    chain = [by_name[name]]
    while chain[-1].parent:
        chain.append(by_name[chain[-1].parent])
    return tuple(reversed(chain))


def below(modules: Sequence[ModuleCost], name: str) -> tuple[ModuleCost, ...]:
    """Return all modules that were first imported while ``name`` was."""
    inside = {name}
    found = []
    for one in modules:  # a parent comes before its children
        if one.parent in inside:
            inside.add(one.module)
            found.append(one)
    return by_total(found)


def _asked_by(imports: Sequence[Import], number: int, start: int) -> str:
    """Return the module during whose import this one happened, parts of its own left out."""
    one = imports[number]
    parent = one.parent
    while parent >= start and imports[parent].name.startswith(f"{one.name}."):
        parent = imports[parent].parent
    return imports[parent].name if parent >= start else ""


def _with_totals(found: Mapping[str, ModuleCost]) -> tuple[ModuleCost, ...]:
    totals = {name: one.own for name, one in found.items()}
    for name in reversed(list(found)):  # children come after their parents
        parent = found[name].parent
        if parent:
            totals[parent] += totals[name]
    return tuple(replace(one, total=totals[name]) for name, one in found.items())
