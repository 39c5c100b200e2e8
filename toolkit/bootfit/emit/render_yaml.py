"""render.yaml: a Render blueprint with one web service.

Keys and spellings follow https://render.com/docs/blueprint-spec, whose schema knows no further
ones. Environment values must be strings or numbers; a bare ``off`` would be read as false.
"""

import io
import re

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bootfit.emit.context import EmitContext
from bootfit.emit.lock_install import install_steps, is_tool_lock
from bootfit.emit.quoting import command, comment, start_command
from bootfit.emit.requirements_minimal import top_level
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan

PATH = "render.yaml"

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.-]+)*")
#: Words that a YAML 1.1 reader takes for something else than a string.
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"}
_FULL_VERSION = re.compile(r"\d+\.\d+\.\d+")

#: A pyproject.toml, with extras or without: what it lists is installed with the project.
_PROJECT = re.compile(r"(?:[^\[]*/)?pyproject\.toml(?:\[[^\]]*\])?")
#: Dependency groups of one, which pip installs by themselves since 25.1.
_GROUP = re.compile(r"(?P<file>(?:[^\[]*/)?pyproject\.toml):(?P<groups>[\w.,\s-]+)")


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
        "name": _scalar(context.service),
        "runtime": "python",
        "plan": _scalar(platform.plan),
        "buildCommand": _scalar(build_command(context)),
        "startCommand": _scalar(start_command(plan.app)),
    }
    if context.health_path:
        service["healthCheckPath"] = _scalar(context.health_path)
    service["autoDeployTrigger"] = "commit"
    service["envVars"] = [
        {"key": _scalar(key), "value": _scalar(value)} for key, value in _environment(plan).items()
    ]
    yaml = YAML()
    yaml.width = 2**20
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump({"services": [service]}, stream)
    return {PATH: _notes(plan) + stream.getvalue()}


def build_command(context: EmitContext) -> str:
    """Return what installs the project: from wheels, so that nothing compiles in the build.

    pip reads the two options in their order: all from wheels, but for these.
    """
    files = top_level(context.requirements)
    wheels = ["--only-binary", ":all:"]
    if context.from_source:
        wheels += ["--no-binary", ",".join(context.from_source)]
    steps: list[str] = []
    projects = [path for path in files if _PROJECT.fullmatch(path)]
    locks = [path for path in files if is_tool_lock(path)]
    groups = [
        f"{match['file']}:{name.strip()}"
        for match in filter(None, map(_GROUP.fullmatch, files))
        for name in match["groups"].split(",")
    ]
    lists = [
        path for path in files if path not in (*projects, *locks) and not _GROUP.fullmatch(path)
    ]
    if groups or any(path.endswith(".toml") for path in lists):
        # The first pip that reads pylock.toml; 25.1 was the first with groups.
        steps.append(command(["pip", "install", "--upgrade", "pip>=26.1"]))
    if lists:
        include = [word for path in lists for word in ("-r", path)]
        steps.append(command(["pip", "install", *wheels, *include]))
    for path in locks:
        steps += install_steps(path, wheels)
    for path in projects:
        folder, _, extras = path.partition("pyproject.toml")
        steps.append(command(["pip", "install", *wheels, f"./{folder}{extras}"]))
    for group in groups:
        steps.append(command(["pip", "install", *wheels, "--group", group]))
    if context.is_distribution and not projects:
        # Its dependencies are in the requirement files, where there are any.
        own = ["--no-deps"] if files else wheels
        steps.append(command(["pip", "install", *own, "."]))
    return " && ".join(steps) or "true"


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


def _scalar(text: str) -> str:
    """Return ``text`` so that readers of YAML 1.1 and 1.2 get the same string back."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted: str = DoubleQuotedScalarString(text)
    return quoted
