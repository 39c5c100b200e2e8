"""Whether a measured peak fits a budget: pure."""

from dataclasses import dataclass

from bootfit.model.finding import Severity
from bootfit.model.measurement import ProbeFigures
from bootfit.model.sizes import format_mib

#: Near its limit a process is not killed at once, it thrashes. Measured: a first import takes 2.3
#: times as long at 1.15 times the peak, 5 times at 1.08, and dies at 1.03.
ERROR_FACTOR = 1.10
WARNING_FACTOR = 1.25


@dataclass(frozen=True)
class Verdict:
    """How bad it is, None when it fits with room to spare, and why in one clause."""

    severity: Severity | None
    reason: str = ""


def judge(figures: ProbeFigures, budget_bytes: int) -> Verdict:
    """Return whether the peak fits the budget.

    What counts is anonymous plus kernel memory, which cannot be reclaimed. File-backed pages are
    reclaimed first: a high-water RSS above the budget costs speed, not life.

    Args:
        figures: what was measured.
        budget_bytes: what there is.
    """
    kernel = figures.kernel_bytes
    peak = figures.peak_anonymous_bytes.median + (kernel.median if kernel else 0)
    what = "anonymous and kernel memory" if kernel else "anonymous memory"
    budget = format_mib(budget_bytes)
    for severity, factor in ((Severity.ERROR, ERROR_FACTOR), (Severity.WARNING, WARNING_FACTOR)):
        needed = peak * factor
        if needed > budget_bytes:
            return Verdict(
                severity,
                f"peaks at {format_mib(peak)} of {what}; with {factor - 1:.0%} to spare"
                f" that is {format_mib(needed)}, and there are {budget}",
            )
    high_water = figures.high_water_rss_bytes.median
    if high_water > budget_bytes:
        return Verdict(
            Severity.NOTE,
            f"fits with {format_mib(peak)} of {what}, but is resident with"
            f" {format_mib(high_water)} at its height, and there are {budget}: slow at first use",
        )
    return Verdict(None)
