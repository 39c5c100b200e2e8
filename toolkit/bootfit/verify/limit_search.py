"""The smallest memory limit under which a plan still passes, by bisection."""

from collections.abc import Callable, Sequence

from bootfit.model.finding import Finding, Severity
from bootfit.model.sizes import MIB

#: Memory differs by as much from run to run.
RESOLUTION_BYTES = 4 * MIB


def smallest_limit(
    passes: Callable[[int], bool], least_bytes: int, most_bytes: int
) -> tuple[int, tuple[tuple[int, bool], ...]]:
    """Return the smallest limit that passed, and each limit that was tried with its outcome.

    Args:
        passes: runs under a limit in bytes.
        least_bytes: known not to pass, or not worth trying.
        most_bytes: known to pass.
    """
    fails, works = least_bytes, most_bytes
    tried: list[tuple[int, bool]] = []
    while works - fails > RESOLUTION_BYTES:
        limit = (fails + works) // 2 // MIB * MIB
        passed = passes(limit)
        tried.append((limit, passed))
        if passed:
            works = limit
        else:
            fails = limit
    return works, tuple(tried)


def passed(findings: Sequence[Finding]) -> bool:
    """Return whether a run kept inside its limit: a used-up headroom is what is looked for."""
    return not any(
        one.severity is Severity.ERROR and one.slug != "headroom-used" for one in findings
    )
