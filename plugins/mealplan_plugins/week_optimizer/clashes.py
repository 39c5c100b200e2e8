"""Which hard constraints clash: relax one group at a time and keep what cannot be relaxed."""

from collections.abc import Callable

from mealplan_plugins.week_optimizer.contract import Infeasible, WeekRequest
from mealplan_plugins.week_optimizer.problem import Problem, build, groups


def infeasible(
    request: WeekRequest, feasible: Callable[[Problem], bool], *, proven: bool
) -> Infeasible:
    """Return the answer for a request without a solution.

    A group that can be dropped while the rest still clashes is dropped for good; the groups that
    are left are needed for the clash, every one of them (a deletion filter).

    Args:
        request: what has no solution.
        feasible: whether a problem has one.
        proven: False where a heuristic failed to find a week, which is no proof.
    """
    dropped: frozenset[str] = frozenset()
    for group in groups(request):
        trial = dropped | {group}
        problem = build(request, trial)
        if problem.impossible or not feasible(problem):
            dropped = trial
    clashing = tuple(group for group in groups(request) if group not in dropped)
    verb = "No week satisfies" if proven else "No week was found that satisfies"
    told = ", ".join(clashing) or "the dishes there are"
    hints = "; ".join(build(request).impossible)
    return Infeasible(f"{verb}: {told}" + (f" ({hints})" if hints else ""), clashing)
