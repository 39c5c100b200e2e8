"""How much a probe may take."""

import pytest

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
