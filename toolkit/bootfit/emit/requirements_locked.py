"""requirements-locked.txt: all that the target installs, pinned, with hashes."""

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment
from bootfit.model.plan import Plan

PATH = "requirements-locked.txt"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"requirements-locked.txt": text}``, or nothing where nobody locked anything.

    The lock is for one Python on one platform: markers were evaluated, and none is left in it.
    """
    if context.locked is None:
        return {}
    note = comment(
        f"What Python {plan.python} on {context.platform.title} installs. Other targets need "
        "another lock."
    )
    return {PATH: f"{note}--require-hashes\n{context.locked}"}
