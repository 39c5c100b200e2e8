"""A plan: what to run, what it will need, and the reason for each choice."""

from dataclasses import dataclass
from typing import Literal

WorkerClass = Literal["sync", "gthread"]


@dataclass(frozen=True)
class Choice:
    """One setting, its value as people write it, why, and the measurement behind it."""

    setting: str
    value: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True)
class PluginChoice:
    """The highest rung that may serve, and the ones above it that are forbidden and why."""

    plugin: str
    implementation: str
    reason: str
    #: implementation → why it may not load.
    forbidden: dict[str, str]


@dataclass(frozen=True)
class MemoryNeed:
    """The itemised prediction, all anonymous memory in bytes.

    Predicted peak = master + workers × (worker + union) + workers × threads × transient + growth +
    overhead.
    """

    budget_bytes: int
    headroom_bytes: int
    master_bytes: int
    worker_bytes: int
    union_bytes: int
    transient_bytes: int
    overhead_bytes: int
    predicted_peak_bytes: int
    #: "measured" for a union that was probed; else "upper bound": the sum of what each adds.
    union_basis: Literal["measured", "upper bound", "none"]
    #: "measured" where a server answered the app's requests with these rungs; "carried over" from
    #: others; else an allowance.
    requests_basis: Literal["measured", "carried over", "allowance"] = "allowance"
    #: What a leak adds to all workers until they are recycled.
    growth_bytes: int = 0


@dataclass(frozen=True)
class Refusal:
    """Why no plan fits, itemised, and what would."""

    message: str
    items: tuple[str, ...]
    smallest_platform: str


@dataclass(frozen=True)
class Upgrade:
    """What the platform's next larger plan would gain; nothing where ``gains`` is empty."""

    platform: str
    title: str
    gains: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What to run on one platform."""

    app: str
    platform: str
    python: str
    workers: int
    threads: int
    worker_class: WorkerClass
    preload: bool
    timeout_seconds: int
    graceful_timeout_seconds: int
    max_requests: int
    max_requests_jitter: int
    worker_tmp_dir: str
    #: Environment for the web process, the forbidden rungs (BOOTFIT_FORBID) included.
    environment: dict[str, str]
    plugins: tuple[PluginChoice, ...]
    memory: MemoryNeed
    choices: tuple[Choice, ...]
    refusal: Refusal | None = None
    #: None where the platform has nothing larger, or it is not known.
    upgrade: Upgrade | None = None
