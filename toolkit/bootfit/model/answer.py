"""What findings answer: no, yes, or that the question could not be answered."""

from collections.abc import Iterable

from bootfit.model.errors import ExitCode
from bootfit.model.finding import Finding, Severity

#: Rules that say that the answer is not known: of an implementation, because its probe did not come
#: to its end (it crashed, hung, flooded its output, or needed more than this machine has); of
#: requirements, because none of them could be checked.
_OPEN = frozenset({"BF122", "BF305", "BF306", "BF307", "BF315"})


def leaves_open(finding: Finding) -> bool:
    """Return whether it says that something could not be measured, and not that it is wrong."""
    return finding.code in _OPEN


def exit_code(findings: Iterable[Finding], fail_on: Severity) -> ExitCode:
    """Return what ``findings`` at or above ``fail_on`` mean to whoever called.

    A known "no" (1) stands before "could not be determined" (3): nothing that is still unknown
    would change it.
    """
    failing = [one for one in findings if one.severity.rank >= fail_on.rank]
    if not failing:
        return ExitCode.FITS
    only_open = all(leaves_open(one) for one in failing)
    return ExitCode.UNDETERMINED if only_open else ExitCode.FINDINGS
