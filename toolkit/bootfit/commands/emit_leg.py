"""The leg that writes a plan down, beside or into what the project has."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bootfit.commands.emit_context import emit_context, locked
from bootfit.commands.walk import Walk
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.plan import Plan

if TYPE_CHECKING:
    from bootfit.emit import EmitContext


def emit(walk: Walk) -> None:
    """Learn what the plan's files say, and how they stand to what the project has."""
    from bootfit.emit import emit_all
    from bootfit.emit.writing import compare

    plan, description = walk.run.plan, walk.run.app
    if plan is None or description is None:
        raise UndeterminedError("there is no plan to write down", "run `bootfit tune`")
    if plan.refusal:
        return
    context = emit_context(walk, description)
    wanted = (*walk.platform.artefacts, *walk.options.get("also", ()))
    if "requirements-locked" in wanted:
        context = replace(context, locked=locked(walk))
        if context.locked is None:
            walk.assume("requirements-locked is not needed: the project's files are locked already")
    walk.files = emit_all(plan, context, wanted, walk.emitters())
    if not walk.options.get("force"):
        _merge_blueprint(walk, plan, context)
    walk.learn(emitted=compare(walk.root, walk.files, walk.merged))


def _merge_blueprint(walk: Walk, plan: Plan, context: "EmitContext") -> None:
    """Put the plan into a render.yaml that somebody wrote, where there is one.

    Raises:
        UsageError: that cannot be done, and the files are what was asked for.
    """
    from bootfit.emit.merging import PATH, merge
    from bootfit.emit.writing import present

    texts, handmade = present(walk.root, [PATH])
    if PATH not in walk.files or PATH not in handmade:
        return
    try:
        walk.files[PATH] = merge(texts[PATH], plan, context)
    except UsageError as error:
        if walk.run.command == "emit":
            raise
        # What is verified does not depend on it.
        walk.assume(f"{PATH} stays as it is: {error.message}")
        return
    walk.merged = handmade
