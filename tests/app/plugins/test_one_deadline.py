"""A plan has one deadline, whichever rungs are asked for it."""

import random
from dataclasses import replace
from time import monotonic

import pytest

from bootfit.lazy import Implementation, Plugin, Registry
from mealplan_plugins.week_optimizer import greedy
from mealplan_plugins.week_optimizer.contract import Dish, WeekRequest

ROOT = "mealplan_plugins.week_optimizer"
SHARES = {"breakfast": 0.25, "lunch": 0.3, "dinner": 0.35, "snacks": 0.1}


def hard_week(number: int = 300) -> WeekRequest:
    """Far more than the solver can do in a second."""
    draw = random.Random(1)
    dishes = tuple(
        Dish(f"d{n}", "", frozenset(SHARES), frozenset(), frozenset(), draw.uniform(100, 900), {})
        for n in range(number)
    )
    return WeekRequest(2100.0, SHARES, dishes, time_limit_seconds=2.0)


def ladder(boundless: str) -> Registry:
    rungs = ("two_stage:TwoStagePlanner", "greedy:GreedyPlanner", "energy_only:EnergyOnly")
    plugins = Registry(
        Plugin("week", *(Implementation(one.partition(":")[0], f"{ROOT}.{one}") for one in rungs)),
        environ={},
        root=boundless,
    )
    plugins.load("week")
    return plugins


@pytest.fixture
def boundless(tmp_path):
    (tmp_path / "root").mkdir()
    return str(tmp_path / "root")


def test_a_solver_that_finds_nothing_leaves_time_for_the_rung_below(boundless, monkeypatch):
    pytest.importorskip("pulp")
    from mealplan_plugins.week_optimizer import two_stage

    asked: list[float] = []

    def in_vain(*_args, seconds, **_kwargs):
        asked.append(seconds)
        until = monotonic() + seconds
        while monotonic() < until:
            pass
        return two_stage.Solution("unknown", {}, None)

    monkeypatch.setattr(two_stage, "solve", in_vain)
    # A search that never ends of its own accord.
    monkeypatch.setattr(greedy, "_ATTEMPTS", 10**6)
    plugins = ladder(boundless)
    began = monotonic()
    week = replace(hard_week(40), time_limit_seconds=6.0, deadline=began + 6.0)
    outcome = plugins.call("week", "plan", week)
    took = monotonic() - began
    assert asked
    assert outcome.implementation == "greedy"
    assert outcome.value.meals
    # Each with a limit of its own would take 4.8 s and 3.6 s at least.
    assert took < 8


def test_with_no_time_left_nobody_calls_the_request_impossible(boundless):
    outcome = ladder(boundless).call("week", "plan", replace(hard_week(60), deadline=monotonic()))
    assert outcome.implementation == "energy_only"
    assert [one.reason for one in outcome.declined] == ["call_failed"] * 2


def test_a_real_solver_at_its_limit_keeps_to_the_deadline(boundless):
    pytest.importorskip("pulp")
    plugins = ladder(boundless)
    began = monotonic()
    week = replace(hard_week(), time_limit_seconds=5.0, deadline=began + 5.0)
    outcome = plugins.call("week", "plan", week)
    assert monotonic() - began < 8
    assert outcome.value.meals


def test_without_a_deadline_a_rung_has_its_time_limit_from_the_call_on():
    request = hard_week(2)
    assert request.ends_at() == pytest.approx(monotonic() + 2.0, abs=0.5)
