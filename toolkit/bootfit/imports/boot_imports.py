"""Which libraries the app's own source imports when it boots, and which of them are heavy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bootfit.imports.project_source import ProjectSource
from bootfit.imports.reach import Reached, chain_to
from bootfit.imports.rules import HeavyAtBoot
from bootfit.model.environment import Environment
from bootfit.model.finding import Finding, Place
from bootfit.model.sizes import format_mib

#: Part of the memory budget from which on a library at boot is worth a word.
_SHARE = 0.05


@dataclass(frozen=True)
class BootImport:
    """A library that is loaded when the app has booted, and where the source asks for it."""

    #: Its top-level module.
    name: str
    #: The modules of it that the source imports at boot.
    modules: tuple[str, ...]
    places: tuple[Place, ...]


def boot_imports(
    reached: Iterable[Reached], environment: Environment, framework: str = ""
) -> tuple[BootImport, ...]:
    """Return the libraries that the app's own source imports at boot, less its framework.

    Only what is loaded once the app has booted counts, and what a distribution brings.
    """
    modules: dict[str, set[str]] = {}
    places: dict[str, dict[Place, None]] = {}
    for one in reached:
        for candidate in one.statement.candidates if one.at_boot else ():
            module = environment.found.get(candidate, "")
            name = module.partition(".")[0]
            if module in environment.loaded and name != framework and environment.owners(module):
                modules.setdefault(name, set()).add(module)
                places.setdefault(name, {})[Place(one.path, one.statement.line)] = None
    return tuple(
        BootImport(name, tuple(sorted(modules[name])), tuple(places[name])) for name in modules
    )


def weight_that_counts(budget_bytes: int) -> int:
    """Return the bytes from which on a library at boot is worth a word: 5 % of the budget."""
    return int(budget_bytes * _SHARE)


def heavy_at_boot(
    imports: Iterable[BootImport],
    costs: Mapping[str, int],
    budget_bytes: int,
    source: ProjectSource,
    app: str,
) -> tuple[Finding, ...]:
    """Return a note for each import at boot that costs much, with the chain that leads to it.

    Args:
        imports: what `boot_imports` found.
        costs: anonymous bytes that each takes alone, by name.
        budget_bytes: the memory that may be used.
        source: the project.
        app: "module:attribute" or "module:factory()".
    """
    least = weight_that_counts(budget_bytes)
    heavy = [one for one in imports if one.name in costs and costs[one.name] >= least]
    heavy.sort(key=lambda one: -costs[one.name])
    return tuple(_finding(one, costs[one.name], budget_bytes, source, app) for one in heavy)


def _finding(
    one: BootImport, cost_bytes: int, budget_bytes: int, source: ProjectSource, app: str
) -> Finding:
    first, *others = one.places
    above = [f"{place} imports {module}" for place, module in chain_to(source, app, first.path)]
    return HeavyAtBoot.finding(
        one.name,
        f"{one.name} is imported at boot: by itself it takes {format_mib(cost_bytes)} of each "
        f"worker, {cost_bytes / budget_bytes:.0%} of the budget",
        evidence=[
            *above,
            f"{first} imports {', '.join(one.modules)}",
            *(f"also imported at {place}" for place in others),
        ],
        remedy="import it where it is used, if not every request uses it",
        place=first,
    )
