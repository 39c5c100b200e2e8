"""`[tool.bootfit.deploy]`: what a project wants beside its web process, for the emitted files."""

from typing import Annotated, Literal

import msgspec

from bootfit.model.errors import UsageError

_Count = Annotated[int, msgspec.Meta(ge=1)]
_Percent = Annotated[int, msgspec.Meta(ge=1, le=90)]


class _Shape(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    """Base of the tables below: written with dashes, closed to unknown keys."""


class WorkerTable(_Shape, frozen=True):
    """`[tool.bootfit.deploy.worker]`: a process that answers no requests."""

    command: str
    #: "" for the service's name with "-worker".
    name: str = ""
    #: "" for the web service's plan, or the smallest that has workers.
    plan: str = ""


class KeyValueTable(_Shape, frozen=True):
    """`[tool.bootfit.deploy.key-value]`: a Redis-compatible store, for queues and caches."""

    #: "" for the service's name with "-queue".
    name: str = ""
    plan: str = ""
    #: The variable that tells web and worker where it is.
    variable: str = "REDIS_URL"
    #: What happens when it is full: a queue must not lose its jobs.
    policy: str = "noeviction"
    #: Addresses outside the platform that may reach it: none.
    allow: list[str] = []


class PostgresTable(_Shape, frozen=True):
    """`[tool.bootfit.deploy.postgres]`: a PostgreSQL database."""

    #: "" for the service's name with "-db".
    name: str = ""
    plan: str = ""
    variable: str = "DATABASE_URL"
    #: The major version; the platform's own where it is None.
    version: _Count | None = None
    allow: list[str] = []


class ScalingTable(_Shape, frozen=True):
    """`[tool.bootfit.deploy.scaling]`: instances by load; percents of an instance."""

    max: _Count
    min: _Count = 1
    memory_percent: _Percent | None = None
    cpu_percent: _Percent | None = None


class Deployment(_Shape, frozen=True):
    """`[tool.bootfit.deploy]`."""

    #: Runs before each release: a migration.
    release: str = ""
    region: str = ""
    auto_deploy: Literal["commit", "checks-pass", "off"] = "commit"
    #: Seconds that a process may take to end.
    shutdown_seconds: Annotated[int, msgspec.Meta(ge=1, le=300)] | None = None
    instances: _Count | None = None
    #: Variables of web and worker; secrets are asked for, generated ones made by the platform.
    environment: dict[str, str] = {}
    secrets: list[str] = []
    generated: list[str] = []
    worker: WorkerTable | None = None
    key_value: KeyValueTable | None = None
    postgres: PostgresTable | None = None
    scaling: ScalingTable | None = None


#: key of `[tool.bootfit.deploy]` → the table that it holds.
TABLES: dict[str, type[msgspec.Struct]] = {
    "worker": WorkerTable,
    "key-value": KeyValueTable,
    "postgres": PostgresTable,
    "scaling": ScalingTable,
}


def check_deployment(table: Deployment) -> None:
    """Raise where parts of ``table`` contradict each other.

    Raises:
        UsageError: what does, and how to mend it.
    """
    scaling = table.scaling
    if scaling is not None and scaling.min > scaling.max:
        raise UsageError(
            f"deploy.scaling: min {scaling.min} is above max {scaling.max}", "exchange them"
        )
    if scaling is not None and scaling.memory_percent is None and scaling.cpu_percent is None:
        raise UsageError(
            "deploy.scaling: nothing says when to scale", "add memory-percent or cpu-percent"
        )
    if scaling is not None and table.instances is not None:
        raise UsageError("deploy: instances and scaling exclude one another", "keep one of them")
    given = [*table.environment, *table.secrets, *table.generated]
    given += [one.variable for one in (table.key_value, table.postgres) if one is not None]
    for name in given:
        if given.count(name) > 1:
            raise UsageError(
                f"deploy: the variable {name} has its value from two places", "keep one of them"
            )
        if not name or "=" in name or not name.isprintable():
            raise UsageError(f"deploy: {name!r} cannot name a variable", "write it like SECRET_KEY")
    if table.worker is not None and not table.worker.command.strip():
        raise UsageError("deploy.worker: command is empty", "write what starts the worker")
