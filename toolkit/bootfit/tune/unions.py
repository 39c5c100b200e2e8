"""What several rungs add to one worker together: modules that they share count once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bootfit.tune.costs import Costs, RungCost

UnionBasis = Literal["measured", "upper bound", "none"]


@dataclass(frozen=True)
class Union:
    """What a combination of rungs adds to a worker."""

    steady_bytes: int
    surge_bytes: int
    transient_bytes: int
    basis: UnionBasis


def union_of(costs: Costs, rungs: Sequence[RungCost]) -> Union:
    """Return what ``rungs`` add together.

    Rungs share modules, so a union that was measured is preferred; what it does not cover is
    added, which makes an upper bound. It is never less than what one of them adds alone.
    """
    paid = {rung.name for rung in rungs if rung.steady_bytes}
    names = {rung.name for rung in rungs}
    total = sum(rung.steady_bytes for rung in rungs)
    measured = [union for union in costs.unions if union.names <= names]
    exact = [union.steady_bytes for union in measured if paid <= union.names]
    bounds = [
        union.steady_bytes
        + sum(rung.steady_bytes for rung in rungs if rung.name not in union.names)
        for union in measured
    ]
    basis: UnionBasis = "measured" if exact or len(paid) == 1 else "upper bound"
    if any(rung.basis == "declared" for rung in rungs):
        basis = "upper bound"
    return Union(
        steady_bytes=max([min(exact or [*bounds, total]), *(rung.steady_bytes for rung in rungs)]),
        surge_bytes=max(
            [0, *(rung.surge_bytes for rung in rungs), *(each.surge_bytes for each in measured)]
        ),
        transient_bytes=max(
            [
                0,
                *(rung.transient_bytes for rung in rungs),
                *(each.transient_bytes for each in measured),
            ]
        ),
        basis=basis if paid else "none",
    )
