"""Procfile: how the web process starts, on Heroku and what follows its example."""

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import one_line, start_command
from bootfit.model.plan import Plan

PATH = "Procfile"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"Procfile": text}``.

    Raises:
        UsageError: the app's name cannot be written in a file that is read line by line.
    """
    return {PATH: f"web: {start_command(one_line(plan.app, PATH))}\n"}
