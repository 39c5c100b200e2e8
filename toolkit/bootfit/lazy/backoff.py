"""When a rung that failed is tried again."""

from __future__ import annotations

from bootfit.lazy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bootfit.lazy.outcome import Declined


class Backoff(Record):
    """Doubling from `first_seconds` to `cap_seconds`."""

    __slots__ = ("cap_seconds", "first_seconds")
    first_seconds: float
    cap_seconds: float

    def __init__(self, first_seconds: float = 30.0, cap_seconds: float = 900.0) -> None:
        self._fill(first_seconds=first_seconds, cap_seconds=cap_seconds)

    def delay_seconds(self, failures: int) -> float:
        """Return how long to wait after ``failures`` (1 or more) failures in a row."""
        # 64 doublings overrun every cap; without the bound the power would overflow a float.
        return min(self.cap_seconds, self.first_seconds * 2.0 ** min(failures - 1, 64))


class Trouble(Record):
    """Why a rung failed, to load or in calls, how often in a row, and when it is tried again."""

    __slots__ = ("cause", "failures", "retry_at")
    cause: Declined
    failures: int
    #: On the registry's clock.
    retry_at: float

    def __init__(self, cause: Declined, failures: int, retry_at: float) -> None:
        self._fill(cause=cause, failures=failures, retry_at=retry_at)
