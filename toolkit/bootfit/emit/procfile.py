"""Procfile: how the processes start, on Heroku and what follows its example."""

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import one_line, start_command
from bootfit.model.plan import Plan

PATH = "Procfile"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"Procfile": text}``.

    Raises:
        UsageError: a command cannot be written in a file that is read line by line.
    """
    lines = [f"web: {start_command(one_line(plan.app, PATH))}\n"]
    if context.deployment.worker is not None:
        lines.append(f"worker: {one_line(context.deployment.worker.command.strip(), PATH)}\n")
    if context.deployment.release:
        lines.append(f"release: {one_line(context.deployment.release.strip(), PATH)}\n")
    return {PATH: "".join(lines)}
