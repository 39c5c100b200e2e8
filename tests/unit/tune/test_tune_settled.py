from bootfit.model.finding import Finding, Severity
from bootfit.tune import Wishes, settled, tune
from unit.tune.measured import described, measured, platform, probe

APP = described(search=("big", "small"))
PROBES = (probe("search:big", after=600), probe("search:small", after=60))


def error(subject, slug="over-budget"):
    return Finding("BF301", slug, Severity.ERROR, subject, "peaks at 600.0 MiB", remedy="shrink it")


def test_a_rung_too_large_for_the_instance_is_no_error_once_the_plan_forbids_it():
    plan, _ = tune(measured(20, *PROBES), APP, platform(512), Wishes())
    (after,) = settled([error("search:big")], plan)
    assert after.severity is Severity.NOTE
    assert after.remedy == "the plan forbids it; a lower rung serves"


def test_other_errors_stay_as_they_are():
    plan, _ = tune(measured(20, *PROBES), APP, platform(512), Wishes())
    others = (error("search:small"), error("search:big", slug="crashed"), error("app"))
    assert settled(others, plan) == others


def test_a_refusal_settles_nothing():
    plan, _ = tune(measured(900, *PROBES), APP, platform(512), Wishes())
    assert plan.refusal is not None
    assert settled([error("search:big")], plan) == (error("search:big"),)
