"""compose.yaml: the image run with the platform's memory and share of a processor.

Source: https://docs.docker.com/reference/compose-file/services (mem_limit, memswap_limit, cpus).
"""

import io

from ruamel.yaml import YAML

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment
from bootfit.emit.yaml_scalar import scalar
from bootfit.model.plan import Plan

PATH = "compose.yaml"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"compose.yaml": text}``."""
    platform = context.platform
    port = platform.environment.get(platform.port_variable, "8000")
    limit = f"{plan.memory.budget_bytes}b"
    service: dict[str, object] = {
        "build": ".",
        "ports": [scalar(f"{port}:{port}")],
        "mem_limit": limit,
        # As much again would be allowed as swap.
        **({} if platform.swaps else {"memswap_limit": limit}),
        "cpus": platform.cpu_share,
        "environment": {
            scalar(name): scalar(value.replace("$", "$$"))
            for name, value in sorted({platform.port_variable: port, **plan.environment}.items())
        },
        "init": True,
    }
    yaml = YAML()
    yaml.width = 2**20
    stream = io.StringIO()
    yaml.dump({"services": {"web": service}}, stream)
    note = comment(f"The memory and the processor of {platform.title}.")
    return {PATH: note + stream.getvalue()}
