import random

import pytest

from bootfit.model.finding import Severity
from bootfit.model.sizes import KIB, MIB
from bootfit.tune import Wishes, tune
from bootfit.tune.leak import leak_of, noticeable
from unit.tune.measured import described, measured, platform, served

ROUNDS = 12


def rounds(leak_kib=0.0, *, each=50, jitter_mib=0.0, warm_mib=5.0, seed=1):
    """Requests so far and bytes at rest: a heap that fills at first, then grows by the leak."""
    chance = random.Random(seed)
    held = []
    for number in range(1, ROUNDS + 1):
        warm = warm_mib * min(1.0, number / 4)
        at_rest = (100 + warm) * MIB + number * each * leak_kib * KIB
        held.append((number * each, round(at_rest + chance.uniform(0, jitter_mib) * MIB)))
    return tuple(held)


@pytest.mark.parametrize("leak", [20, 200])
def test_a_leak_is_told_by_its_slope(leak):
    assert leak_of(rounds(leak, jitter_mib=0.2)) == pytest.approx(leak * KIB, rel=0.15)


@pytest.mark.parametrize("seed", range(50))
def test_what_fills_at_first_and_what_moves_by_chance_is_no_leak(seed):
    assert leak_of(rounds(0, jitter_mib=1.4, seed=seed)) == 0


def test_one_jump_is_no_leak():
    jump = [(50 * n, (100 + (10 if n > 9 else 0)) * MIB) for n in range(1, ROUNDS + 1)]
    assert leak_of(jump) == 0


def test_a_leak_that_so_few_requests_would_not_show_is_not_ruled_out():
    assert noticeable(rounds(each=50)) == pytest.approx(1.5 * MIB / 250)
    assert noticeable(rounds()[:4]) == float("inf")
    assert leak_of(rounds(500)[:4]) == 0


def plan_with(leak_kib, *, memory=512, wishes=None):
    serving = [served((), threads=1, worker=100, rounds=rounds(leak_kib))]
    return tune(
        measured(20, serving=serving), described(), platform(memory), wishes or Wishes(threads=1)
    )


def test_a_leak_is_bounded_by_recycling_before_it_fills_the_budget():
    plan, (finding,) = plan_with(50)
    # half of 460.8 less 118 MiB, at 50 KiB a request and a margin of a fifth
    assert plan.max_requests == 2900
    assert plan.max_requests_jitter == 290
    assert 165 * MIB < plan.memory.growth_bytes <= 172 * MIB
    assert plan.memory.predicted_peak_bytes <= 0.9 * plan.memory.budget_bytes
    assert (finding.code, finding.severity) == ("BF411", Severity.WARNING)
    (reason,) = [choice.reason for choice in plan.choices if choice.setting == "max_requests"]
    assert "keeps about 50.0 KiB of each request" in reason


def test_without_a_leak_nothing_is_recycled_and_the_smallest_that_would_have_shown_is_told():
    plan, findings = plan_with(0)
    assert (plan.max_requests, plan.memory.growth_bytes, findings) == (0, 0, ())
    (reason,) = [choice.reason for choice in plan.choices if choice.setting == "max_requests"]
    assert "none above 6.1 KiB a request showed in 100 requests" in reason


def test_recycling_switched_off_by_the_project_leaves_a_leak_unbounded():
    plan, (finding,) = plan_with(50, wishes=Wishes(threads=1, max_requests=0))
    assert plan.max_requests == 0
    assert (finding.code, finding.severity) == ("BF411", Severity.ERROR)


def test_the_project_s_own_max_requests_is_what_the_growth_is_counted_with():
    plan, _ = plan_with(50, wishes=Wishes(threads=1, max_requests=1000))
    assert plan.max_requests == 1000
    assert plan.memory.growth_bytes == pytest.approx(1000 * 50 * KIB * 1.2, rel=0.01)


def test_a_leak_too_fast_for_the_budget_is_refused():
    plan, findings = plan_with(2000, memory=256)
    assert plan.refusal is not None
    assert "for what a leak adds before a worker is recycled" in plan.refusal.message
    assert "BF401" in [finding.code for finding in findings]
