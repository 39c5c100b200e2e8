"""What Render's blueprint may say, read from its documentation: keys, values, who has what.

Source: https://render.com/docs/blueprint-spec (read 2026-11), and what its validator was seen to
refuse. The official schema carries no licence and is not copied here; ``--schema`` reads it.
"""

from dataclasses import dataclass

ROOT = frozenset(
    {"services", "databases", "envVarGroups", "projects", "ungrouped", "previews", "version"}
    | {"previewsEnabled", "previewsExpireAfterDays"}
)
_ANY = frozenset({"type", "name", "plan", "region", "previewPlan", "previews", "ipAllowList"})
_BUILT = frozenset(
    {"runtime", "env", "repo", "branch", "image", "registryCredential", "rootDir", "buildFilter"}
    | {"buildCommand", "startCommand", "dockerCommand", "dockerfilePath", "dockerContext"}
    | {"autoDeploy", "autoDeployTrigger", "envVars", "pullRequestPreviewsEnabled"}
    | {"initialDeployHook"}
)
_SERVED = frozenset(
    {"preDeployCommand", "numInstances", "scaling", "disk", "maxShutdownDelaySeconds"}
)
_PUBLIC = frozenset(
    {"healthCheckPath", "domain", "domains", "maintenanceMode", "renderSubdomainPolicy", "cache"}
)
_STATIC = frozenset({"staticPublishPath", "headers", "routes"})


@dataclass(frozen=True)
class Kind:
    """One type of service: its keys, those it must have, and those that it refuses."""

    keys: frozenset[str]
    required: tuple[str, ...]


KINDS = {
    "web": Kind(_ANY | _BUILT | _SERVED | _PUBLIC | _STATIC, ("name", "runtime")),
    "pserv": Kind(_ANY | _BUILT | _SERVED, ("name", "runtime")),
    "worker": Kind(_ANY | _BUILT | _SERVED, ("name", "runtime")),
    "cron": Kind(_ANY | _BUILT | {"schedule"}, ("name", "runtime", "schedule")),
    "keyvalue": Kind(_ANY | {"maxmemoryPolicy"}, ("name", "ipAllowList")),
    "redis": Kind(_ANY | {"maxmemoryPolicy"}, ("name", "ipAllowList")),
}
SERVICE = frozenset[str]().union(*(kind.keys for kind in KINDS.values()))
DATABASE = frozenset(
    {"name", "databaseName", "user", "plan", "region", "previewPlan", "diskSizeGB", "ipAllowList"}
    | {"previewDiskSizeGB", "postgresMajorVersion", "readReplicas", "highAvailability"}
    | {"storageAutoscalingEnabled", "datadogAPIKey", "datadogSite"}
)
GROUP = frozenset({"name", "envVars"})
VARIABLE = frozenset(
    {"key", "value", "generateValue", "sync", "fromDatabase", "fromService", "fromGroup"}
    | {"previewValue"}
)
#: What says where a variable's value comes from: one of them, and no two.
SOURCES = ("value", "generateValue", "sync", "fromDatabase", "fromService")
SCALING = frozenset({"minInstances", "maxInstances", "targetMemoryPercent", "targetCPUPercent"})
DISK = frozenset({"name", "mountPath", "sizeGB"})
DATABASE_PROPERTIES = (
    *("connectionString", "connectionPoolString", "host", "port", "user", "password", "database"),
)
#: key → its values. None of them may be a bare boolean: ``off`` needs its quotes.
VALUES = {
    "type": ("web", "pserv", "worker", "cron", "keyvalue"),
    "runtime": (*("python", "node", "ruby", "go", "rust", "elixir", "docker", "image", "static"),),
    "region": ("oregon", "ohio", "virginia", "frankfurt", "singapore"),
    "autoDeployTrigger": ("off", "commit", "checksPass"),
    "maxmemoryPolicy": (
        *("noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random"),
        *("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"),
    ),
    "renderSubdomainPolicy": ("enabled", "disabled"),
}
#: Plans of services, as they are spelled. There are others (and new ones): only a spelling that is
#: nearly one of these is taken for a mistake.
PLANS = ("free", "starter", "standard", "pro", "pro plus", "pro max", "pro ultra")
#: What Render does not have on its free plan → why it matters.
NOT_FREE = {
    "preDeployCommand": "a pre-deploy command needs a paid plan",
    "maxShutdownDelaySeconds": "Render's validator refuses it on the free plan",
    "disk": "a disk needs a paid plan",
    "scaling": "free services run one instance",
}
#: Types of which Render has no free instances.
NEVER_FREE = ("worker", "pserv", "cron")
SHUTDOWN_SECONDS = (1, 300)
