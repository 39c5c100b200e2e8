"""What was seen of one run of a plan, before it is judged."""

from dataclasses import dataclass
from typing import Literal

from bootfit.limits.interface import BoundaryReadings
from bootfit.model.evidence import EndpointEvidence, LimitKind
from bootfit.model.plan import Plan
from bootfit.verify.server_log import LogEvents

BootEnd = Literal["answered", "exited", "killed for memory", "deadline"]


@dataclass(frozen=True)
class Boot:
    """How the boot ended; seconds since the server was started."""

    end: BootEnd
    seconds: float
    #: As subprocess gives it: negative for a signal; None while it runs.
    returncode: int | None = None

    @property
    def booted(self) -> bool:
        """Return whether an HTTP answer came."""
        return self.end == "answered"


@dataclass(frozen=True)
class Observed:
    """All that was seen of one run."""

    plan: Plan
    limit_kind: LimitKind
    boot: Boot
    readings: BoundaryReadings
    peak_anonymous_bytes: int
    #: All children of the master that were seen, whether or not the log named them.
    children_seen: int
    events: LogEvents
    endpoints: tuple[EndpointEvidence, ...]
    #: Why an endpoint gave no answer: "GET /path" → reasons.
    silences: dict[str, tuple[str, ...]]
    #: Requests during which the kernel counted OOM kills.
    killed_in: tuple[str, ...]
    undriven: tuple[str, ...]
    #: Requests that are known and were never sent, since the time or the server had ended.
    unsent: tuple[str, ...]
    #: Every request was made by the plan's full number of clients at once.
    loaded: bool
    #: What limit or load could not do.
    weaknesses: tuple[str, ...]
    log_tail: str
    #: What the server could have changed outside of its own view, in words.
    shared: tuple[str, ...] = ()
    #: What of the project the server ran without, in words.
    left_out: tuple[str, ...] = ()
    #: After each round of load: requests answered so far, and anonymous bytes at rest then.
    rounds: tuple[tuple[int, int], ...] = ()
