"""render.yaml: a Render blueprint with the web service, and what is wanted beside it.

Keys and spellings follow https://render.com/docs/blueprint-spec, whose schema knows no further
ones. Environment values must be strings or numbers; a bare ``off`` would be read as false.
"""

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment
from bootfit.emit.render_services import blueprint, left_out
from bootfit.emit.yaml_scalar import dumped
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan

PATH = "render.yaml"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"render.yaml": text}``.

    Raises:
        UsageError: the platform is not one of Render's.
    """
    platform = context.platform
    if platform.family != "render":
        raise UsageError(
            f"render.yaml cannot describe {platform.title}",
            "choose a Render platform, or leave the artefact `render` out",
        )
    return {PATH: _notes(plan, context) + dumped(blueprint(plan, context))}


def _notes(plan: Plan, context: EmitContext) -> str:
    notes = ""
    if "GUNICORN_CMD_ARGS" in plan.environment:
        notes += comment(
            "GUNICORN_CMD_ARGS replaces Render's own value, which preloads the app and beats "
            "gunicorn.conf.py."
        )
    if "BOOTFIT_FORBID" in plan.environment:
        notes += comment("BOOTFIT_FORBID names the implementations that do not fit.")
    return notes + "".join(comment(note) for note in left_out(context))
