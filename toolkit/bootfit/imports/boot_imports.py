"""Which libraries the app's own source imports when it boots, and which of them are heavy."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bootfit.imports.project_source import ProjectSource
from bootfit.imports.reach import Reached, chain_to
from bootfit.imports.rules import HeavyAtBoot
from bootfit.imports.savings import lazy_remedy, saving_in_words
from bootfit.model.attribution import Saving
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
    *,
    savings: Mapping[str, Saving] | None = None,
) -> tuple[Finding, ...]:
    """Return a note for each import at boot that costs much, with the chain that leads to it.

    Args:
        imports: what `boot_imports` found.
        costs: anonymous bytes that each takes alone, by name.
        budget_bytes: the memory that may be used.
        source: the project.
        app: "module:attribute" or "module:factory()".
        savings: what the boot saves where one is lazy, by name, as far as that was measured.
    """
    return tuple(
        _finding(
            one,
            f"{format_mib(costs[one.name])} of each worker, "
            f"{costs[one.name] / budget_bytes:.0%} of the budget",
            source,
            app,
            (savings or {}).get(one.name),
        )
        for one in heaviest(imports, costs, budget_bytes)
    )


def heaviest(
    imports: Iterable[BootImport], costs: Mapping[str, int], budget_bytes: int
) -> tuple[BootImport, ...]:
    """Return those of ``imports`` that are worth a word, the heaviest first."""
    least = weight_that_counts(budget_bytes)
    heavy = [one for one in imports if one.name in costs and costs[one.name] >= least]
    return tuple(sorted(heavy, key=lambda one: -costs[one.name]))


def files_of(imports: Iterable[BootImport]) -> dict[str, tuple[str, ...]]:
    """Return the files that import each library at boot, by its name."""
    return {one.name: tuple(dict.fromkeys(at.path for at in one.places)) for one in imports}


def _finding(
    one: BootImport, takes: str, source: ProjectSource, app: str, saving: Saving | None
) -> Finding:
    first, *others = one.places
    would_save, measured = saving_in_words(one.name, saving)
    above = [f"{place} imports {module}" for place, module in chain_to(source, app, first.path)]
    return HeavyAtBoot.finding(
        one.name,
        f"{one.name} is imported at boot: by itself it takes {takes}{would_save}",
        evidence=[
            *above,
            f"{first} imports {', '.join(one.modules)}",
            *(f"also imported at {place}" for place in others),
            *measured,
        ],
        remedy=lazy_remedy(saving),
        place=first,
    )
