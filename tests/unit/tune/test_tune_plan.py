from dataclasses import replace

import pytest

from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.model.errors import ExitCode, UndeterminedError
from bootfit.model.finding import Severity
from bootfit.model.measurement import ProbeResult
from bootfit.model.sizes import MIB
from bootfit.tune import Wishes, union_to_measure
from unit.tune.measured import described, measured, plan_of, platform, probe

# master 14 + kernel 2: what the smallest server needs beside the worker.
SERVER = 16


def worker(app):
    """MiB of a worker: the app, 1 of its own, and 2 % for what differs from run to run."""
    return (app + 1) * 1.02


def codes(findings):
    return [finding.code for finding in findings]


def rungs(plan):
    return {choice.plugin: choice.implementation for choice in plan.plugins}


def test_the_richest_rung_is_chosen_where_it_fits():
    plan, findings = plan_of(
        measured(20, probe("search:big", after=100), probe("search:none", after=20)),
        described(search=("big", "none")),
        platform(512),
        Wishes(),
    )
    assert rungs(plan) == {"search": "big"}
    assert plan.environment == {"BOOTFIT_COST": "search:big=80Mi"}
    assert codes(findings) == []
    assert plan.memory.union_bytes == 80 * MIB


def test_a_rung_that_does_not_fit_is_forbidden_in_the_environment_and_reported():
    plan, findings = plan_of(
        measured(20, probe("search:big", after=600), probe("search:small", after=60)),
        described(search=("big", "small", "none")),
        platform(512),
        Wishes(),
        [platform(4096, name="huge"), platform(2048, name="large"), platform(600, name="no")],
    )
    assert rungs(plan) == {"search": "small"}
    assert plan.environment["BOOTFIT_FORBID"] == "search:big"
    (choice,) = plan.plugins
    assert set(choice.forbidden) == {"big"}
    assert "more than the 460.8 MiB available" in choice.forbidden["big"]
    (finding,) = findings
    assert (finding.code, finding.subject) == ("BF402", "search:big")
    assert finding.remedy == "it would fit on large"


@pytest.mark.parametrize(("over", "rung"), [(0, "big"), (0.01, "small")])
def test_the_budget_less_its_headroom_is_the_edge(over, rung):
    plan, _ = plan_of(
        measured(20, probe("search:big", after=100 + over), probe("search:small", after=30)),
        described(search=("big", "small")),
        platform(4096),
        Wishes(budget_bytes=round((SERVER + worker(100)) * 2 * MIB), headroom=0.5),
    )
    assert rungs(plan) == {"search": rung}


def test_the_items_add_up_to_the_prediction():
    plan, _ = plan_of(
        measured(
            30,
            probe("a:x", after=90, peak=140, transient=20),
            probe("b:y", after=50, transient=5),
        ),
        described(a=("x",), b=("y",)),
        platform(2048, cpu=2),
        Wishes(workers=2, threads=3),
    )
    need = plan.memory
    assert need.transient_bytes == 20 * MIB
    assert need.union_bytes == (60 + 20) * MIB
    assert need.predicted_peak_bytes == (
        need.master_bytes
        + 2 * (need.worker_bytes + need.union_bytes)
        + 2 * 3 * need.transient_bytes
        + need.overhead_bytes
    )
    # the first load needs 50 MiB for a moment, of which 20 are a request's: 30 in each worker.
    assert need.overhead_bytes >= 2 * 30 * MIB


def test_a_further_thread_needs_more_than_a_request_since_it_keeps_a_heap_of_its_own():
    app = described(a=("x",))
    measurements = measured(30, probe("a:x", after=90, transient=40))

    def peak(threads):
        plan, _ = plan_of(measurements, app, platform(2048), Wishes(threads=threads))
        return plan.memory.predicted_peak_bytes / MIB

    assert 48 <= peak(2) - peak(1) <= 54
    assert 48 <= peak(4) - peak(3) <= 54


def test_a_measured_union_is_preferred_to_the_sum_of_what_each_adds():
    each = (probe("a:x", after=120), probe("b:y", after=120))
    together = probe(("a:x", "b:y"), "union", after=130)
    app, there = described(a=("x", "no"), b=("y", "no")), platform(4096)
    summed, _ = plan_of(measured(20, *each), app, there, Wishes())
    shared, _ = plan_of(measured(20, *each, together), app, there, Wishes())
    assert (summed.memory.union_bytes, summed.memory.union_basis) == (200 * MIB, "upper bound")
    assert (shared.memory.union_bytes, shared.memory.union_basis) == (110 * MIB, "measured")


def test_a_union_of_some_counts_for_those_and_the_rest_is_added():
    plan, _ = plan_of(
        measured(
            20,
            probe("a:x", after=120),
            probe("b:y", after=120),
            probe("c:z", after=30),
            probe(("a:x", "b:y"), "union", after=130),
        ),
        described(a=("x",), b=("y",), c=("z",)),
        platform(4096),
        Wishes(),
    )
    assert (plan.memory.union_bytes, plan.memory.union_basis) == (120 * MIB, "upper bound")


def test_sharing_can_let_both_rich_rungs_in():
    probes = [probe("a:x", after=120), probe("b:y", after=120)]
    app, there = described(a=("x", "no"), b=("y", "no")), platform(200)
    assert rungs(plan_of(measured(20, *probes), app, there, Wishes())[0]) == {
        "a": "x",
        "b": "no",
    }
    probes.append(probe(("a:x", "b:y"), "union", after=130))
    assert rungs(plan_of(measured(20, *probes), app, there, Wishes())[0]) == {
        "a": "x",
        "b": "y",
    }


@pytest.mark.parametrize(
    "status", ["raised", "crashed", "killed", "timed_out", "out_of_memory", "flooded"]
)
def test_a_rung_that_failed_is_forbidden_with_the_reason(status):
    plan, _ = plan_of(
        measured(20, probe("search:big", status=status, detail="SIGSEGV")),
        described(search=("big", "none")),
        platform(),
        Wishes(),
    )
    assert rungs(plan) == {"search": "none"}
    assert plan.environment["BOOTFIT_FORBID"] == "search:big"
    assert plan.plugins[0].forbidden["big"].endswith("SIGSEGV")


def test_a_rung_that_is_not_installed_is_forbidden_since_a_deploy_may_have_it():
    plan, findings = plan_of(
        measured(20, probe("search:big", status="not_installed", detail="no faiss")),
        described(search=("big", "none")),
        platform(),
        Wishes(),
    )
    assert rungs(plan) == {"search": "none"}
    assert plan.environment["BOOTFIT_FORBID"] == "search:big"
    assert plan.plugins[0].reason.endswith("not installed where it was measured: big")
    # `measure` has told it already.
    assert codes(findings) == []


def test_a_rung_over_the_import_budget_is_forbidden():
    slow = measured(20, probe("search:big", after=40, cpu=3.2))
    app = described(search=("big", "none"))
    assert rungs(plan_of(slow, app, platform(), Wishes())[0]) == {"search": "big"}
    plan, _ = plan_of(slow, app, platform(), Wishes(import_seconds=3))
    assert plan.plugins[0].forbidden == {
        "big": "its import takes 3.2 s of CPU time, over the budget of 3 s"
    }


def test_a_fallback_is_never_forbidden_whatever_happened_to_it():
    plan, _ = plan_of(
        measured(20, probe("search:none", status="crashed")),
        described(search=("none",)),
        platform(),
        Wishes(import_seconds=0.1),
    )
    assert (rungs(plan), plan.environment) == ({"search": "none"}, {})


def test_a_rung_nobody_measured_counts_with_the_cost_that_it_declares_or_not_at_all():
    declared = ImplementationDeclaration("big", "shop:big", cost_bytes=50 * MIB)
    plan, _ = plan_of(measured(20), described(search=(declared, "none")), platform(), Wishes())
    assert rungs(plan) == {"search": "big"}
    assert (plan.memory.union_bytes, plan.memory.union_basis) == (50 * MIB, "upper bound")
    plan, _ = plan_of(measured(20), described(search=("big", "none")), platform(), Wishes())
    assert plan.plugins[0].forbidden == {"big": "it was not measured and declares no cost"}


def test_an_app_that_was_not_measured_cannot_be_planned():
    app = ProbeResult((), "app", "raised", "ModuleNotFoundError: shop")
    with pytest.raises(UndeterminedError, match="ModuleNotFoundError: shop") as caught:
        plan_of(measured(app), described(), platform(), Wishes())
    assert caught.value.exit_code is ExitCode.UNDETERMINED


def test_nothing_fits_is_refused_with_the_items_and_the_smallest_platform_that_would():
    plan, findings = plan_of(
        measured(300, probe("search:big", after=500)),
        described(search=("big", "none")),
        platform(256),
        Wishes(),
        [platform(4096, name="huge"), platform(512, name="medium"), platform(320, name="no")],
    )
    refusal = plan.refusal
    assert refusal.message.startswith(
        "required memory 323.0 MiB is greater than 230.4 MiB available: "
        "14.0 MiB for gunicorn's master, 1 × 300.0 MiB for the app in a worker"
    )
    assert refusal.smallest_platform == "medium"
    (finding,) = (finding for finding in findings if finding.code == "BF401")
    assert finding.severity is Severity.ERROR
    assert finding.remedy == "it would do on medium"
    assert "BF402" not in codes(findings)


def test_a_budget_below_the_platforms_memory_can_be_raised():
    _, findings = plan_of(
        measured(20, probe("search:big", after=150)),
        described(search=("big", "none")),
        platform(512),
        Wishes(budget_bytes=100 * MIB),
        [platform(512), platform(2048, name="large")],
    )
    (finding,) = findings
    assert finding.remedy == "it would fit in all of tiny's memory: raise the budget"


def test_a_tight_fit_is_a_warning():
    _, findings = plan_of(measured(400), described(), platform(512), Wishes())
    assert codes(findings) == ["BF407"]
    _, findings = plan_of(measured(300), described(), platform(512), Wishes())
    assert codes(findings) == []


def test_the_subjects_of_settings_are_constant_so_that_fingerprints_hold_no_values():
    """Fixed workers and time-outs are found under one name, whatever they are fixed to."""

    def found(**wishes):
        app = probe("app", mode="app", after=60, cpu=9.0)
        _, findings = plan_of(
            measured(app), described(), platform(512), Wishes(preload=False, **wishes)
        )
        return {f.subject: f for f in findings if f.code == "BF404"}

    first, second = found(workers=9, timeout_seconds=1), found(workers=12, timeout_seconds=2)
    assert set(first) == set(second) == {"server", "server.timeout"}
    for subject in first:
        assert first[subject].message != second[subject].message
        assert first[subject].fingerprint == second[subject].fingerprint


def test_an_asgi_app_is_not_served_by_the_plan():
    _, findings = plan_of(measured(20), described(interface="asgi"), platform(), Wishes())
    assert codes(findings) == ["BF408"]


def test_rungs_that_crash_together_are_not_planned_together():
    plan, findings = plan_of(
        measured(
            20,
            probe("a:x", after=30),
            probe("b:y", after=30),
            probe(("a:x", "b:y"), "union", status="crashed", detail="SIGSEGV"),
        ),
        described(a=("x", "no"), b=("y", "no")),
        platform(4096),
        Wishes(),
    )
    assert rungs(plan) == {"a": "x", "b": "no"}
    assert plan.plugins[1].forbidden == {"y": "together with the others: it crashes: SIGSEGV"}
    assert codes(findings) == ["BF402"]


def test_what_to_measure_together_is_what_could_change_the_plan():
    probes = [probe("a:x", after=120), probe("b:y", after=120), probe("b:z", after=30)]
    app, there = described(a=("x", "no"), b=("y", "z", "no")), platform(200)
    asked = union_to_measure(measured(20, *probes), app, there, Wishes())
    assert asked == ("a:x", "b:y")
    probes.append(probe(asked, "union", after=220))
    asked = union_to_measure(measured(20, *probes), app, there, Wishes())
    assert asked == ("a:x", "b:z")
    probes.append(probe(asked, "union", after=125))
    assert union_to_measure(measured(20, *probes), app, there, Wishes()) == ()
    assert rungs(plan_of(measured(20, *probes), app, there, Wishes())[0]) == {
        "a": "x",
        "b": "z",
    }


@pytest.mark.parametrize("count", [0, 1])
def test_one_plugin_has_nothing_to_share_with(count):
    probes = [probe("a:x", after=120)][:count]
    app = described(a=("x", "no")) if count else described()
    assert union_to_measure(measured(20, *probes), app, platform(), Wishes()) == ()


def test_the_runtime_is_told_each_rung_s_share_of_what_was_measured_together():
    found = measured(
        20,
        probe("search:big", after=120),
        probe("export:big", after=80),
        probe(("search:big", "export:big"), mode="union", after=140),
    )
    app = described(search=("big", "none"), export=("big", "none"))
    plan, _ = plan_of(found, app, platform(512), Wishes())
    # 100 and 60 MiB alone, 120 together: three quarters of each.
    assert plan.environment["BOOTFIT_COST"] == "search:big=75Mi,export:big=45Mi"


def test_what_the_app_imports_itself_costs_the_runtime_nothing():
    eager = PluginDeclaration(
        "numpy", (ImplementationDeclaration("numpy", target="", imports=("numpy",)),)
    )
    app = replace(described(), plugins=(eager,))
    plan, _ = plan_of(measured(20, probe("numpy:numpy", after=50)), app, platform(512), Wishes())
    assert "BOOTFIT_COST" not in plan.environment


def test_what_one_plan_up_would_gain_is_told():
    plan, _ = plan_of(
        measured(20, probe("search:big", after=600, cpu=2.0), probe("search:small", after=60)),
        described(search=("big", "small")),
        platform(512, cpu=0.5),
        Wishes(),
        [
            platform(4096, cpu=4.0, name="huge"),
            platform(1024, cpu=2.0, name="large"),
            platform(2048, cpu=0.1, name="slow"),
        ],
    )
    assert plan.upgrade.platform == "large"
    assert plan.upgrade.gains == ("big instead of small serves search",)


def test_one_plan_up_more_cpu_means_more_workers_and_a_shorter_first_request():
    family = [platform(512, cpu=0.5, name="small"), platform(512, cpu=2.0, name="fast")]
    plan, _ = plan_of(
        measured(20, probe("a:x", after=60, cpu=4.0)),
        described(a=("x",)),
        *family[:1],
        Wishes(),
        family,
    )
    assert plan.upgrade.gains == (
        "2 instead of 1 workers",
        "the slowest boot or first request takes about 4.0 s instead of 8.0",
    )
    top, _ = plan_of(
        measured(20, probe("a:x", after=60)), described(a=("x",)), family[1], Wishes(), family
    )
    assert top.upgrade is None
