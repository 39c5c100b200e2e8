"""fly.toml: a Fly.io app with one web service, built from the Dockerfile.

Source: https://fly.io/docs/reference/configuration
"""

import json
import math

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment, start_command
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan
from bootfit.model.sizes import MIB

PATH = "fly.toml"
#: Machines get memory in steps of 256 MB.
_STEP = 256 * MIB


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"fly.toml": text}``.

    Raises:
        UsageError: the platform is not one of Fly's.
    """
    platform = context.platform
    if platform.family != "fly":
        raise UsageError(
            f"fly.toml cannot describe {platform.title}",
            "choose a Fly platform, or leave the artefact `fly` out",
        )
    port = platform.environment.get(platform.port_variable, "8080")
    memory = math.ceil(plan.memory.budget_bytes / _STEP) * _STEP // MIB
    lines = [
        f"app = {_string(context.service)}",
        "",
        "[build]",
        'dockerfile = "Dockerfile"',
        "",
        "[env]",
        *(
            f"{_string(name)} = {_string(value)}"
            for name, value in sorted(plan.environment.items())
        ),
        "",
        *_deployment(plan, context),
        "[http_service]",
        *(['processes = ["web"]'] if context.deployment.worker else []),
        f"internal_port = {int(port)}",
        "force_https = true",
        *(_check(context.health_path) if context.health_path else []),
        "",
        "[[vm]]",
        f"size = {_string(platform.plan)}",
        f'memory = "{memory}mb"',
        "",
    ]
    reason = comment("kill_timeout is what gunicorn has to finish requests under way, and 5 s.")
    head = f"{reason}kill_timeout = {plan.graceful_timeout_seconds + 5}\n"
    return {PATH: head + "\n".join(lines)}


def _deployment(plan: Plan, context: EmitContext) -> list[str]:
    """Return what runs before a release, and the processes where there is more than one."""
    lines: list[str] = []
    if context.deployment.release:
        lines += ["[deploy]", f"release_command = {_string(context.deployment.release)}", ""]
    if context.deployment.worker is not None:
        lines += [
            "[processes]",
            f"web = {_string(start_command(plan.app))}",
            f"worker = {_string(context.deployment.worker.command)}",
            "",
        ]
    return lines


def _check(path: str) -> list[str]:
    return [
        "",
        "[[http_service.checks]]",
        'method = "GET"',
        f"path = {_string(path)}",
        'interval = "30s"',
        'timeout = "5s"',
        'grace_period = "30s"',
    ]


def _string(text: str) -> str:
    """Return a basic string: TOML's escapes are JSON's, but that it refuses a bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
