"""render.yaml: a Render blueprint with one web service.

Keys and spellings follow https://render.com/docs/blueprint-spec, whose schema knows no further
ones. Environment values must be strings or numbers; a bare ``off`` would be read as false.
"""

import io
import re

from ruamel.yaml import YAML

from bootfit.emit.build_command import build_command
from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment, start_command
from bootfit.emit.yaml_scalar import scalar
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan

PATH = "render.yaml"

_FULL_VERSION = re.compile(r"\d+\.\d+\.\d+")


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
    service: dict[str, object] = {
        "type": "web",
        "name": scalar(context.service),
        "runtime": "python",
        "plan": scalar(platform.plan),
        "buildCommand": scalar(build_command(context)),
        "startCommand": scalar(start_command(plan.app)),
    }
    if context.health_path:
        service["healthCheckPath"] = scalar(context.health_path)
    service["autoDeployTrigger"] = "commit"
    service["envVars"] = [
        {"key": scalar(key), "value": scalar(value)} for key, value in _environment(plan).items()
    ]
    yaml = YAML()
    yaml.width = 2**20
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump({"services": [service]}, stream)
    return {PATH: _notes(plan) + stream.getvalue()}


def _environment(plan: Plan) -> dict[str, str]:
    """Return the variables, PYTHON_VERSION first: it must be a full x.y.z, or is left out."""
    version = {"PYTHON_VERSION": plan.python} if _FULL_VERSION.fullmatch(plan.python) else {}
    return version | dict(sorted(plan.environment.items()))


def _notes(plan: Plan) -> str:
    notes = ""
    if "GUNICORN_CMD_ARGS" in plan.environment:
        notes += comment(
            "GUNICORN_CMD_ARGS replaces Render's own value, which preloads the app and beats "
            "gunicorn.conf.py."
        )
    if "BOOTFIT_FORBID" in plan.environment:
        notes += comment("BOOTFIT_FORBID names the implementations that do not fit.")
    return notes
