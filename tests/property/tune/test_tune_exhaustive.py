"""The search against all combinations, on random instances."""

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from bootfit.model.sizes import MIB
from bootfit.tune import Wishes, tune, union_to_measure
from bootfit.tune.memory import Server, fits
from bootfit.tune.situation import situation_of
from bootfit.tune.unions import union_of
from unit.tune.measured import described, measured, platform, probe, served

MEMORY = st.integers(0, 120)


@st.composite
def instances(draw):
    ladders = {
        f"p{plugin}": [f"r{rung}" for rung in range(draw(st.integers(1, 3)))]
        for plugin in range(draw(st.integers(0, 4)))
    }
    probes = [
        probe(
            f"{plugin}:{rung}",
            after=20 + (after := draw(MEMORY)),
            peak=20 + after + draw(MEMORY),
            transient=draw(MEMORY),
        )
        for plugin, rungs in ladders.items()
        for rung in rungs
        if draw(st.booleans()) or rung == rungs[0]
    ]
    for _ in range(draw(st.integers(0, 4))):
        names = [
            f"{p}:{draw(st.sampled_from(r))}" for p, r in ladders.items() if draw(st.booleans())
        ]
        if len(names) > 1 and draw(st.integers(0, 4)) == 0:
            probes.append(probe(names, "union", status="crashed"))
        elif len(names) > 1:
            after = 20 + draw(st.integers(0, 300))
            probes.append(
                probe(
                    names, "union", after=after, peak=after + draw(MEMORY), transient=draw(MEMORY)
                )
            )
    serving = []
    for _ in range(draw(st.integers(0, 2))):
        names = [f"{plugin}:{draw(st.sampled_from(rungs))}" for plugin, rungs in ladders.items()]
        serving += [
            served(names, threads=threads, worker=20 + draw(st.integers(0, 500)))
            for threads in draw(st.sampled_from([(1,), (1, 4), (2,)]))
        ]
    return measured(20, *probes, serving=serving), described(**ladders)


@settings(max_examples=300, deadline=None)
@given(
    instance=instances(),
    memory=st.integers(40, 700),
    cpu=st.sampled_from([0.1, 1.0, 3.0]),
    workers=st.sampled_from([None, 1, 2]),
)
def test_the_plan_is_the_first_combination_that_fits(instance, memory, cpu, workers):
    measurements, app = instance
    wishes = Wishes(workers=workers)
    plan, findings = tune(measurements, app, platform(memory, cpu=cpu), wishes)
    situation = situation_of(measurements, app, platform(memory, cpu=cpu), wishes)
    costs, need = situation.costs, situation.need

    combinations = [
        rungs
        for rungs in product(*(ladder.rungs for ladder in costs.ladders))
        if not costs.failure_of(rungs)
    ]
    least = Server(workers or 1, 1)
    first = next((rungs for rungs in combinations if fits(need(rungs, least))), None)
    chosen = tuple(choice.implementation for choice in plan.plugins)
    codes = {finding.code for finding in findings}
    if first is None:
        possible = any(fits(need(rungs, Server())) for rungs in combinations)
        assert ("BF404" in codes, plan.refusal is not None) == (possible, not possible)
        return
    assert plan.refusal is None
    assert chosen == tuple(rung.implementation for rung in first)
    assert fits(plan.memory)
    larger = [Server(plan.workers, plan.threads + 1), Server(plan.workers + 1, 1)]
    bounds = (workers or max(1, int(cpu)), 2 if cpu < 0.5 else 4)
    for server in larger:
        if server.workers <= bounds[0] and server.threads <= bounds[1]:
            assert not fits(need(first, server))


@settings(max_examples=100, deadline=None)
@given(instance=instances(), memory=st.integers(40, 700), more=st.integers(1, 400))
def test_more_memory_never_makes_a_plan_poorer(instance, memory, more):
    measurements, app = instance

    def ranks(size):
        plan, _ = tune(measurements, app, platform(size), Wishes())
        order = [
            [rung.name for rung in plugin.ladder].index(choice.implementation)
            for plugin, choice in zip(app.plugins, plan.plugins, strict=True)
        ]
        return (plan.refusal is not None, order)

    assert ranks(memory + more) <= ranks(memory)


@settings(max_examples=150, deadline=None)
@given(instance=instances(), memory=st.integers(40, 500), data=st.data())
def test_measuring_what_is_asked_for_settles_the_plan(instance, memory, data):
    """Whatever the unions turn out to be, no richer combination is left unmeasured."""
    measurements, app = instance
    there = platform(memory)
    for _ in range(200):
        names = union_to_measure(measurements, app, there, Wishes())
        if not names:
            break
        assert measurements.of("union", *names) is None
        singles = [measurements.of("on_top", name).figures for name in names]
        stays = [round(one.anonymous_after_exercise_bytes.median / MIB) for one in singles]
        after = data.draw(st.integers(max(stays), sum(stays)))
        found = probe(names, "union", after=after)
        measurements = replace(measurements, probes=(*measurements.probes, found))
    else:
        raise AssertionError("never settled")
    plan, _ = tune(measurements, app, there, Wishes())
    situation = situation_of(measurements, app, there, Wishes())
    costs = situation.costs

    def could_fit(rungs):
        known = union_of(costs, rungs)
        if known.basis == "upper bound":
            known = replace(known, steady_bytes=max(rung.steady_bytes for rung in rungs))
        return fits(situation.need(rungs, Server()))

    combinations = product(*(ladder.rungs for ladder in costs.ladders))
    first = next((c for c in combinations if not costs.failure_of(c) and could_fit(c)), None)
    if first is None:
        assert plan.refusal is not None
    else:
        chosen = tuple(choice.implementation for choice in plan.plugins)
        assert chosen == tuple(rung.implementation for rung in first)
