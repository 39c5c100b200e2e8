"""What answering requests adds to a worker: measured where a server was run, else an allowance.

Exercises show what a plugin needs; the app's own work (its database, its answers, what each
thread's heap keeps) shows only when the app is served. A meal planner whose plugins' exercises
told of 174 MiB took 182 with two threads, and 206 where 191 were told of with four.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

from bootfit.model.sizes import KIB, MIB
from bootfit.tune.costs import Costs, RungCost
from bootfit.tune.unions import Union, union_of

N = TypeVar("N", int, float)
Basis = Literal["measured", "carried over", "allowance"]

#: What a worker costs more than the app alone in a bare interpreter: pages of the master that it
#: writes to. Measured with an empty app: 3.7 MiB against 3.0.
WORKER_OWN_BYTES = 1 * MIB
#: gthread against sync with an empty app: 1.1 MiB with 4 threads, 1.2 with 8.
GTHREAD_BYTES = 1 * MIB
THREAD_BYTES = 64 * KIB
#: Each further thread allocates in a heap of its own and keeps what it freed there: in parts of
#: what a request needs. A frame of 46 MB added 58, 53 and 52 MB with the 2nd, 4th and 8th thread.
THREAD_KEEPS = 0.25


@dataclass(frozen=True)
class Requests:
    """What a worker needs beyond the app and its plugins, in bytes."""

    #: Of it, what each request under way needs for itself.
    each_bytes: int
    #: With one thread.
    first_bytes: int
    #: With each further one.
    further_bytes: int
    #: Once, where there is more than one thread.
    pool_bytes: int
    #: "carried over": measured with other rungs.
    basis: Basis
    #: What stays of each for good.
    leak_bytes: float = 0.0

    def bytes_with(self, threads: int) -> int:
        """Return what a worker with so many threads needs for requests."""
        pool = self.pool_bytes if threads > 1 else 0
        return self.first_bytes + (threads - 1) * self.further_bytes + pool


#: The rungs that served, one of each plugin → what requests needed then.
Served = Mapping[frozenset[str], Requests]


def served_of(costs: Costs) -> Served:
    """Return what requests needed with each combination of rungs that was served."""
    rungs = {rung.name: rung for ladder in costs.ladders for rung in ladder.rungs}
    return {
        names: _line(costs, union_of(costs, [rungs[name] for name in sorted(names)]), names)
        for names in dict.fromkeys(one.names for one in costs.serving)
        if names <= rungs.keys()
    }


def requests_of(served: Served, rungs: Sequence[RungCost], union: Union) -> Requests:
    """Return what requests need with ``rungs``, one of each plugin, and their ``union``.

    What was measured with exactly these counts. Where others served, the app's own work is the
    same: the most that any needed, and at least what the exercises of these rungs need.
    """
    exact = served.get(frozenset(rung.name for rung in rungs))
    if exact is not None:
        return exact
    return _combined(max, "carried over", [_allowance(union), *served.values()])


def least_requests(served: Served, union: Union) -> Requests:
    """Return figures that no rungs whose union is at least ``union`` can undercut."""
    return _combined(min, "carried over", [_allowance(union), *served.values()])


class Pick(Protocol):
    """`min` or `max`."""

    def __call__(self, of: Iterable[N], /) -> N:
        """Return one of several numbers."""


def _combined(pick: Pick, basis: Basis, several: Sequence[Requests]) -> Requests:
    if len(several) == 1:
        return several[0]
    return Requests(
        each_bytes=pick(one.each_bytes for one in several),
        first_bytes=pick(one.first_bytes for one in several),
        further_bytes=pick(one.further_bytes for one in several),
        pool_bytes=pick(one.pool_bytes for one in several),
        basis=basis,
        leak_bytes=pick(one.leak_bytes for one in several),
    )


def _allowance(union: Union) -> Requests:
    """Return what a worker is taken to need where nobody saw it serve.

    The thread that loads is under way itself: only what it needs beyond a request is new.
    """
    transient = union.transient_bytes
    return Requests(
        each_bytes=transient,
        first_bytes=WORKER_OWN_BYTES + max(transient, union.surge_bytes),
        further_bytes=transient + round(THREAD_KEEPS * transient) + THREAD_BYTES,
        pool_bytes=GTHREAD_BYTES,
        basis="allowance",
    )


def _line(costs: Costs, union: Union, names: frozenset[str]) -> Requests:
    """Return the line through what was measured with the fewest and with the most threads."""
    loaded = costs.worker_bytes + union.steady_bytes
    points: dict[int, int] = {}
    for one in costs.serving:
        if one.names == names:
            need = max(0, one.worker_bytes - loaded)
            points[one.threads] = max(need, points.get(one.threads, 0))
    fewest, most = min(points), max(points)
    if fewest == most:
        # Of one point the slope is not known; the line goes through it all the same.
        further = min(_allowance(union).further_bytes, points[most] // most)
        first = points[most] - (most - 1) * further
    else:
        rise = max(0, points[most] - points[fewest])
        further = -(-rise // (most - fewest))
        first = max(0, points[fewest] - (fewest - 1) * further)
    leak = max(one.leak_bytes for one in costs.serving if one.names == names)
    return Requests(min(first, further), first, further, 0, "measured", leak)
