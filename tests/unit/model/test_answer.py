"""No, yes, or not known: what findings mean to whoever called."""

import pytest

from bootfit.measure.rules import RULES
from bootfit.model.answer import exit_code, leaves_open
from bootfit.model.errors import ExitCode
from bootfit.model.finding import Severity

BY_SLUG = {rule.slug: rule for rule in RULES}


def found(slug, severity=None):
    return BY_SLUG[slug].finding("words:rich", slug, severity=severity)


CRASHED, OVER = found("implementation-crashed"), found("over-budget")
RAISED = found("implementation-raised")


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], ExitCode.FITS),
        ([RAISED], ExitCode.FITS),
        ([OVER], ExitCode.FINDINGS),
        ([CRASHED], ExitCode.UNDETERMINED),
        ([CRASHED, RAISED], ExitCode.UNDETERMINED),
        ([CRASHED, OVER], ExitCode.FINDINGS),
        ([found("implementation-crashed", Severity.NOTE)], ExitCode.FITS),
    ],
    ids=["none", "declined", "no", "crash", "crash-and-warning", "crash-and-no", "settled"],
)
def test_a_known_no_stands_before_what_is_not_known(findings, code):
    assert exit_code(findings, Severity.ERROR) is code


def test_what_fails_is_for_the_caller_to_say():
    assert exit_code([RAISED], Severity.WARNING) is ExitCode.FINDINGS
    assert exit_code([CRASHED, RAISED], Severity.WARNING) is ExitCode.FINDINGS


def test_the_rules_that_leave_it_open_are_those_that_say_so():
    told = {rule.slug for rule in RULES if "exit code is 3" in rule.explanation()}
    assert {rule.slug for rule in RULES if leaves_open(rule.finding("a", "b"))} == told
    assert told == {
        "implementation-crashed",
        "implementation-timed-out",
        "output-flooded",
        "machine-too-small",
    }
