"""How much a probe may take."""

from dataclasses import replace

import pytest

from bootfit.limits.boundary import BoundaryReadings
from bootfit.measure import agent_run

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("budget_mib", "jobs", "limit_mib"),
    [(512, 2, 1024), (2048, 2, 4096), (256, 2, 768), (64, 2, 576), (None, 2, 8000)],
    ids=["twice", "twice-a-large-one", "beyond-a-small-one", "beyond-a-tiny-one", "no-budget"],
)
def test_a_probe_may_take_more_than_the_budget_to_be_measured_truly(
    monkeypatch, budget_mib, jobs, limit_mib
):
    monkeypatch.setattr(agent_run, "free_memory", lambda: 20_000 * MIB)
    budget = None if budget_mib is None else budget_mib * MIB
    assert agent_run.memory_limit(budget, jobs) == limit_mib * MIB


def test_never_more_than_its_part_of_what_the_machine_has_free(monkeypatch):
    monkeypatch.setattr(agent_run, "free_memory", lambda: 1000 * MIB)
    assert agent_run.memory_limit(512 * MIB, 4) == 200 * MIB


def readings(**changed):
    return replace(BoundaryReadings(100 * MIB, 0, 0, 0, oom_kills=0, failed_charges=0), **changed)


def test_a_kill_is_out_of_memory_whoever_was_killed():
    assert agent_run.ran_out(readings(oom_kills=1), 1 * MIB, timed_out=False)
    assert not agent_run.ran_out(readings(), 1 * MIB, timed_out=False)


@pytest.mark.parametrize(
    ("most_mib", "failed_charges", "timed_out", "ran_out"),
    [(95, 9, True, True), (95, 9, False, False), (60, 9, True, False), (95, 0, True, False)],
    ids=["starved", "done", "hung", "never-refused"],
)
def test_reclaim_for_ever_is_short_of_memory_and_not_of_time(
    most_mib, failed_charges, timed_out, ran_out
):
    told = readings(failed_charges=failed_charges)
    assert agent_run.ran_out(told, most_mib * MIB, timed_out=timed_out) is ran_out
