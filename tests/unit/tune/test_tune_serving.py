"""What a server took while it answered requests counts, where one was run."""

import pytest

from bootfit.model.finding import Severity
from bootfit.model.sizes import MIB
from bootfit.tune import Wishes, serving_to_measure, tune
from unit.tune.measured import described, measured, platform, probe, served


def codes(findings):
    return [finding.code for finding in findings]


def rungs(plan):
    return {choice.plugin: choice.implementation for choice in plan.plugins}


SERVED = ("a:x", "b:y")


def served_plan(*serving, wishes=None, memory=2048, cpu=1.0):
    plan, findings = tune(
        measured(20, probe("a:x", after=60, transient=5), probe("b:y", after=40), serving=serving),
        described(a=("x", "no"), b=("y", "no")),
        platform(memory, cpu=cpu),
        wishes or Wishes(threads=1),
    )
    return plan, findings


def test_what_a_server_was_seen_to_take_is_what_is_predicted():
    plan, _ = served_plan(served(SERVED, threads=1, worker=130, master=13, kernel=4))
    need = plan.memory
    assert need.requests_basis == "measured"
    # 13 of the master, 130 of the worker and 2 % of it, 4 of the kernel
    assert need.predicted_peak_bytes / MIB == pytest.approx(13 + 130 * 1.02 + 4, abs=0.1)


@pytest.mark.parametrize(("threads", "worker"), [(1, 130), (2, 145), (4, 175), (3, 160)])
def test_threads_between_those_that_served_lie_on_the_line_through_them(threads, worker):
    serving = [served(SERVED, threads=n, worker=w) for n, w in [(1, 130), (4, 175)]]
    plan, _ = served_plan(*serving, wishes=Wishes(threads=threads))
    assert plan.memory.predicted_peak_bytes / MIB == pytest.approx(16 + worker * 1.02, abs=0.1)


def test_each_worker_needs_what_the_one_that_served_did():
    serving = served(SERVED, threads=2, worker=150)
    one, two = (
        served_plan(serving, wishes=Wishes(threads=2, workers=workers))[0].memory
        for workers in (1, 2)
    )
    grown = two.predicted_peak_bytes - one.predicted_peak_bytes
    assert grown / MIB == pytest.approx(150 * 1.02 + 1, abs=0.1)


def test_what_other_rungs_needed_for_requests_is_carried_over():
    served_with = served(("a:no", "b:no"), threads=1, worker=20 + 33)
    plan, findings = served_plan(served_with)
    assert rungs(plan) == {"a": "x", "b": "y"}
    assert plan.memory.requests_basis == "carried over"
    assert plan.memory.predicted_peak_bytes / MIB == pytest.approx(16 + (80 + 33) * 1.02, abs=0.1)
    assert codes(findings) == ["BF410"]


def test_a_server_that_needed_too_much_costs_the_richest_rung_its_place():
    fits, _ = served_plan(memory=130)
    too_much, _ = served_plan(served(SERVED, threads=1, worker=140), memory=130)
    assert (rungs(fits)["b"], rungs(too_much)["b"]) == ("y", "no")


def test_servers_that_failed_or_preload_otherwise_say_nothing_and_the_allowance_is_told():
    failed = served(SERVED, threads=1, worker=900, status="failed")
    other = served(SERVED, threads=1, worker=900, preload=True)
    plan, (finding,) = served_plan(failed, other)
    assert plan.memory.requests_basis == "allowance"
    assert (finding.code, finding.subject) == ("BF410", "shop.main:app")
    assert finding.evidence == ("1 thread(s): the server did not boot",)
    assert finding.severity is Severity.NOTE


@pytest.mark.parametrize(("memory", "severity"), [(160, Severity.NOTE), (125, Severity.WARNING)])
def test_an_allowance_that_leaves_little_room_is_a_warning(memory, severity):
    plan, findings = served_plan(memory=memory)
    assert plan.memory.requests_basis == "allowance"
    predicted = plan.memory.predicted_peak_bytes / MIB
    assert (predicted * 1.25 > memory) is (severity is Severity.WARNING)
    assert [one.severity for one in findings if one.code == "BF410"] == [severity]


def test_servers_are_asked_for_until_the_plan_has_served_with_fewest_and_most_threads():
    app, there = described(a=("x", "no"), b=("y", "no")), platform(512, cpu=1.0)
    probes = (probe("a:x", after=60), probe("b:y", after=40))
    first = serving_to_measure(measured(20, *probes), app, there, Wishes(workers=2))
    assert [(p.workers, p.threads, p.worker_class) for p in first] == [
        (1, 1, "sync"),
        (1, 4, "gthread"),
    ]
    run = [served(SERVED, threads=1, worker=130)]
    (left,) = serving_to_measure(measured(20, *probes, serving=run), app, there, Wishes())
    assert left.threads == 4
    run.append(served(SERVED, threads=4, worker=0, status="failed"))
    assert serving_to_measure(measured(20, *probes, serving=run), app, there, Wishes()) == ()


def test_no_server_is_asked_for_where_nothing_fits_or_gunicorn_cannot_serve():
    small, asgi = platform(32), described("asgi")
    assert serving_to_measure(measured(20), described(), small, Wishes()) == ()
    assert serving_to_measure(measured(20), asgi, platform(512), Wishes()) == ()
