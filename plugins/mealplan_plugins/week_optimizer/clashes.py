"""Which hard constraints clash: relax one group at a time and keep what cannot be relaxed."""

from collections.abc import Callable
from time import monotonic

from mealplan_plugins.week_optimizer.contract import Infeasible, WeekRequest
from mealplan_plugins.week_optimizer.problem import Problem, build, groups


def infeasible(
    request: WeekRequest,
    feasible: Callable[[Problem, float], bool | None],
    deadline: float,
    *,
    proven: bool,
) -> Infeasible:
    """Return the answer for a request without a solution.

    A group that can be dropped while the rest still clashes is dropped for good; the groups that
    are left are needed for the clash, every one of them (a deletion filter). At the deadline the
    groups that are not yet tested are named as such.

    Args:
        request: what has no solution.
        feasible: whether a problem has one, asked with the deadline; None where time ran out.
        deadline: when to stop, on the monotonic clock.
        proven: False where a heuristic failed to find a week, which is no proof.
    """
    every = groups(request)
    dropped: frozenset[str] = frozenset()
    tested = 0
    for group in every:
        trial = dropped | {group}
        problem = build(request, trial)
        found: bool | None = False
        if not problem.impossible:
            found = feasible(problem, deadline) if monotonic() < deadline else None
        if found is None:
            break
        tested += 1
        if not found:
            dropped = trial
    clashing = tuple(group for group in every[:tested] if group not in dropped)
    untested = every[tested:]
    verb = "No week satisfies" if proven else "No week was found that satisfies"
    told = ", ".join(clashing) or ("all of it" if untested else "the dishes there are")
    notes = list(build(request).impossible)
    if untested:
        notes.append(f"the time limit left untested: {', '.join(untested)}")
    hints = "; ".join(notes)
    return Infeasible(f"{verb}: {told}" + (f" ({hints})" if hints else ""), clashing, untested)
