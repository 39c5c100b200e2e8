"""What has become of one plugin: what serves, what failed and how often, when it is tried again."""

from __future__ import annotations

from _thread import allocate_lock

from bootfit.lazy.backoff import Trouble
from bootfit.lazy.outcome import Declined, Loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from bootfit.lazy.backoff import Backoff
    from bootfit.lazy.declaration import Plugin

#: So many calls in a row have to fail before a rung is left alone for a while: one wrong input
#: shall not take a rung away from everybody.
CALL_FAILURES_IN_A_ROW = 3


class State:
    """What has become of one plugin so far.

    Loads write it under the registry's load lock; the account of calls has a lock of its own.
    """

    __slots__ = (
        "_backoff",
        "_clock",
        "_lock",
        "calls",
        "failures",
        "in_a_row",
        "last_failures",
        "loaded",
        "missing",
        "objects",
        "plugin",
        "served",
        "trouble",
    )

    def __init__(self, plugin: Plugin, backoff: Backoff, clock: Callable[[], float]) -> None:
        self.plugin = plugin
        #: What serves now; replaced whole, so that readers need no lock.
        self.loaded: Loaded | None = None
        self.objects: dict[str, Any] = {}
        self.missing: dict[str, Declined] = {}
        self.trouble: dict[str, Trouble] = {}
        self.calls = 0
        self.served = {rung.name: 0 for rung in plugin.ladder}
        self.failures = {rung.name: 0 for rung in plugin.ladder}
        self.in_a_row = {rung.name: 0 for rung in plugin.ladder}
        self.last_failures: dict[str, Declined] = {}
        self._backoff = backoff
        self._clock = clock
        self.unlock()

    def unlock(self) -> None:
        """Take a fresh lock: after a fork a thread that is gone may hold the old one."""
        self._lock = allocate_lock()

    def waiting(self, rung: str) -> Declined | None:
        """Return why ``rung`` is not even tried by now, or None where it may be."""
        trouble = self.trouble.get(rung)
        if trouble is None or trouble.retry_at <= self._clock() or self._is_fallback(rung):
            return None
        return self._told(trouble)

    def due(self, loaded: Loaded) -> bool:
        """Whether another rung than ``loaded``'s should serve by now: a walk finds out which.

        It waits itself after failed calls; or one above it may be tried (again).
        """
        for rung in self.plugin.ladder:
            trouble = self.trouble.get(rung.name)
            if rung.name == loaded.implementation:
                return trouble is not None and self.waiting(rung.name) is not None
            if trouble is None:
                if rung.name in self.objects:
                    return True
            elif trouble.retry_at <= self._clock():
                return True
        return False

    def retold(self, loaded: Loaded) -> Loaded:
        """Return ``loaded`` with the waits of the rungs above it as they are at this moment."""
        if not any(one.implementation in self.trouble for one in loaded.declined):
            return loaded
        declined = []
        for one in loaded.declined:
            trouble = self.trouble.get(one.implementation)
            declined.append(
                one if trouble is None or one.reason == "forbidden" else self._told(trouble)
            )
        return Loaded(loaded.plugin, loaded.implementation, loaded.value, tuple(declined))

    def load_failed(self, cause: Declined) -> Declined:
        """Note that a rung could not be loaded, and return the cause."""
        earlier = self.trouble.get(cause.implementation)
        self._leave_alone(cause, 1 if earlier is None else earlier.failures + 1)
        return cause

    def called(self) -> None:
        """Count a call, whoever is going to answer it."""
        with self._lock:
            self.calls += 1

    def call_failed(self, failure: Declined) -> None:
        """Count a call that failed inside a rung; after too many in a row it waits.

        What was under way already when the wait began does not make it longer.
        """
        rung = failure.implementation
        with self._lock:
            self.failures[rung] += 1
            self.last_failures[rung] = failure
            if self.waiting(rung) is not None:
                return
            self.in_a_row[rung] += 1
            attempts = self.in_a_row[rung] - CALL_FAILURES_IN_A_ROW + 1
            if attempts > 0 and not self._is_fallback(rung):
                self._leave_alone(failure, attempts)

    def answered(self, rung: str) -> None:
        """Count a call that ``rung`` answered: it works, whatever was noted against it."""
        with self._lock:
            self.served[rung] += 1
            if self.in_a_row[rung]:
                self.in_a_row[rung] = 0
                self.trouble.pop(rung, None)

    def account(self) -> dict[str, object]:
        """Return the account of this plugin, JSON-ready."""
        implementation, declined = self._serving()
        return {
            "plugin": self.plugin.name,
            "implementation": implementation,
            "declined": [one.describe() for one in declined],
            "calls": self.calls,
            "served": dict(self.served),
            "failures": dict(self.failures),
            "last_call_failures": {
                rung: failure.detail for rung, failure in dict(self.last_failures).items()
            },
        }

    def _serving(self) -> tuple[str | None, tuple[Declined, ...]]:
        """Return who would answer now, of what is loaded, and why nobody above does."""
        loaded = self.loaded
        if loaded is None:
            return None, ()
        declined = self.retold(loaded).declined
        serves = loaded.implementation
        names = [rung.name for rung in self.plugin.ladder]
        for name in names[names.index(serves) :]:
            wait = self.waiting(name)
            if wait is not None:
                declined = (*declined, wait)
            elif name in self.objects:
                return name, declined
        return serves, declined

    def _is_fallback(self, rung: str) -> bool:
        return rung == self.plugin.fallback.name

    def _leave_alone(self, cause: Declined, failures: int) -> None:
        retry_at = self._clock() + self._backoff.delay_seconds(failures)
        self.trouble[cause.implementation] = Trouble(cause, failures, retry_at)

    def _told(self, trouble: Trouble) -> Declined:
        """Return why a rung in ``trouble`` does not serve, with the wait from this moment on."""
        cause = trouble.cause
        wait = max(0.0, trouble.retry_at - self._clock())
        return Declined(
            cause.implementation,
            "backing_off",
            f"{cause.reason}, tried again in {wait:.0f} s at the earliest: {cause.detail}",
        )
