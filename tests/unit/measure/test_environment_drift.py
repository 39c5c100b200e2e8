"""What was measured against what the target installs."""

from bootfit.measure import environment_drift
from bootfit.model.check import DistributionCheck


def resolved(name, version):
    return DistributionCheck(
        name, version, direct=True, verdict="wheel", installs=True, chain=("requirements.txt:1",)
    )


def test_other_versions_and_what_is_missing_are_one_finding():
    checked = [resolved("numpy", "2.4.6"), resolved("Flask_Login", "1"), resolved("pandas", "3.1")]
    installed = [("NumPy", "1.26.4"), ("flask-login", "1"), ("unrelated", "9")]
    (finding,) = environment_drift(installed, checked)
    assert finding.code == "BF314"
    assert finding.evidence == (
        "numpy: 1.26.4 here, 2.4.6 on the target",
        "pandas 3.1 is not installed here",
    )


def test_the_same_set_is_no_finding():
    assert environment_drift([("numpy", "2")], [resolved("numpy", "2.0.0")]) == ()
    assert environment_drift([("torch", "2.4+cpu")], [resolved("torch", "2.4")]) == ()
