"""Which rung of each plugin: the first combination, richest first, that fits.

Combinations are ordered by the plugins as they are declared: the first plugin gets its richest
rung that any completion allows, then the second, and so on. The search is exact over the product
of all ladders; a branch is cut only where no completion of it can fit.
"""

from collections.abc import Callable
from dataclasses import replace

from bootfit.tune.costs import Costs, RungCost, UnionCost
from bootfit.tune.unions import Union, union_of

Rungs = tuple[RungCost, ...]
#: Says whether a union may be; of these rungs, or where plugins are still open (None), of any.
Verdict = Callable[[Union, Rungs | None], bool]


def richest(costs: Costs, allowed: Verdict) -> Rungs | None:
    """Return the first combination whose union is ``allowed``, or None where there is none.

    What failed when it was measured together is passed over. ``allowed`` must be monotone: what it
    allows, it allows for smaller figures as well, and for any rungs what it allows for some.
    """
    ladders = [ladder.rungs for ladder in costs.ladders]
    cheapest = [min((rung.steady_bytes for rung in rungs), default=0) for rungs in ladders]
    names = [frozenset(rung.name for rung in rungs) for rungs in ladders]

    def bound(chosen: Rungs) -> Union:
        """Return figures that no completion of ``chosen`` can undercut."""
        done = len(chosen)
        own = {rung.name for rung in chosen}
        others: frozenset[str] = frozenset().union(*names[done:])
        open_plugins = list(zip(names[done:], cheapest[done:], strict=True))

        def completed(union: UnionCost | None) -> int:
            covered = union.names if union else frozenset()
            return (
                (union.steady_bytes if union else 0)
                + sum(rung.steady_bytes for rung in chosen if rung.name not in covered)
                + sum(least for rungs, least in open_plugins if not rungs & covered)
            )

        within = [union for union in costs.unions if union.names <= own | others]
        return Union(
            steady_bytes=max(
                [
                    min(completed(union) for union in [None, *within]),
                    *(rung.steady_bytes for rung in chosen),
                ]
            ),
            surge_bytes=max([0, *(rung.surge_bytes for rung in chosen)]),
            transient_bytes=max([0, *(rung.transient_bytes for rung in chosen)]),
            basis="upper bound",
        )

    def descend(chosen: Rungs) -> Rungs | None:
        if len(chosen) == len(ladders):
            sound = not costs.failure_of(chosen) and allowed(union_of(costs, chosen), chosen)
            return chosen if sound else None
        if not allowed(bound(chosen), None):
            return None
        for rung in ladders[len(chosen)]:
            found = descend((*chosen, rung))
            if found is not None:
                return found
        return None

    return descend(())


def richest_conceivable(costs: Costs, allowed: Verdict) -> Rungs | None:
    """Return the first combination that would be ``allowed`` if its rungs shared all they can.

    Where their union was measured, that counts; else they are taken to need no more together than
    the largest of them needs alone.
    """
    ladders = [ladder.rungs for ladder in costs.ladders]

    def descend(chosen: Rungs) -> Rungs | None:
        done = len(chosen) == len(ladders)
        if not allowed(_least(costs, chosen, done=done), chosen if done else None):
            return None
        if done:
            return None if costs.failure_of(chosen) else chosen
        for rung in ladders[len(chosen)]:
            found = descend((*chosen, rung))
            if found is not None:
                return found
        return None

    return descend(())


def _least(costs: Costs, rungs: Rungs, *, done: bool) -> Union:
    known = union_of(costs, rungs)
    if done and known.basis != "upper bound":
        return known
    return replace(known, steady_bytes=max([0, *(rung.steady_bytes for rung in rungs)]))


def fallbacks(costs: Costs) -> Rungs:
    """Return the fallbacks: the last rung of each plugin, which is always there."""
    return tuple(ladder.rungs[-1] for ladder in costs.ladders)
