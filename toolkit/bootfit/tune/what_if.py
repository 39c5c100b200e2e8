"""What other server settings would need, with the implementations that a plan chose."""

from collections.abc import Callable

from bootfit.model.app import AppDescription
from bootfit.model.measurement import MeasurementSet
from bootfit.model.plan import MemoryNeed, Plan
from bootfit.model.platform import Platform
from bootfit.tune.memory import FEWEST_REQUESTS, Server
from bootfit.tune.situation import situation_of
from bootfit.tune.wishes import Wishes


def what_if(
    plan: Plan,
    measurements: MeasurementSet,
    description: AppDescription,
    platform: Platform,
    wishes: Wishes,
) -> Callable[[int, int, bool], MemoryNeed]:
    """Return the prediction for (workers, threads, preload) with the implementations of ``plan``.

    Raises:
        UndeterminedError: the app itself was not measured.
    """
    situation = situation_of(measurements, description, platform, wishes)
    chosen = {choice.plugin: choice.implementation for choice in plan.plugins}
    rungs = [
        rung
        for ladder in situation.costs.ladders
        for rung in ladder.rungs
        if chosen.get(rung.plugin) == rung.implementation
    ]
    requests = plan.max_requests or FEWEST_REQUESTS
    return lambda workers, threads, preload: situation.need(
        rungs, Server(workers, threads, preload, requests)
    )
