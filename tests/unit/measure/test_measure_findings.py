from dataclasses import replace

from bootfit.measure.findings import findings_of
from bootfit.measure.phases import Phase, Reading, figures_of_run, samples_of_runs
from bootfit.measure.rules import RULES
from bootfit.model.app import AppDescription, ImplementationDeclaration, PluginDeclaration
from bootfit.model.finding import Place, Severity
from bootfit.model.measurement import Conditions, MeasurementSet, ProbeResult

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


def found(*probes, app=None, description=APP, **options):
    fine = [
        measured(mode, f"words:{name}")
        for mode in ("alone", "on_top")
        for name in ("rich", "plain")
    ]
    replaced = {(probe.mode, probe.implementations) for probe in probes}
    kept = [probe for probe in fine if (probe.mode, probe.implementations) not in replaced]
    measurements = MeasurementSet(CONDITIONS, app or measured("app"), (*probes, *kept))
    return findings_of(measurements, description, **options)


def codes(findings):
    return [(one.code, one.subject, one.severity) for one in findings]


def test_what_fits_and_works_has_no_finding():
    assert found(budget_bytes=512 * MIB, import_seconds=3, target_python="3.11.9") == ()


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
        "out_of_memory": "BF308",
    }
    for status, code in rule.items():
        failed = ProbeResult(("words:rich",), "on_top", status, "went wrong")
        place = Place("m.py", 3)
        (finding,) = found(failed, replace(failed, mode="alone"), places={"words:rich": place})
        assert (finding.code, finding.place) == (code, place)
        assert "BOOTFIT_FORBID=words:rich" in finding.remedy


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


def test_another_minor_python_is_told_and_another_patch_is_not():
    assert [one.code for one in found(target_python="3.13.1")] == ["BF309"]
    assert found(target_python="3.11.0") == ()


def test_weaker_figures_and_processes_left_are_told():
    findings = found(basis="rss_anon", left_processes=[("words:rich", "server")] * 2)
    assert [one.code for one in findings] == ["BF312", "BF310"]


def test_rules_have_unique_codes_and_explain_themselves():
    assert len({rule.code for rule in RULES} | {rule.slug for rule in RULES}) == 2 * len(RULES)
    assert all(rule.code.startswith("BF3") and len(rule.explanation()) > 120 for rule in RULES)
