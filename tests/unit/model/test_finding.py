"""Findings: identity, order and severity."""

from dataclasses import replace

from bootfit.model.finding import Place, Rule, Severity, in_order, worst


class Sample(Rule):
    """First line.

    More.
    """

    code = "BF999"
    slug = "sample"
    severity = Severity.WARNING


def test_the_fingerprint_outlives_lines_and_values():
    finding = Sample.finding("numpy", "numpy costs 3 MiB", place=Place("a.txt", 3))
    moved = replace(finding, message="numpy costs 4 MiB", place=Place("a.txt", 9, 2))
    assert moved.fingerprint == finding.fingerprint
    assert replace(finding, subject="pandas").fingerprint != finding.fingerprint
    assert replace(finding, place=Place("b.txt", 3)).fingerprint != finding.fingerprint


def test_errors_come_first():
    note = Sample.finding("a", "", severity=Severity.NOTE)
    warning = Sample.finding("a", "")
    error = Sample.finding("z", "", severity=Severity.ERROR)
    assert in_order((note, warning, error)) == (error, warning, note)
    assert worst((note, warning)) is Severity.WARNING
    assert worst(()) is None


def test_the_docstring_explains():
    assert Sample.explanation() == "First line.\n\nMore."
