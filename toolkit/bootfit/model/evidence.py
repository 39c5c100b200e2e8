"""Evidence: what happened when a plan was run under its limit."""

from dataclasses import dataclass
from typing import Literal

LimitKind = Literal["cgroup-v2", "cgroup-v1", "systemd-scope", "watchdog"]


@dataclass(frozen=True)
class EndpointEvidence:
    """One endpoint: how often it was asked, what it answered, how long it took."""

    method: str
    path: str
    requests: int
    #: status (0: no answer) → how often.
    statuses: dict[int, int]
    median_seconds: float
    slowest_seconds: float
    well_answered: bool


@dataclass(frozen=True)
class MemorySample:
    """One moment: seconds since the start, anonymous bytes by role."""

    seconds: float
    master_bytes: int
    workers_bytes: int
    others_bytes: int

    @property
    def total_bytes(self) -> int:
        """Return the anonymous memory of the whole tree."""
        return self.master_bytes + self.workers_bytes + self.others_bytes


@dataclass(frozen=True)
class Evidence:
    """What `verify` saw."""

    command: tuple[str, ...]
    limit_kind: LimitKind
    limit_bytes: int
    booted: bool
    first_answer_seconds: float | None
    #: Σ Pss_Anon over the tree, sampled.
    peak_anonymous_bytes: int
    #: The kernel's own figures where a control group gave them.
    kernel_peak_bytes: int | None
    kernel_memory_bytes: int | None
    oom_kills: int
    failed_charges: int
    predicted_peak_bytes: int
    #: Workers that ended without being asked to.
    unplanned_restarts: int
    endpoints: tuple[EndpointEvidence, ...]
    #: Routes that no request reached, because no request for them is known.
    undriven: tuple[str, ...]
    timeline: tuple[MemorySample, ...]
    #: The last lines that the server logged.
    log_tail: str
    fits: bool
    #: After each round of load: requests answered so far, and anonymous bytes at rest then.
    rounds: tuple[tuple[int, int], ...] = ()
    #: The smallest limit under which the plan passed, where it was looked for, and each limit that
    #: was tried with its outcome.
    smallest_limit_bytes: int | None = None
    limits_tried: tuple[tuple[int, bool], ...] = ()
