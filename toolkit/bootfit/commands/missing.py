"""Measurements that a plan turns out to need: unions, and servers at work."""

from collections.abc import Sequence
from dataclasses import replace

from bootfit.commands.emit_context import emit_context
from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.errors import BootfitError
from bootfit.model.evidence import Evidence
from bootfit.model.measurement import ProbeResult, ServingResult
from bootfit.model.plan import Plan
from bootfit.model.sizes import format_mib

_LOAD_SECONDS = 30.0
#: Enough for each thread to have met the heaviest request together with the others.
_FEWEST_ROUNDS, _FEWEST_REQUESTS = 4, 100
#: Enough for a leak of some KiB a request to show as well.
_LEAK_ROUNDS, _LEAK_REQUESTS = 8, 400


def union(walk: Walk, description: AppDescription, rungs: Sequence[str]) -> ProbeResult:
    """Return what these implementations cost together on top of the app."""
    from bootfit.measure import find_interpreter, measure_union

    return measure_union(
        description,
        walk.root,
        find_interpreter(walk.root, walk.config.interpreter),
        rungs,
        samples=walk.options["samples"],
        jobs=walk.options["jobs"],
        budget_bytes=walk.budget_bytes,
        environment=walk.config.environment,
        time_limit_seconds=walk.options["time_limit"],
        progress=walk.progress,
    )


def serving(walk: Walk, description: AppDescription, plan: Plan, *, leaks: bool) -> ServingResult:
    """Return what ``plan`` takes while it answers requests in four times the budget.

    With ``leaks`` it answers so many that a leak would show.
    """
    from bootfit.emit import emit_all
    from bootfit.measure import find_interpreter
    from bootfit.measure.agent_run import memory_limit
    from bootfit.verify import verify_plan
    from bootfit.verify.verify import Bounds

    names = tuple(f"{choice.plugin}:{choice.implementation}" for choice in plan.plugins)
    unmeasured = ServingResult(names, plan.threads, plan.preload, "failed")
    # Twice what a probe may take: several requests at once, and one that never ends.
    room = memory_limit(2 * walk.budget_bytes, 1)
    roomy = replace(plan, memory=replace(plan.memory, budget_bytes=room))
    rounds = _rounds(walk, description, plan, leaks=leaks)
    walk.progress(f"serving requests with {plan.threads} thread(s)")
    try:
        evidence, _ = verify_plan(
            roomy,
            emit_all(roomy, emit_context(walk, description), emitters=walk.emitters()),
            description,
            walk.platform,
            root=walk.root,
            interpreter=find_interpreter(walk.root, walk.config.interpreter),
            requests=walk.config.requests,
            environment=walk.config.environment,
            bounds=Bounds(load_seconds=_LOAD_SECONDS, load_rounds=rounds),
            progress=walk.progress,
        )
    except BootfitError as error:
        return replace(unmeasured, detail=error.message)
    if reason := _in_the_way(evidence):
        return replace(unmeasured, detail=reason)
    master = max((moment.master_bytes for moment in evidence.timeline), default=0)
    return replace(
        unmeasured,
        status="measured",
        master_bytes=master,
        worker_peak_bytes=evidence.peak_anonymous_bytes - master,
        kernel_bytes=evidence.kernel_memory_bytes,
        requests=sum(endpoint.requests for endpoint in evidence.endpoints),
        rounds=evidence.rounds,
    )


def _rounds(walk: Walk, description: AppDescription, plan: Plan, *, leaks: bool) -> int:
    """Return how many rounds of all requests are enough."""
    from bootfit.verify.routes import choose_requests

    a_round = len(choose_requests(walk.config.requests, description.routes).requests) * plan.threads
    rounds, requests = (
        (_LEAK_ROUNDS, _LEAK_REQUESTS) if leaks else (_FEWEST_ROUNDS, _FEWEST_REQUESTS)
    )
    return max(rounds, -(-requests // max(1, a_round)))


def _in_the_way(evidence: Evidence) -> str:
    """Return why the run tells nothing about memory, "" where it does."""
    if evidence.oom_kills:
        return f"more than the {format_mib(evidence.limit_bytes)} that it was given"
    if not evidence.booted:
        return "the server did not boot"
    if not any(moment.workers_bytes for moment in evidence.timeline):
        return "it was over before its memory was seen"
    if evidence.unplanned_restarts:
        return f"{evidence.unplanned_restarts} worker(s) ended in it"
    return ""
