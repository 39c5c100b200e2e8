"""Each sign by itself, and the ones that must not be taken for another."""

import dataclasses

import pytest

from bootfit.limits.interface import BoundaryReadings
from bootfit.model.evidence import EndpointEvidence
from bootfit.model.finding import Severity
from bootfit.model.plan import PluginChoice
from bootfit.model.sizes import MIB
from bootfit.verify.judge import fits, judge, unplanned_restarts
from bootfit.verify.observed import Boot, Observed
from bootfit.verify.rules import RULES
from bootfit.verify.server_log import LogEvents
from unit.verify import plans

READINGS = BoundaryReadings(
    limit_bytes=200 * MIB,
    anonymous_bytes=0,
    peak_bytes=120 * MIB,
    kernel_bytes=2 * MIB,
    oom_kills=0,
    failed_charges=0,
)


def endpoint(path="/", statuses=None, well=True):
    statuses = statuses or {200: 10}
    return EndpointEvidence("GET", path, sum(statuses.values()), statuses, 0.01, 0.02, well)


def seen(**changes):
    readings = {k: changes.pop(k) for k in list(changes) if hasattr(READINGS, k)}
    events = {k: changes.pop(k) for k in list(changes) if hasattr(LogEvents(), k)}
    server = {k: changes.pop(k) for k in ("workers", "max_requests") if k in changes}
    values = {
        "plan": plans.plan(**server),
        "limit_kind": "cgroup-v2",
        "boot": Boot("answered", 0.5),
        "readings": dataclasses.replace(READINGS, **readings),
        "peak_anonymous_bytes": 100 * MIB,
        "children_seen": 1,
        "events": LogEvents(**{"booted": (10,), **events}),
        "endpoints": (endpoint(),),
        "silences": {},
        "killed_in": (),
        "undriven": (),
        "unsent": (),
        "loaded": True,
        "weaknesses": (),
        "log_tail": "[INFO] Starting\n[ERROR] it says why",
        **changes,
    }
    return Observed(**values)


def slugs(observed):
    return [finding.slug for finding in judge(observed)]


def the(slug, observed):
    (finding,) = [one for one in judge(observed) if one.slug == slug]
    return finding


def test_a_good_run_has_no_findings():
    assert judge(seen()) == ()


def test_only_errors_keep_a_plan_from_fitting():
    assert fits(judge(seen(undriven=("POST /",), weaknesses=("swap is not limited",))))
    assert not fits(judge(seen(oom_kills=1)))


def test_a_refusal_where_better_is_forbidden_names_what_serves():
    choices = (
        PluginChoice("sheets", "none", "", {"pandas": "does not fit"}),
        PluginChoice("search", "faiss", "", {}),
    )
    plan = dataclasses.replace(plans.plan(), plugins=choices)
    refusing = seen(plan=plan, endpoints=(endpoint("/x", {503: 7}, well=False),))
    finding = the("unexpected-status", refusing)
    assert finding.evidence == (
        "the plan has sheets served by none, which may refuse: pandas may not load",
    )
    assert "expect" in finding.remedy
    other = seen(plan=plan, endpoints=(endpoint("/x", {500: 7}, well=False),))
    assert the("unexpected-status", other).evidence == ("[ERROR] it says why",)


def test_kills_explain_the_workers_that_the_kernel_killed():
    observed = seen(
        oom_kills=2,
        booted=(10, 11, 12),
        signalled={10: "SIGKILL", 11: "SIGKILL"},
        killed_in=("GET /big, asked once",),
    )
    assert slugs(observed) == ["out-of-memory"]
    assert "during GET /big, asked once" in the("out-of-memory", observed).evidence
    assert unplanned_restarts(observed) == 2


def test_sigkill_without_a_counted_kill_is_not_out_of_memory():
    observed = seen(booted=(10, 11), signalled={10: "SIGKILL"})
    assert slugs(observed) == ["worker-ended"]
    assert "SIGKILL" in the("worker-ended", observed).evidence


def test_a_time_out_is_one_even_when_the_worker_then_got_sigkill():
    observed = seen(booted=(10, 11), timed_out=(10,), signalled={10: "SIGKILL"})
    assert slugs(observed) == ["worker-timeout"]
    assert unplanned_restarts(observed) == 1


def test_a_time_out_and_a_kill_in_one_run_are_both_told():
    observed = seen(
        oom_kills=1,
        booted=(10, 11, 12),
        timed_out=(10,),
        signalled={10: "SIGABRT", 11: "SIGKILL"},
    )
    assert slugs(observed) == ["out-of-memory", "worker-timeout"]


def test_a_worker_that_left_beside_a_kill_is_not_hidden_by_it():
    observed = seen(oom_kills=1, booted=(10, 11, 12), exited={10: 7}, signalled={11: "SIGKILL"})
    assert slugs(observed) == ["out-of-memory", "worker-ended"]
    assert "exit code 7" in the("worker-ended", observed).evidence


def test_a_worker_that_left_silently_is_counted_by_its_successor():
    assert slugs(seen(booted=(10, 11))) == ["worker-ended"]
    assert slugs(seen(booted=(), children_seen=2)) == ["worker-ended"]
    # A kill of a worker whose end the log does not tell.
    assert slugs(seen(booted=(), children_seen=2, oom_kills=1)) == ["out-of-memory"]


def test_recycling_is_planned():
    assert judge(seen(max_requests=5, booted=(10, 11, 12), recycled=2)) == ()
    assert unplanned_restarts(seen(max_requests=5, booted=(10, 11, 12), recycled=1)) == 1
    # Ten requests explain two recyclings where the log does not tell.
    assert judge(seen(max_requests=5, booted=(), children_seen=3)) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"boot": Boot("killed for memory", 3.0), "oom_kills": 6}, "killed for memory 6 time(s)"),
        ({"boot": Boot("exited", 1.0, -9), "oom_kills": 2}, "killed for memory 2 time(s)"),
        ({"boot": Boot("exited", 1.0, 3)}, "exited with code 3"),
        ({"boot": Boot("exited", 1.0, -11)}, "ended by signal 11"),
        ({"boot": Boot("deadline", 60.0), "timed_out": (10, 11)}, "2 worker(s) timed out"),
        ({"boot": Boot("deadline", 60.0)}, "stays silent"),
    ],
)
def test_why_it_does_not_boot(changes, told):
    finding = the("does-not-boot", seen(endpoints=(), **changes))
    assert told in finding.message
    assert finding.evidence == ("[ERROR] it says why",)


def test_a_bad_status_and_silence_are_different_findings():
    bad = seen(endpoints=(endpoint(statuses={200: 3, 500: 1}, well=False),))
    assert the("unexpected-status", bad).message == "GET / answered 200 x 3, 500 x 1"
    silent = seen(
        endpoints=(endpoint("/big", {0: 2, 200: 1}, well=False),),
        silences={"GET /big": ("the connection broke",)},
    )
    assert slugs(silent) == ["no-answer"]
    assert the("no-answer", silent).evidence == ("the connection broke",)


@pytest.mark.parametrize(
    ("signs", "thrashes"),
    [
        ({"failed_charges": 1_500_000}, True),
        ({"failed_charges": 5_000}, False),
        ({"refaults": 10 * 200 * 256}, True),
        ({"refaults": 1 * 200 * 256}, False),
    ],
)
def test_thrashing_is_known_by_failed_charges_or_refaults(signs, thrashes):
    assert ("thrashing" in slugs(seen(**signs))) == thrashes


def test_more_than_predicted_is_told_beyond_a_tenth():
    # 150 MiB were predicted, and 180 are allowed.
    assert judge(seen(peak_anonymous_bytes=164 * MIB)) == ()
    assert slugs(seen(peak_anonymous_bytes=166 * MIB)) == ["prediction-exceeded"]


def test_headroom_counts_kernel_memory_and_becomes_an_error_near_the_limit():
    below = seen(peak_anonymous_bytes=160 * MIB, kernel_bytes=2 * MIB)
    assert "headroom-used" not in slugs(below)
    used = seen(peak_anonymous_bytes=160 * MIB, kernel_bytes=21 * MIB)
    assert the("headroom-used", used).severity is Severity.WARNING
    tight = seen(peak_anonymous_bytes=181 * MIB, kernel_bytes=2 * MIB)
    assert the("headroom-used", tight).severity is Severity.ERROR


def test_nothing_driven_is_not_passed_over():
    assert slugs(seen(endpoints=())) == ["nothing-driven"]


def test_weak_evidence_gives_its_reasons():
    finding = the("weak-evidence", seen(limit_kind="watchdog", weaknesses=("sampled",)))
    assert finding.evidence == ("sampled",)
    assert finding.severity is Severity.NOTE


def test_every_rule_explains_itself_under_a_code_of_its_own():
    assert len({rule.code for rule in RULES}) == len({rule.slug for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.code.startswith("BF5")
        assert len(rule.explanation()) > 150


def test_what_was_not_asked_by_all_at_once_is_not_shown_to_fit():
    assert the("load-not-made", seen(loaded=False)).severity is Severity.ERROR
    observed = seen(unsent=("POST /plan",))
    assert the("load-not-made", observed).evidence == ("never sent: POST /plan",)
    assert not fits(judge(observed))


def test_a_planned_rung_that_was_not_loaded_makes_the_run_one_of_a_lighter_app():
    chosen = PluginChoice("search", "faiss", "the richest that fits", {})
    plan = dataclasses.replace(plans.plan(), plugins=(chosen,))
    declined = {"search: faiss": "is not loaded, it needs 60.0 MiB", "other: big": "is not loaded"}
    observed = seen(plan=plan, declined=declined)
    finding = the("rung-not-serving", observed)
    assert finding.subject == "search:faiss"
    assert finding.evidence == ("is not loaded, it needs 60.0 MiB",)
    assert not fits(judge(observed))
