""".python-version: read by Heroku, by Render (after PYTHON_VERSION), uv and pyenv."""

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import one_line
from bootfit.model.plan import Plan

PATH = ".python-version"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{".python-version": text}``: one line, since Render reads no comments in it.

    Raises:
        UsageError: the version is more than one line.
    """
    return {PATH: one_line(plan.python, PATH) + "\n"}
