"""Server settings of existing files against what was measured."""

from collections.abc import Callable, Iterator, Mapping

from bootfit.emit import rules
from bootfit.emit.checking.servers import Started, started
from bootfit.model.finding import Finding, Severity
from bootfit.model.plan import MemoryNeed, Plan
from bootfit.model.platform import Platform
from bootfit.model.sizes import format_mib

#: (workers, threads, preload) → the memory that this needs with the plan's implementations.
Need = Callable[[int, int, bool], MemoryNeed]


def weigh_files(
    texts: Mapping[str, str], platform: Platform, plan: Plan, need: Need
) -> Iterator[Finding]:
    """Yield where the servers of ``texts`` (path → text) need more than there is.

    Args:
        texts: the project's own files.
        platform: where they run.
        plan: what fits there.
        need: the prediction for other settings.
    """
    for one in started(texts, platform):
        yield from _memory(one, plan, need)
        yield from _timeout(one, plan)


def _memory(one: Started, plan: Plan, need: Need) -> Iterator[Finding]:
    settings = one.settings
    workers = settings.number("workers") or 1
    # Threads count with gthread, which gunicorn takes by itself for more than one.
    kind = settings.stated["worker_class"].value if "worker_class" in settings.stated else "sync"
    threads = (settings.number("threads") or 1) if kind in ("sync", "gthread") else 1
    preload = "preload_app" in settings.stated and settings.stated["preload_app"].value == "True"
    wanted = need(workers, threads, preload)
    available = wanted.budget_bytes - wanted.headroom_bytes
    if wanted.predicted_peak_bytes <= available:
        return
    each = wanted.worker_bytes + wanted.union_bytes
    over = wanted.predicted_peak_bytes > wanted.budget_bytes
    named = [settings.stated[name] for name in ("workers", "threads") if name in settings.stated]
    at = next((one.place for one in reversed(named)), one.place)
    yield rules.FileContradictsMeasurement.finding(
        f"{one.name}.workers",
        f"{workers} worker(s) with {threads} thread(s) need about "
        f"{format_mib(wanted.predicted_peak_bytes)}, more than "
        + (
            f"the {format_mib(wanted.budget_bytes)} that there are"
            if over
            else f"{format_mib(available)}, which leaves the headroom"
        ),
        evidence=[
            f"{format_mib(wanted.master_bytes)} for gunicorn's master",
            f"{workers} × {format_mib(each)} for the app and the plan's plugins in a worker",
            f"{workers * threads} × {format_mib(wanted.transient_bytes)} for requests under way",
            f"{format_mib(wanted.overhead_bytes + wanted.growth_bytes)} for the rest",
        ],
        remedy=f"{plan.workers} worker(s) with {plan.threads} thread(s) fit: `bootfit emit` "
        "writes them"
        if plan.refusal is None
        else "nothing fits: see the refusal",
        place=at,
        severity=Severity.ERROR if over else Severity.WARNING,
    )


def _timeout(one: Started, plan: Plan) -> Iterator[Finding]:
    timeout = one.settings.number("timeout")
    workers = one.settings.stated.get("worker_class")
    threads = one.settings.number("threads") or 1
    sync = threads == 1 and (workers is None or workers.value == "sync")
    seconds = timeout if timeout is not None else 30
    if not sync or not 0 < seconds < plan.timeout_seconds:
        return
    at = one.settings.stated["timeout"].place if timeout is not None else one.place
    yield rules.FileContradictsMeasurement.finding(
        f"{one.name}.timeout",
        f"timeout = {seconds}{'' if timeout is not None else ' (the default)'} kills a sync worker "
        f"in the slowest boot or first request, for which the plan takes {plan.timeout_seconds}",
        remedy=f"raise it to {plan.timeout_seconds}",
        place=at,
        severity=Severity.WARNING,
    )
