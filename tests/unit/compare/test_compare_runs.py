"""Two run documents side by side: what changed, what is called worse, and what is told."""

from dataclasses import replace

import pytest

from bootfit.compare import compare_profiles, known_subjects, profile_of
from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.model.attribution import Cost, ModuleTree, OwnerCost
from bootfit.model.compare_table import CompareTable, SubjectTable, allowances_of
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.finding import Severity
from bootfit.model.measurement import ProbeResult
from bootfit.model.sizes import MIB
from bootfit.model.tolerances import Allowances
from run_documents import figures, full_run


def run(**changes):
    whole = full_run("measure")
    return replace(whole, findings=(), **changes)


def with_peak(mode, subject, peak_mib, *, import_seconds=0.5, of=None):
    """Return a run in which one probe has another peak or import time."""
    whole = of or run()
    measured = whole.measurements
    told = figures(peak_mib, import_seconds=import_seconds)

    def changed(probe):
        same = probe.mode == mode and (not subject or probe.implementations == (subject,))
        return replace(probe, figures=told) if same else probe

    return replace(
        whole,
        measurements=replace(
            measured,
            app=changed(measured.app),
            probes=tuple(map(changed, measured.probes)),
        ),
    )


def compared(base, head, allowances=None):
    return compare_profiles(
        profile_of(base, "base.json"), profile_of(head, "head.json"), allowances or Allowances()
    )


def codes(findings):
    return sorted((one.code, one.subject) for one in findings)


def change(comparison, subject, figure):
    (found,) = [c for c in comparison.changes if (c.subject, c.figure) == (subject, figure)]
    return found


def test_the_same_run_has_no_finding_and_every_figure_is_the_same():
    comparison, findings = compared(run(), run())
    assert findings == ()
    assert {one.verdict for one in comparison.changes} == {"same"}
    assert {(one.subject, one.figure) for one in comparison.changes} == {
        *((subject, "memory") for subject in ("app", "search:numpy", "search:words")),
        *((subject, "import-time") for subject in ("app", "search:numpy", "search:words")),
        ("all together", "memory"),
        ("requirements", "download"),
        ("requirements", "dependencies"),
    }


def test_an_implementation_counts_by_what_it_adds_to_the_app():
    comparison, findings = compared(run(), with_peak("on_top", "search:numpy", 57.0))
    told = change(comparison, "search:numpy", "memory")
    assert (told.base.value / MIB, told.head.value / MIB) == (22.0, 27.0)
    (found,) = findings
    assert (found.code, found.subject, found.severity) == (
        "BF601",
        "search:numpy",
        Severity.ERROR,
    )
    assert "by 5.0 MiB (23 %): 22.0 MiB in the base, 27.0 MiB now" in found.message


def test_an_app_that_grew_is_told_once_and_not_for_each_implementation():
    head = with_peak("app", "", 35.0)
    for subject, peak in (("search:numpy", 57.0), ("search:words", 36.0)):
        head = with_peak("on_top", subject, peak, of=head)
    _, findings = compared(run(), head)
    assert codes(findings) == [("BF601", "app")]


def test_what_shrinks_is_better_and_no_finding():
    comparison, findings = compared(run(), with_peak("on_top", "search:numpy", 45.0))
    assert findings == ()
    assert change(comparison, "search:numpy", "memory").verdict == "better"


def test_import_time_has_its_own_rule():
    head = with_peak("on_top", "search:numpy", 52.0, import_seconds=0.8)
    _, findings = compared(run(), head)
    assert codes(findings) == [("BF602", "search:numpy")]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (CompareTable(memory="4.9Mi"), ["BF601"]),
        (CompareTable(memory="5.1Mi"), []),
        (CompareTable(memory_percent="22%"), ["BF601"]),
        (CompareTable(memory_percent="23%"), []),
        (CompareTable(subjects={"search": SubjectTable(memory="6Mi")}), []),
        (CompareTable(subjects={"search:numpy": SubjectTable(memory="6Mi")}), []),
        (CompareTable(subjects={"search:words": SubjectTable(memory="6Mi")}), ["BF601"]),
        (
            CompareTable(
                memory="9Mi",
                subjects={
                    "search": SubjectTable(memory="9Mi"),
                    "search:numpy": SubjectTable(memory="1Mi"),
                },
            ),
            ["BF601"],
        ),
    ],
)
def test_both_tolerances_have_to_be_exceeded_and_the_nearest_one_counts(table, expected):
    _, findings = compared(run(), with_peak("on_top", "search:numpy", 57.0), allowances_of(table))
    assert [one.code for one in findings] == expected


def test_an_option_is_over_the_configuration_for_all_subjects():
    head = with_peak("on_top", "search:numpy", 57.0)
    allowed = allowances_of(CompareTable(memory="1Mi"), ("memory=6Mi",))
    assert compared(run(), head, allowed)[1] == ()


def test_what_may_be_at_most_needs_no_growth():
    table = CompareTable(
        max_dependencies=1, subjects={"search:numpy": SubjectTable(max_memory="20Mi")}
    )
    _, findings = compared(run(), run(), allowances_of(table))
    assert codes(findings) == [
        ("BF605", "requirements dependencies"),
        ("BF605", "search:numpy memory"),
    ]


def test_an_allowance_for_what_nobody_has_is_refused_with_the_nearest():
    profile = profile_of(run(), "run.json")
    allowed = allowances_of(CompareTable(subjects={"serach": SubjectTable(memory="1Mi")}))
    with pytest.raises(UsageError) as caught:
        known_subjects(profile, profile, allowed)
    assert "compare.subjects.serach" in caught.value.message
    assert caught.value.hint == "did you mean 'search'?"
    for name in ("app", "search", "search:torch", "all together", "requirements"):
        fine = allowances_of(CompareTable(subjects={name: SubjectTable(memory="1Mi")}))
        known_subjects(profile, profile, fine)


def renamed(run, old, new):
    """Return ``run`` with another name for a plugin."""

    def name(text):
        return text.replace(f"{old}:", f"{new}:")

    plugins = tuple(replace(one, name=new) for one in run.app.plugins)
    probes = tuple(
        replace(one, implementations=tuple(map(name, one.implementations)))
        for one in run.measurements.probes
    )
    return replace(
        run,
        app=replace(run.app, plugins=plugins),
        measurements=replace(run.measurements, probes=probes),
    )


def test_a_renamed_plugin_is_compared_with_what_it_was():
    head = renamed(with_peak("on_top", "search:numpy", 57.0), "search", "finder")
    comparison, findings = compared(run(), head)
    assert ("BF601", "finder:numpy") in codes(findings)
    assert {one.subject for one in findings if one.code == "BF606"} == {
        "finder:torch",
        "finder:numpy",
        "finder:words",
    }
    assert change(comparison, "finder:numpy", "memory").detail == "was search:numpy"
    assert not [one for one in comparison.changes if one.verdict in ("new", "removed")]


def test_new_and_removed_plugins_are_told_and_are_no_regression():
    whole = run()
    extra = PluginDeclaration("mail", (ImplementationDeclaration("smtp", "shop.mail:send"),))
    probe = ProbeResult(("mail:smtp",), "on_top", "measured", figures=figures(300.0))
    more = replace(
        whole,
        app=replace(whole.app, plugins=(*whole.app.plugins, extra)),
        measurements=replace(whole.measurements, probes=(*whole.measurements.probes, probe)),
    )
    comparison, findings = compared(whole, more)
    assert codes(findings) == [("BF606", "mail:smtp")]
    assert change(comparison, "mail:smtp", "memory").verdict == "new"
    comparison, findings = compared(more, whole)
    assert codes(findings) == [("BF606", "mail:smtp")]
    assert findings[0].severity is Severity.NOTE
    assert change(comparison, "mail:smtp", "memory").verdict == "removed"


def test_what_can_no_longer_be_measured_is_a_warning():
    whole = run()
    broken = replace(
        whole,
        measurements=replace(
            whole.measurements,
            probes=tuple(
                replace(one, status="raised", detail="ValueError", figures=None)
                if one.implementations == ("search:numpy",)
                else one
                for one in whole.measurements.probes
            ),
        ),
    )
    _, findings = compared(whole, broken)
    (found,) = [one for one in findings if one.code == "BF607"]
    assert (found.subject, found.severity) == ("search:numpy", Severity.WARNING)
    assert "raised: ValueError" in found.message


def test_requirements_that_grew_tell_what_came():
    whole = run()
    first = whole.check.distributions[0]
    more = replace(
        whole.check,
        distributions=(*whole.check.distributions, replace(first, name="torch", version="2.9")),
        download_bytes=900 * MIB,
    )
    comparison, findings = compared(whole, replace(whole, check=more))
    assert codes(findings) == [("BF603", "download"), ("BF604", "dependencies")]
    assert comparison.added == ("torch 2.9",)
    assert all("+ torch 2.9" in one.evidence for one in findings)


def owned(run, mib):
    owner = OwnerCost("numpy", "distribution", 100, Cost(0.1, mib * MIB), Cost(0.1, mib * MIB))
    python = replace(owner, name="(python)", kind="python")
    tree = ModuleTree(("search:numpy",), owners=(owner, python))
    return replace(run, measurements=replace(run.measurements, attribution=(tree,)))


def test_modules_of_a_distribution_that_grew_are_a_warning():
    comparison, findings = compared(owned(run(), 10), owned(run(), 15))
    assert codes(findings) == [("BF610", "modules of numpy")]
    assert findings[0].severity is Severity.WARNING
    assert not [one for one in comparison.changes if "(python)" in one.subject]
    allowed = allowances_of(CompareTable(subjects={"numpy": SubjectTable(memory="6Mi")}))
    assert compared(owned(run(), 10), owned(run(), 15), allowed)[1] == ()


@pytest.mark.parametrize(
    ("conditions", "subject", "severity"),
    [
        ({"python": "CPython 3.12.1"}, "python", Severity.WARNING),
        ({"python": "CPython 3.11.8"}, "python", Severity.NOTE),
        ({"machine": "aarch64"}, "machine", Severity.WARNING),
        ({"installed": (("flask", "3.2"),)}, "installed", Severity.NOTE),
    ],
)
def test_another_way_of_measuring_is_told(conditions, subject, severity):
    whole = run()
    measured = whole.measurements
    other = replace(
        whole,
        measurements=replace(measured, conditions=replace(measured.conditions, **conditions)),
    )
    comparison, (found,) = compared(whole, other)
    assert (found.code, found.subject, found.severity) == ("BF608", subject, severity)
    assert comparison.weaknesses == (found.message,)


def test_another_target_is_told():
    _, (found,) = compared(run(), run(target="Heroku Basic: CPython 3.11.9"))
    assert (found.code, found.subject, found.severity) == ("BF608", "target", Severity.WARNING)


def test_a_leg_that_one_run_lacks_is_told_and_nothing_is_made_up():
    comparison, (found,) = compared(run(), run(check=None))
    assert (found.code, found.subject) == ("BF608", "check of the head")
    assert not [one for one in comparison.changes if one.subject == "requirements"]


def test_runs_without_a_common_figure_cannot_be_compared():
    with pytest.raises(UndeterminedError):
        compared(run(check=None), run(measurements=None))


def test_a_machine_that_is_slower_by_one_factor_is_not_blamed_on_plugins():
    def slower(factor):
        whole = run()
        probes = tuple(
            ProbeResult((f"p:{n}",), "on_top", "measured", figures=figures(50.0, import_seconds=t))
            for n, t in enumerate((0.1, 0.2, 0.3, 0.4, 0.5))
        )
        probes = tuple(
            replace(one, figures=figures(50.0, import_seconds=factor * seconds))
            for one, seconds in zip(probes, (0.1, 0.2, 0.3, 0.4, 0.5), strict=True)
        )
        app = replace(whole.measurements.app, figures=figures(30.0, import_seconds=factor * 0.5))
        measured = replace(whole.measurements, app=app, probes=probes)
        return replace(whole, measurements=measured, app=None)

    comparison, findings = compared(slower(1.0), slower(1.5))
    assert comparison.pace == pytest.approx(1.5)
    assert codes(findings) == [("BF608", "pace")]


def test_fewer_plugins_together_are_no_merit():
    whole = run()
    fewer = replace(
        whole,
        measurements=replace(
            whole.measurements,
            probes=tuple(
                replace(one, implementations=("search:words",), figures=figures(31.0))
                if one.mode == "union"
                else one
                for one in whole.measurements.probes
            ),
        ),
    )
    comparison, findings = compared(whole, fewer)
    together = change(comparison, "all together", "memory")
    assert together.verdict == "same"
    assert together.detail == "with search:words, without search:numpy"
    assert findings == ()
    _, findings = compared(fewer, whole)
    assert codes(findings) == [("BF601", "all together")]
