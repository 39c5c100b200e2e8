"""The memory that a choice needs: one formula, itemised.

Peak = master + workers × (worker + union) + workers × threads × transient + growth + overhead,
all anonymous.
"""

from dataclasses import dataclass

from bootfit.model.plan import MemoryNeed
from bootfit.model.sizes import MIB, format_mib
from bootfit.tune.costs import Costs
from bootfit.tune.requests import Requests
from bootfit.tune.unions import Union

#: Σ Pss_Anon of gunicorn 27.0.1's master without --preload on Python 3.11: 14.0 MiB, wherever
#: the app is imported, since only the workers import it.
MASTER_BYTES = 14 * MIB
#: Page tables (0.1 MiB for an empty worker, 2 MiB for each GiB mapped), stacks and sockets in the
#: kernel, which a container is charged for: an allowance, by process.
KERNEL_BYTES = 1 * MIB
#: What happens to meet differs from run to run, and a short run sees less of it than a long one:
#: three runs of one plan took 181.2, 181.9 and 182.1 MiB.
RUN_TO_RUN = 0.02


#: Recycling more often than that would pay the heavy imports again and again.
FEWEST_REQUESTS = 200
MOST_REQUESTS = 10_000
#: gunicorn adds a random part of the jitter, a tenth, so that workers do not end together; the
#: slope of a leak is known to about as much.
GROWTH_MARGIN = 1.2


@dataclass(frozen=True)
class Server:
    """The part of the server's settings that costs memory."""

    workers: int = 1
    threads: int = 1
    preload: bool = False
    #: After how many a worker is recycled where its memory grows with them.
    requests: int = FEWEST_REQUESTS


def need_of(
    costs: Costs,
    union: Union,
    requests: Requests,
    server: Server,
    *,
    budget_bytes: int,
    headroom_bytes: int,
) -> MemoryNeed:
    """Return the itemised prediction for ``server`` with ``union`` in each of its workers.

    With ``preload`` the app is in the master as well, and the workers are still counted in full:
    reference counts and collections write to the shared pages.
    """
    master = max((one.master_bytes for one in costs.serving), default=0) or (
        MASTER_BYTES + (costs.worker_bytes if server.preload else 0)
    )
    a_worker = costs.worker_bytes + union.steady_bytes
    under_way = requests.bytes_with(server.threads)
    transient = requests.each_bytes
    kernel = max([KERNEL_BYTES, *(_half(one.kernel_bytes) for one in costs.serving)])
    differs = round(RUN_TO_RUN * (a_worker + under_way))
    overhead = (
        server.workers * (under_way - server.threads * transient + differs)
        + (server.workers + 1) * kernel
    )
    growth = round(server.workers * requests.leak_bytes * server.requests * GROWTH_MARGIN)
    return MemoryNeed(
        budget_bytes=budget_bytes,
        headroom_bytes=headroom_bytes,
        master_bytes=master,
        worker_bytes=costs.worker_bytes,
        union_bytes=union.steady_bytes,
        transient_bytes=transient,
        overhead_bytes=overhead,
        predicted_peak_bytes=master
        + server.workers * a_worker
        + server.workers * server.threads * transient
        + growth
        + overhead,
        union_basis=union.basis,
        requests_basis=requests.basis,
        growth_bytes=growth,
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
    leak = f"{format_mib(need.growth_bytes)} for what a leak adds before a worker is recycled"
    each = f"{server.threads} × {format_mib(need.transient_bytes)}"
    return (
        f"{format_mib(need.master_bytes)} for gunicorn's master",
        f"{times}{format_mib(need.worker_bytes)} for the app in a worker",
        f"{times}{format_mib(need.union_bytes)} for the plugins in a worker ({need.union_basis})",
        f"{times}{each} for requests under way ({need.requests_basis})",
        *([leak] if need.growth_bytes else []),
        f"{format_mib(need.overhead_bytes)} for first loads, threads, the kernel and chance",
    )


def _half(kernel_bytes: int | None) -> int:
    """Return the share of one of two processes; 0 where nothing is known."""
    return (kernel_bytes or 0) // 2
