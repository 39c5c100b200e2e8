import pytest

from bootfit.imports import as_assumed
from bootfit.model.finding import Finding, Severity
from bootfit.model.measurement import Conditions, MeasurementSet, ProbeResult

CONDITIONS = Conditions("python", "3.12.1", "x86_64", "6", "v2", 0.0, 1, ())


def measured(alone, on_top):
    probes = (
        ProbeResult(("numpy:numpy",), "alone", alone),
        ProbeResult(("numpy:numpy",), "on_top", on_top),
    )
    return MeasurementSet(CONDITIONS, ProbeResult((), "app", "measured"), probes)


def finding(code, subject="numpy:numpy", severity=Severity.ERROR):
    return Finding(code, "slug", severity, subject, "message")


@pytest.mark.parametrize("code", ["BF304", "BF305", "BF306", "BF311"])
def test_a_library_that_works_on_top_of_the_app_has_no_failure(code):
    assert as_assumed([finding(code)], {"numpy"}, measured("raised", "measured")) == ()


def test_one_that_fails_there_is_a_warning_since_the_app_may_handle_it():
    failures = [finding("BF304"), finding("BF303", severity=Severity.NOTE)]
    kept = as_assumed(failures, {"numpy"}, measured("raised", "raised"))
    assert [one.severity for one in kept] == [Severity.WARNING, Severity.NOTE]
    assert [bool(one.remedy) for one in kept] == [True, False]


def test_what_it_costs_and_what_was_declared_is_told_as_ever():
    told = [
        finding("BF301"),
        finding("BF310"),
        finding("BF304", "thumbs:pillow"),
        finding("X", "a"),
    ]
    assert as_assumed(told, {"numpy"}, measured("measured", "measured")) == tuple(told)
    failing = [finding("BF304"), finding("BF311")]
    assert as_assumed(failing, set(), measured("raised", "measured")) == tuple(failing)
