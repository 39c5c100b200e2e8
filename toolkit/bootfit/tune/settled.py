"""What measuring found, seen again once there is a plan."""

from collections.abc import Iterable
from dataclasses import replace

from bootfit.model.finding import Finding, Severity
from bootfit.model.plan import Plan

#: A rung that needs more memory than there is harms nobody where it is forbidden.
_BY_FORBIDDING = frozenset({"over-budget", "probe-out-of-memory"})


def settled(findings: Iterable[Finding], plan: Plan) -> tuple[Finding, ...]:
    """Return ``findings``, as notes those that the plan takes care of.

    ``bootfit measure`` gates every implementation. A plan deploys some of them: one that is too
    large for the instance is no reason to hold back a deploy that forbids it.
    """
    if plan.refusal is not None:
        return tuple(findings)
    forbidden = {f"{choice.plugin}:{rung}" for choice in plan.plugins for rung in choice.forbidden}
    return tuple(
        replace(one, severity=Severity.NOTE, remedy="the plan forbids it; a lower rung serves")
        if one.slug in _BY_FORBIDDING and one.subject in forbidden
        else one
        for one in findings
    )
