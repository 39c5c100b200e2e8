"""What was measured against what the target runs and installs."""

from bootfit.measure import COMPARED_WITH_TARGET, environment_drift
from bootfit.model.check import DistributionCheck
from bootfit.model.measurement import Conditions


def had(*installed, python="3.11.7"):
    return Conditions("bin/python", python, "x86_64", "6", "v1", 0.0, 3, installed)


def resolved(name, version):
    return DistributionCheck(
        name, version, direct=True, verdict="wheel", installs=True, chain=("requirements.txt:1",)
    )


def test_other_versions_and_what_is_missing_are_one_finding():
    checked = [resolved("numpy", "2.4.6"), resolved("Flask_Login", "1"), resolved("pandas", "3.1")]
    here = had(("NumPy", "1.26.4"), ("flask-login", "1"), ("unrelated", "9"))
    (finding,) = environment_drift(here, "3.11.9", checked)
    assert finding.code == "BF314"
    assert finding.evidence == (
        "numpy: 1.26.4 here, 2.4.6 on the target",
        "pandas 3.1 is not installed here",
    )


def test_the_same_set_is_no_finding():
    assert environment_drift(had(("numpy", "2")), "3.11.9", [resolved("numpy", "2.0.0")]) == ()
    assert environment_drift(had(("torch", "2.4+cpu")), "3.11.9", [resolved("torch", "2.4")]) == ()


def test_another_minor_python_is_told_and_another_patch_is_not():
    (finding,) = environment_drift(had(python="3.9.1"), "3.13.2")
    assert (finding.code, finding.subject) == ("BF309", "python")
    assert "3.9.1" in finding.message
    assert "3.13.2" in finding.message
    assert 'python = "3.9"' in finding.remedy
    assert environment_drift(had(python="3.13.0"), "3.13.2") == ()
    assert environment_drift(had(python="3.1.0"), "3.13.2") != ()


def test_subjects_are_constant_so_that_fingerprints_hold_no_values():
    checked = [resolved("numpy", "2")]
    first = environment_drift(had(python="3.9.1"), "3.13.2", checked)
    second = environment_drift(had(("numpy", "1"), python="3.12.4"), "3.14.0", checked)
    assert [one.message for one in first] != [one.message for one in second]
    assert [one.fingerprint for one in first] == [one.fingerprint for one in second]
    assert {one.code for one in first} == COMPARED_WITH_TARGET
