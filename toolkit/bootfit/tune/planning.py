"""The plan: rungs first, then as many workers and threads as CPU and memory allow."""

import math
from collections.abc import Sequence
from dataclasses import replace

from bootfit.model.app import AppDescription
from bootfit.model.finding import Finding, in_order
from bootfit.model.measurement import MeasurementSet
from bootfit.model.plan import MemoryNeed, Plan, PluginChoice, Upgrade
from bootfit.model.platform import Platform
from bootfit.model.sizes import MIB
from bootfit.tune import server as settings
from bootfit.tune.costs import Costs
from bootfit.tune.explain import forbidden_by_memory, plugin_choice, server_choices
from bootfit.tune.findings import findings_of
from bootfit.tune.memory import (
    FEWEST_REQUESTS,
    GROWTH_MARGIN,
    MOST_REQUESTS,
    Server,
    available_bytes,
    fits,
)
from bootfit.tune.refusal import refusal_for
from bootfit.tune.search import Rungs, fallbacks
from bootfit.tune.situation import Situation, situation_of
from bootfit.tune.unions import union_of
from bootfit.tune.upgrade import gains_of, next_larger
from bootfit.tune.wishes import Wishes


def tune(
    measurements: MeasurementSet,
    description: AppDescription,
    platform: Platform,
    wishes: Wishes,
    alternatives: Sequence[Platform] = (),
) -> tuple[Plan, tuple[Finding, ...]]:
    """Return the plan for an app on ``platform``, and what is worth knowing about it.

    The richest combination of rungs that fits comes first, then workers, then threads. Settings
    of ``wishes`` are kept whether they fit or not. Where nothing fits the plan carries a refusal
    (and the fallbacks), with the smallest of ``alternatives`` that would do.

    Raises:
        UndeterminedError: the app itself was not measured.
    """
    situation = situation_of(measurements, description, platform, wishes)
    costs = situation.costs
    rungs = situation.best(situation.smallest)
    misfit = rungs is None and situation.best(Server()) is not None
    refused = rungs is None and not misfit
    chosen = rungs if rungs is not None else fallbacks(costs)
    server = _grown(situation, chosen) if rungs is not None else situation.smallest
    server = _recycled(situation, chosen, server)
    need = situation.need(chosen, server)
    max_requests = wishes.max_requests
    if max_requests is None:
        max_requests = server.requests if need.growth_bytes else 0
    plugins = tuple(
        plugin_choice(
            ladder,
            rung,
            {} if refused else forbidden_by_memory(situation, chosen, position),
        )
        for position, (ladder, rung) in enumerate(zip(costs.ladders, chosen, strict=True))
    )
    slowest = settings.slowest_request_seconds(costs, chosen, platform)
    plan = Plan(
        app=description.app,
        platform=platform.name,
        python=wishes.python or platform.python.default,
        workers=server.workers,
        threads=server.threads,
        worker_class=settings.worker_class(server.threads),
        preload=server.preload,
        timeout_seconds=wishes.timeout_seconds or settings.timeout_seconds(slowest),
        graceful_timeout_seconds=settings.GRACEFUL_TIMEOUT_SECONDS,
        max_requests=max_requests,
        max_requests_jitter=max_requests // 10,
        worker_tmp_dir=settings.WORKER_TMP_DIR,
        environment=_environment(platform, server, plugins) | _costs(description, chosen, need),
        plugins=plugins,
        memory=need,
        choices=server_choices(situation, chosen, server, need, slowest),
        refusal=refusal_for(situation, need, alternatives) if refused else None,
    )
    larger = next_larger(platform, alternatives)
    if larger is not None and not refused:
        there, _ = tune(measurements, description, larger, replace(wishes, budget_bytes=None))
        soonest = settings.slowest_request_seconds(costs, _rungs_of(there, costs), larger)
        gains = gains_of(plan, there, slowest, soonest)
        plan = replace(plan, upgrade=Upgrade(larger.name, larger.title, gains))
    found = findings_of(
        plan,
        situation,
        measurements,
        description,
        alternatives=alternatives,
        slowest_seconds=slowest,
        misfit=misfit,
        leak_bytes=situation.leak_bytes(chosen),
    )
    return plan, in_order(found)


def union_to_measure(
    measurements: MeasurementSet,
    description: AppDescription,
    platform: Platform,
    wishes: Wishes,
) -> tuple[str, ...]:
    """Return the rungs whose union would settle which plan is best; empty where it is settled.

    Rungs share modules, so the sum of what each adds can forbid what would fit. Measure what this
    returns together, add it to ``measurements``, and ask again: each answer is a new combination.

    Raises:
        UndeterminedError: the app itself was not measured.
    """
    situation = situation_of(measurements, description, platform, wishes)
    costs = situation.costs
    rungs = situation.conceivable(situation.smallest)
    if rungs is None or union_of(costs, rungs).basis != "upper bound":
        return ()
    if any(rung.basis == "declared" for rung in rungs):
        # Nobody could measure one of them alone; together it would be no different.
        return ()
    return tuple(rung.name for rung in rungs if rung.steady_bytes)


def serving_to_measure(
    measurements: MeasurementSet,
    description: AppDescription,
    platform: Platform,
    wishes: Wishes,
) -> tuple[Plan, ...]:
    """Return the plans to run, with room, that tell what requests need with the chosen rungs.

    They have one worker, with the fewest threads that may be chosen and with the most. Empty where
    both were run, where nothing fits, and where gunicorn cannot serve the app.

    Raises:
        UndeterminedError: the app itself was not measured.
    """
    plan, _ = tune(measurements, description, platform, wishes)
    if plan.refusal is not None or description.interface == "asgi":
        return ()
    names = {f"{choice.plugin}:{choice.implementation}" for choice in plan.plugins}
    run = {
        one.threads
        for one in measurements.serving
        if set(one.implementations) == names and one.preload == plan.preload
    }
    wanted = {wishes.threads or 1, wishes.threads or settings.most_threads(platform)}
    return tuple(_with_threads(plan, threads) for threads in sorted(wanted - run))


def _with_threads(plan: Plan, threads: int) -> Plan:
    alone = {"WEB_CONCURRENCY": "1"} if "WEB_CONCURRENCY" in plan.environment else {}
    return replace(
        plan,
        workers=1,
        threads=threads,
        worker_class=settings.worker_class(threads),
        max_requests=0,
        max_requests_jitter=0,
        environment=plan.environment | alone,
    )


def _grown(situation: Situation, rungs: Rungs) -> Server:
    """Return the largest server that CPU and memory allow: workers first, then threads."""
    wishes, platform = situation.wishes, situation.platform
    least = situation.smallest
    most_workers = wishes.workers or settings.most_workers(platform)
    most_threads = wishes.threads or settings.most_threads(platform)
    for workers in range(most_workers, least.workers - 1, -1):
        for threads in range(most_threads, least.threads - 1, -1):
            server = replace(least, workers=workers, threads=threads)
            if fits(situation.need(rungs, server)):
                return server
    return least


def _rungs_of(plan: Plan, costs: Costs) -> Rungs:
    wanted = {(choice.plugin, choice.implementation) for choice in plan.plugins}
    return tuple(
        rung
        for ladder in costs.ladders
        for rung in ladder.rungs
        if (rung.plugin, rung.implementation) in wanted
    )


def _recycled(situation: Situation, rungs: Rungs, server: Server) -> Server:
    """Return ``server`` with the requests that fill half of the memory left, then recycle it.

    Where nothing leaks, or the project says it, it stays as it is.
    """
    leak = situation.leak_bytes(rungs)
    if not leak or situation.wishes.max_requests is not None:
        return server
    need = situation.need(rungs, replace(server, requests=0))
    spare = (available_bytes(need) - need.predicted_peak_bytes) / 2
    requests = math.floor(spare / (server.workers * leak * GROWTH_MARGIN))
    # In two digits: the third would pretend to be known.
    digits = max(0, len(str(max(1, requests))) - 2)
    requests = requests // 10**digits * 10**digits
    return replace(server, requests=max(FEWEST_REQUESTS, min(MOST_REQUESTS, requests)))


def _costs(description: AppDescription, rungs: Rungs, need: MemoryNeed) -> dict[str, str]:
    """Return what the runtime admits each rung by: its share of what all take together.

    Costs that were measured one by one count shared modules again and again, so that the runtime
    would decline what the plan found to fit.
    """
    # A rung without a target is no one's to load: the app imports it itself.
    lazy = {
        f"{plugin.name}:{rung.name}"
        for plugin in description.plugins
        for rung in plugin.ladder
        if rung.target
    }
    total_bytes = sum(rung.steady_bytes for rung in rungs)
    if not total_bytes:
        return {}
    shares = [
        f"{rung.name}={math.ceil(need.union_bytes * rung.steady_bytes / total_bytes / MIB)}Mi"
        for rung in rungs
        if rung.steady_bytes and rung.name in lazy
    ]
    return {"BOOTFIT_COST": ",".join(shares)} if shares else {}


def _environment(
    platform: Platform, server: Server, plugins: Sequence[PluginChoice]
) -> dict[str, str]:
    """Return the variables that the web process needs, sorted: only what changes something."""
    environment: dict[str, str] = {}
    forbidden = [f"{choice.plugin}:{rung}" for choice in plugins for rung in choice.forbidden]
    if forbidden:
        environment["BOOTFIT_FORBID"] = ",".join(forbidden)
    arguments = None if server.preload else settings.arguments_without_preload(platform)
    if arguments is not None:
        environment["GUNICORN_CMD_ARGS"] = arguments
    if "WEB_CONCURRENCY" in platform.environment:
        environment["WEB_CONCURRENCY"] = str(server.workers)
    return environment
