"""The leg of ``--find-limit``: the plan is run under ever closer limits."""

from dataclasses import replace

from bootfit.commands.plan_legs import run_under
from bootfit.commands.walk import Walk

#: Enough for all threads to have met in each request; the search takes many runs.
_ROUNDS = 12


def find_limit(walk: Walk) -> None:
    """Learn the smallest limit under which the plan still passes, where it passed at all."""
    from bootfit.verify.limit_search import passed, smallest_limit

    plan, evidence = walk.run.plan, walk.run.evidence
    if not walk.options["find_limit"] or plan is None or evidence is None or not evidence.fits:
        return

    def passes(limit_bytes: int) -> bool:
        smaller = replace(plan, memory=replace(plan.memory, budget_bytes=limit_bytes))
        _, findings = run_under(walk, smaller, _ROUNDS)
        return passed(findings)

    # Less than what it held at its height cannot do.
    least = min(evidence.peak_anonymous_bytes, evidence.limit_bytes) // 2
    smallest, tried = smallest_limit(passes, least, evidence.limit_bytes)
    walk.learn(
        evidence=replace(evidence, smallest_limit_bytes=smallest, limits_tried=tried),
    )
