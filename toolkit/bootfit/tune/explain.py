"""The reason for each choice, and the measurement behind it."""

import math
from dataclasses import replace

from bootfit.model.plan import Choice, MemoryNeed, PluginChoice
from bootfit.model.sizes import KIB, format_mib
from bootfit.tune import server as settings
from bootfit.tune.costs import Ladder, RungCost, describe
from bootfit.tune.memory import Server, available_bytes
from bootfit.tune.search import Rungs
from bootfit.tune.situation import Situation


def forbidden_by_memory(situation: Situation, chosen: Rungs, position: int) -> dict[str, str]:
    """Return the rungs above the chosen one of plugin ``position``, and why each does not fit.

    Each is taken together with the other plugins' chosen rungs, on the smallest server.
    """
    reasons: dict[str, str] = {}
    for rung in situation.costs.ladders[position].rungs:
        if rung == chosen[position]:
            break
        swapped = (*chosen[:position], rung, *chosen[position + 1 :])
        if failure := situation.costs.failure_of(swapped):
            reasons[rung.implementation] = f"together with the others: {failure}"
            continue
        need = situation.need(swapped, situation.smallest)
        over = need.predicted_peak_bytes - available_bytes(need)
        reasons[rung.implementation] = (
            f"with it the app needs {format_mib(need.predicted_peak_bytes)}, "
            f"{format_mib(over)} more than the {format_mib(available_bytes(need))} available"
        )
    return reasons


def plugin_choice(ladder: Ladder, rung: RungCost, by_memory: dict[str, str]) -> PluginChoice:
    """Return the choice for one plugin with its reason; ``by_memory`` is what does not fit."""
    # A deploy may install what was missing here: unmeasured, it must not load there.
    unmeasured = dict.fromkeys(
        ladder.not_installed, "not installed where it was measured, so its memory is not known"
    )
    forbidden = {**unmeasured, **ladder.failed, **by_memory}
    reason = describe(rung)
    if not forbidden:
        reason = f"the richest rung fits: {reason}"
    elif rung == ladder.rungs[-1]:
        reason = f"the fallback: {reason}"
    else:
        reason = f"the richest rung that fits: {reason}"
    if ladder.not_installed:
        missing = ", ".join(ladder.not_installed)
        reason += f"; forbidden, since not installed where it was measured: {missing}"
    return PluginChoice(ladder.plugin, rung.implementation, reason, forbidden)


def server_choices(
    situation: Situation, rungs: Rungs, server: Server, need: MemoryNeed, slowest: float
) -> tuple[Choice, ...]:
    """Return the server's settings with the reason for each."""
    wishes, platform = situation.wishes, situation.platform
    yours = "set by the project"
    cpu = f"{platform.title} has {platform.cpu_share:g} CPU"
    memory = (
        f"predicted peak {format_mib(need.predicted_peak_bytes)} of "
        f"{format_mib(available_bytes(need))} available"
    )
    timeout = wishes.timeout_seconds or settings.timeout_seconds(slowest)
    choices = [
        Choice("workers", str(server.workers), _workers(situation, server), f"{cpu}; {memory}"),
        Choice("threads", str(server.threads), _threads(situation, server), memory),
        Choice(
            "worker_class",
            settings.worker_class(server.threads),
            "threads need gthread; its heartbeat goes on during a slow import"
            if server.threads > 1
            else "one thread needs no pool",
        ),
        Choice("preload", str(server.preload).lower(), _preload(situation, server)),
        Choice(
            "timeout",
            f"{timeout} s",
            yours
            if wishes.timeout_seconds
            else f"twice the slowest boot or first request, {slowest:.0f} s at "
            f"{platform.cpu_share:g} CPU, and at least {settings.SHORTEST_TIMEOUT_SECONDS} s",
            f"{slowest * min(1.0, platform.cpu_share):.2f} s of CPU time measured",
        ),
        Choice(
            "graceful_timeout",
            f"{settings.GRACEFUL_TIMEOUT_SECONDS} s",
            "platforms kill 30 s after SIGTERM; requests under way end before",
        ),
        Choice(
            "max_requests",
            str(wishes.max_requests or (server.requests if need.growth_bytes else 0)),
            yours if wishes.max_requests is not None else _recycling(situation, rungs, need),
        ),
        Choice(
            "worker_tmp_dir",
            settings.WORKER_TMP_DIR,
            "heartbeats on a disk can block a worker; used where it exists",
        ),
    ]
    return tuple(choices)


def _recycling(situation: Situation, rungs: Rungs, need: MemoryNeed) -> str:
    leak = situation.leak_bytes(rungs)
    if leak:
        return (
            f"a worker keeps about {leak / KIB:.1f} KiB of each request: it is recycled before "
            f"that is more than {format_mib(need.growth_bytes)}"
        )
    watched = situation.watched(rungs)
    if watched is None or math.isinf(watched.noticeable_bytes):
        return "recycling bounds a leak and nothing else; whether there is one was not measured"
    return (
        f"recycling bounds a leak and nothing else; none above "
        f"{watched.noticeable_bytes / KIB:.1f} KiB a request showed in {watched.requests} "
        "requests; each recycling pays the heavy imports again"
    )


def _workers(situation: Situation, server: Server) -> str:
    if situation.wishes.workers:
        return "set by the project"
    most = settings.most_workers(situation.platform)
    if server.workers < most:
        return "the CPU could keep more busy, but the memory holds no further worker"
    if situation.platform.cpu_share < 1:
        return "a part of a CPU keeps no second one busy, and each copies the memory"
    return "one for each whole CPU: more would copy the memory and share the same CPU"


def _threads(situation: Situation, server: Server) -> str:
    if situation.wishes.threads:
        return "set by the project"
    most = settings.most_threads(situation.platform)
    more = replace(server, threads=server.threads + 1)
    if server.threads < most:
        return f"each multiplies what a request needs, and the memory holds no {more.threads}"
    return "one can answer while another waits or imports; more would only add memory"


def _preload(situation: Situation, server: Server) -> str:
    if situation.wishes.preload is not None:
        return "set by the project"
    if server.workers == 1:
        return "with one worker there is nobody to share with, and the master holds the app as well"
    return "plugins load lazily, after the fork, so preloading would share next to nothing"
