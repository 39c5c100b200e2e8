"""The services and databases of a blueprint, as plain data."""

import re

from bootfit.emit.build_command import build_command
from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import start_command
from bootfit.model.deployment import WorkerTable
from bootfit.model.plan import Plan

_FULL_VERSION = re.compile(r"\d+\.\d+\.\d+")
_TRIGGERS = {"commit": "commit", "checks-pass": "checksPass", "off": "off"}
_FREE, _SMALLEST, _SMALLEST_DATABASE = "free", "starter", "basic-256mb"

#: A service, a database or a variable: keys as the blueprint spells them.
Table = dict[str, object]


def blueprint(plan: Plan, context: EmitContext) -> dict[str, list[Table]]:
    """Return the blueprint: the web service, and what `[tool.bootfit.deploy]` wants beside it."""
    deployment = context.deployment
    services = [web_service(plan, context)]
    if deployment.worker is not None:
        services.append(_worker(plan, context, deployment.worker))
    if deployment.key_value is not None:
        wanted = deployment.key_value
        services.append(
            {
                "type": "keyvalue",
                "name": _key_value_name(context),
                **_region(context),
                "plan": wanted.plan or (_FREE if _is_free(context) else _SMALLEST),
                "maxmemoryPolicy": wanted.policy,
                "ipAllowList": _allowed(wanted.allow),
            }
        )
    found = {"services": services}
    if deployment.postgres is not None:
        base = deployment.postgres
        version = {"postgresMajorVersion": str(base.version)} if base.version else {}
        found["databases"] = [
            {
                "name": _database_name(context),
                **_region(context),
                "plan": base.plan or (_FREE if _is_free(context) else _SMALLEST_DATABASE),
                **version,
                "ipAllowList": _allowed(base.allow),
            }
        ]
    return found


def web_service(plan: Plan, context: EmitContext) -> Table:
    """Return the web service of ``plan``, its keys in the order in which people write them."""
    deployment = context.deployment
    free = _is_free(context)
    service: Table = {
        "type": "web",
        "name": context.service,
        "runtime": "python",
        **_region(context),
        "plan": context.platform.plan,
        "buildCommand": _build(context, release=free),
    }
    if deployment.release and not free:
        service["preDeployCommand"] = deployment.release
    service["startCommand"] = start_command(plan.app)
    if context.health_path:
        service["healthCheckPath"] = context.health_path
    service["autoDeployTrigger"] = _TRIGGERS[deployment.auto_deploy]
    if not free:
        service.update(_paid(context))
    service["envVars"] = [*set_by_plan(plan), *_shared(context, owner=True)]
    return service


def set_by_plan(plan: Plan) -> list[Table]:
    """Return the variables of the plan, PYTHON_VERSION first: a full x.y.z, or it is left out."""
    found = {"PYTHON_VERSION": plan.python} if _FULL_VERSION.fullmatch(plan.python) else {}
    return [
        {"key": key, "value": value}
        for key, value in {**found, **dict(sorted(plan.environment.items()))}.items()
    ]


def left_out(context: EmitContext) -> list[str]:
    """Return what the deployment wants and Render's free plan does not have, in words."""
    deployment = context.deployment
    if not _is_free(context):
        return []
    notes = []
    if deployment.release:
        notes.append(
            "The release command runs at the end of the build: a pre-deploy command needs a paid "
            "plan."
        )
    if deployment.scaling or (deployment.instances or 1) > 1:
        notes.append("Scaling is left out: free services run one instance.")
    if deployment.shutdown_seconds:
        notes.append("The shutdown delay is left out: it needs a paid plan.")
    return notes


def _build(context: EmitContext, *, release: bool) -> str:
    steps = [build_command(context)]
    if release and context.deployment.release:
        steps.append(context.deployment.release)
    return " && ".join(steps)


def _paid(context: EmitContext) -> Table:
    deployment = context.deployment
    found: Table = {}
    if deployment.instances is not None:
        found["numInstances"] = deployment.instances
    if deployment.scaling is not None:
        wanted = deployment.scaling
        targets = {
            "targetMemoryPercent": wanted.memory_percent,
            "targetCPUPercent": wanted.cpu_percent,
        }
        found["scaling"] = {
            "minInstances": wanted.min,
            "maxInstances": wanted.max,
            **{key: percent for key, percent in targets.items() if percent is not None},
        }
    if deployment.shutdown_seconds is not None:
        found["maxShutdownDelaySeconds"] = deployment.shutdown_seconds
    return found


def _worker(plan: Plan, context: EmitContext, worker: WorkerTable) -> Table:
    smallest = _SMALLEST if _is_free(context) else context.platform.plan
    version = [one for one in set_by_plan(plan) if one["key"] == "PYTHON_VERSION"]
    return {
        "type": "worker",
        "name": worker.name or f"{context.service}-worker",
        "runtime": "python",
        **_region(context),
        "plan": worker.plan or smallest,
        "buildCommand": _build(context, release=False),
        "startCommand": worker.command,
        "autoDeployTrigger": _TRIGGERS[context.deployment.auto_deploy],
        "envVars": [*version, *_shared(context, owner=False)],
    }


def _shared(context: EmitContext, *, owner: bool) -> list[Table]:
    """Return the variables that web and worker both have; ``owner`` is the web service."""
    deployment = context.deployment
    found: list[Table] = [
        {"key": key, "value": value} for key, value in sorted(deployment.environment.items())
    ]
    if deployment.postgres is not None:
        place = {"name": _database_name(context), "property": "connectionString"}
        found.append({"key": deployment.postgres.variable, "fromDatabase": place})
    if deployment.key_value is not None:
        place = {
            "type": "keyvalue",
            "name": _key_value_name(context),
            "property": "connectionString",
        }
        found.append({"key": deployment.key_value.variable, "fromService": place})
    for name in deployment.generated:
        made: Table = {"generateValue": True}
        if not owner:
            made = {"fromService": {"type": "web", "name": context.service, "envVarKey": name}}
        found.append({"key": name, **made})
    return [*found, *({"key": name, "sync": False} for name in deployment.secrets)]


def _allowed(addresses: list[str]) -> list[Table]:
    return [{"source": address, "description": "allowed"} for address in addresses]


def _region(context: EmitContext) -> Table:
    return {"region": context.deployment.region} if context.deployment.region else {}


def _is_free(context: EmitContext) -> bool:
    return context.platform.plan == _FREE


def _key_value_name(context: EmitContext) -> str:
    wanted = context.deployment.key_value
    return (wanted.name if wanted else "") or f"{context.service}-queue"


def _database_name(context: EmitContext) -> str:
    wanted = context.deployment.postgres
    return (wanted.name if wanted else "") or f"{context.service}-db"
