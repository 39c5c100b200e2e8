"""The memory that a choice needs: one formula, itemised.

Peak = master + workers × (worker + union) + workers × threads × transient + overhead, all
anonymous. For a Flask app with pandas, scikit-learn and pulp behind gunicorn 27 it predicted 208,
261, 365 and 513 MiB for 1×1, 1×2, 1×4 and 2×2 workers × threads, where 189, 261, 378 and 463 were
measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bootfit.model.plan import MemoryNeed
from bootfit.model.sizes import KIB, MIB, format_mib
from bootfit.tune.costs import Costs, RungCost

UnionBasis = Literal["measured", "upper bound", "none"]

#: Σ Pss_Anon of gunicorn 27.0.1's master without --preload on Python 3.11: 14.0 MiB, wherever
#: the app is imported, since only the workers import it.
MASTER_BYTES = 14 * MIB
#: What a worker costs more than the app alone in a bare interpreter: pages of the master that it
#: writes to. Measured with an empty app: 3.7 MiB against 3.0.
WORKER_OWN_BYTES = 1 * MIB
#: gthread against sync with an empty app: 1.1 MiB with 4 threads, 1.2 with 8.
GTHREAD_BYTES = 1 * MIB
THREAD_BYTES = 64 * KIB
#: Each further thread allocates in a heap of its own and keeps what it freed there: in parts of
#: what a request needs. A frame of 46 MB added 58, 53 and 52 MB with the 2nd, 4th and 8th thread.
THREAD_KEEPS = 0.25
#: Page tables (0.1 MiB for an empty worker, 2 MiB for each GiB mapped), stacks and sockets in the
#: kernel, which a container is charged for: an allowance, by process.
KERNEL_BYTES = 1 * MIB


@dataclass(frozen=True)
class Server:
    """The part of the server's settings that costs memory."""

    workers: int = 1
    threads: int = 1
    preload: bool = False


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


def need_of(
    costs: Costs, union: Union, server: Server, budget_bytes: int, headroom_bytes: int
) -> MemoryNeed:
    """Return the itemised prediction for ``server`` with ``union`` in each of its workers.

    With ``preload`` the app is in the master as well, and the workers are still counted in full:
    reference counts and collections write to the shared pages.
    """
    master = MASTER_BYTES + (costs.worker_bytes if server.preload else 0)
    transient = max(costs.transient_bytes, union.transient_bytes)
    # The thread that loads is under way itself: only what it needs beyond a request is new.
    surge = max(0, max(costs.surge_bytes, union.surge_bytes) - transient)
    threading = 0
    if server.threads > 1:
        kept = round((server.threads - 1) * THREAD_KEEPS * transient)
        threading = GTHREAD_BYTES + server.threads * THREAD_BYTES + kept
    overhead = (
        server.workers * (WORKER_OWN_BYTES + threading + surge)
        + (server.workers + 1) * KERNEL_BYTES
    )
    return MemoryNeed(
        budget_bytes=budget_bytes,
        headroom_bytes=headroom_bytes,
        master_bytes=master,
        worker_bytes=costs.worker_bytes,
        union_bytes=union.steady_bytes,
        transient_bytes=transient,
        overhead_bytes=overhead,
        predicted_peak_bytes=master
        + server.workers * (costs.worker_bytes + union.steady_bytes)
        + server.workers * server.threads * transient
        + overhead,
        union_basis=union.basis,
    )


def available_bytes(need: MemoryNeed) -> int:
    """Return the budget less its headroom."""
    return need.budget_bytes - need.headroom_bytes


def fits(need: MemoryNeed) -> bool:
    """Say whether the predicted peak stays within the budget less its headroom."""
    return need.predicted_peak_bytes <= available_bytes(need)


def items(need: MemoryNeed, server: Server) -> tuple[str, ...]:
    """Return the parts of the prediction for people, one a line, adding up to the whole."""
    times = f"{server.workers} × "
    return (
        f"{format_mib(need.master_bytes)} for gunicorn's master",
        f"{times}{format_mib(need.worker_bytes)} for the app in a worker",
        f"{times}{format_mib(need.union_bytes)} for the plugins in a worker ({need.union_basis})",
        f"{times}{server.threads} × {format_mib(need.transient_bytes)} for requests under way",
        f"{format_mib(need.overhead_bytes)} for first loads, threads and the kernel",
    )
