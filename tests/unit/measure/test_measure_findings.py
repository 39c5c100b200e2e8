from dataclasses import replace

import pytest

from bootfit.measure.findings import findings_of
from bootfit.measure.phases import Phase, Reading, figures_of_run, samples_of_runs
from bootfit.measure.rules import RULES
from bootfit.model.app import AppDescription, ImplementationDeclaration, PluginDeclaration
from bootfit.model.finding import Place, Severity
from bootfit.model.measurement import Conditions, MeasurementSet, ProbeResult, Samples

MIB = 1024 * 1024
RICH = ImplementationDeclaration(
    "rich", "m:rich", ("torch",), ("torch", "models"), extra="ml", exercise="m:work"
)
PLAIN = ImplementationDeclaration("plain", "m:plain", exercise="m:work")
APP = AppDescription("m:app", "wsgi", "", (), (PluginDeclaration("words", (RICH, PLAIN)),))
CONDITIONS = Conditions("python", "3.11.7", "x86_64", "6", "v1", 0.0, 3, ())


def measured(mode, *implementations, peak_mib=50, cpu=0.5):
    reading = Reading(0, 0, peak_mib * MIB, 0, 0, "pss_anon")
    run = figures_of_run([Phase("loaded", {"cpu": cpu}, reading)])
    return ProbeResult(implementations, mode, "measured", figures=samples_of_runs([run]))


def found(*probes, app=None, description=APP, conditions=CONDITIONS, **options):
    fine = [
        measured(mode, f"words:{name}")
        for mode in ("alone", "on_top")
        for name in ("rich", "plain")
    ]
    replaced = {(probe.mode, probe.implementations) for probe in probes}
    kept = [probe for probe in fine if (probe.mode, probe.implementations) not in replaced]
    measurements = MeasurementSet(conditions, app or measured("app"), (*probes, *kept))
    return findings_of(measurements, description, **options)


def codes(findings):
    return [(one.code, one.subject, one.severity) for one in findings]


def test_what_fits_and_works_has_no_finding():
    assert found(budget_bytes=512 * MIB, import_seconds=3) == ()


def test_the_verdict_is_on_top_of_the_app_and_not_alone():
    alone = measured("alone", "words:rich", peak_mib=600)
    assert found(alone, budget_bytes=512 * MIB) == ()
    on_top = measured("on_top", "words:rich", peak_mib=600)
    assert codes(found(on_top, budget_bytes=512 * MIB)) == [("BF301", "words:rich", Severity.ERROR)]
    assert found(on_top, budget_bytes=None) == ()


def test_a_tight_fit_is_a_warning_of_the_same_rule():
    on_top = measured("on_top", "words:rich", peak_mib=450)
    assert codes(found(on_top, budget_bytes=512 * MIB)) == [
        ("BF301", "words:rich", Severity.WARNING)
    ]


def test_the_app_itself_may_be_too_large_and_too_slow():
    app = measured("app", peak_mib=600, cpu=9.0)
    findings = found(app=app, budget_bytes=512 * MIB, import_seconds=3)
    assert [one.code for one in findings] == ["BF301", "BF313"]


def test_slow_import_names_both_figures():
    (finding,) = found(measured("on_top", "words:rich", cpu=4.25), import_seconds=3)
    assert finding.code == "BF302"
    assert "4.25 s" in finding.message
    assert "3 s" in finding.message


def test_not_installed_says_what_to_install():
    absent = ProbeResult(("words:rich",), "on_top", "not_installed", "torch cannot be imported")
    (finding,) = found(absent, replace(absent, mode="alone"))
    assert (finding.code, finding.severity) == ("BF303", Severity.NOTE)
    assert finding.remedy == "install torch, models (extra 'ml')"


def test_each_failure_has_one_finding_of_its_rule_and_its_place():
    rule = {
        "raised": "BF304",
        "crashed": "BF305",
        "killed": "BF305",
        "timed_out": "BF306",
        "flooded": "BF307",
    }
    for status, code in rule.items():
        failed = ProbeResult(("words:rich",), "on_top", status, "went wrong")
        place = Place("m.py", 3)
        (finding,) = found(failed, replace(failed, mode="alone"), places={"words:rich": place})
        assert (finding.code, finding.place) == (code, place)
        assert "BOOTFIT_FORBID=words:rich" in finding.remedy


@pytest.mark.parametrize(
    ("limit_mib", "code", "words"),
    [(1024, "BF308", "an instance with more memory"), (300, "BF315", "fewer --jobs")],
    ids=["above-the-budget", "below-it"],
)
def test_out_of_memory_is_a_no_unless_the_machine_is_smaller_than_the_budget(
    limit_mib, code, words
):
    failed = ProbeResult(("words:rich",), "on_top", "out_of_memory", "took more than it may")
    (finding,) = found(
        failed,
        replace(failed, mode="alone"),
        conditions=replace(CONDITIONS, limit_kind="cgroup-v1", limit_bytes=limit_mib * MIB),
        budget_bytes=512 * MIB,
    )
    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    assert "512.0 MiB" in finding.evidence[0]
    assert words in finding.remedy


def test_what_no_ladder_declines_is_an_error_and_what_raises_is_a_warning():
    severities = {
        status: found(ProbeResult(("words:rich",), "on_top", status, "went wrong"))[0].severity
        for status in ("crashed", "killed", "timed_out", "flooded", "raised")
    }
    assert severities.pop("raised") is Severity.WARNING
    assert set(severities.values()) == {Severity.ERROR}


def test_kernel_memory_is_evidence_or_said_to_be_unknown():
    on_top = measured("on_top", "words:rich", peak_mib=600)
    (finding,) = found(on_top, budget_bytes=512 * MIB)
    assert "kernel memory unknown: no control group tells it here" in finding.evidence
    figures = replace(on_top.figures, kernel_bytes=Samples((2 * MIB, 3 * MIB, 4 * MIB)))
    (finding,) = found(replace(on_top, figures=figures), budget_bytes=512 * MIB)
    assert "kernel memory 3.0 MiB, 66.7% apart" in finding.evidence
    assert "603.0 MiB of anonymous and kernel memory" in finding.message


def test_a_fallback_that_fails_is_an_error_and_cannot_be_forbidden():
    failed = ProbeResult(("words:plain",), "on_top", "raised", "raised")
    (finding,) = found(failed, replace(failed, mode="alone"))
    assert finding.severity is Severity.ERROR
    assert "BOOTFIT_FORBID" not in finding.remedy


def test_failing_only_on_top_of_the_app_is_found_as_well():
    (finding,) = found(ProbeResult(("words:rich",), "on_top", "crashed", "crashed"))
    assert "on top of the app" in finding.message


def test_without_an_exercise_the_import_alone_was_measured():
    bare = replace(RICH, exercise="")
    description = replace(APP, plugins=(PluginDeclaration("words", (bare, PLAIN)),))
    assert codes(found(description=description)) == [("BF311", "words:rich", Severity.NOTE)]


def test_weaker_figures_and_processes_left_are_told():
    findings = found(basis="rss_anon", left_processes=[("words:rich", "server")] * 2)
    assert [one.code for one in findings] == ["BF312", "BF310"]


def test_rules_have_unique_codes_and_explain_themselves():
    assert len({rule.code for rule in RULES} | {rule.slug for rule in RULES}) == 2 * len(RULES)
    assert all(rule.code.startswith("BF3") and len(rule.explanation()) > 120 for rule in RULES)
