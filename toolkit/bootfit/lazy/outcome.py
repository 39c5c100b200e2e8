"""What a load or a call hands back: the value, who served it, and why nobody better did."""

from __future__ import annotations

from bootfit.lazy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    Reason = Literal[
        "forbidden",
        "not_installed",
        "import_failed",
        "no_memory",
        "backing_off",
        "call_failed",
        "busy",
    ]


class PluginUnavailableError(RuntimeError):
    """Not even the fallback could be loaded, or a plugin's load asks for the plugin itself."""


class Declined(Record):
    """A rung that does not serve, and why.

    `reason` is one of: forbidden (by `BOOTFIT_FORBID`), not_installed, import_failed (also: its
    construction failed), no_memory, backing_off (failed earlier, waits to be tried again),
    call_failed (this call alone), busy (another thread's load takes too long to wait for).
    """

    __slots__ = ("detail", "implementation", "reason")
    implementation: str
    reason: Reason
    detail: str

    def __init__(self, implementation: str, reason: Reason, detail: str) -> None:
        self._fill(implementation=implementation, reason=reason, detail=detail)

    def describe(self) -> dict[str, object]:
        """Return it as JSON-ready values."""
        return {
            "implementation": self.implementation,
            "reason": self.reason,
            "detail": self.detail,
        }


class Loaded(Record):
    """A loaded plugin: `value` is the object, `declined` the rungs above it."""

    __slots__ = ("declined", "implementation", "plugin", "value")
    plugin: str
    implementation: str
    value: Any
    declined: tuple[Declined, ...]

    def __init__(
        self, plugin: str, implementation: str, value: object, declined: tuple[Declined, ...]
    ) -> None:
        self._fill(plugin=plugin, implementation=implementation, value=value, declined=declined)


class Outcome(Record):
    """The answer of a call: `value`, the rung that gave it, and the rungs that did not.

    `served_by` is the loaded object that gave it: what the answer means may hang on its
    attributes, and another object may be the loaded one by now.
    """

    __slots__ = ("declined", "implementation", "served_by", "value")
    value: Any
    implementation: str
    declined: tuple[Declined, ...]
    served_by: Any

    def __init__(
        self,
        value: object,
        implementation: str,
        declined: tuple[Declined, ...],
        served_by: object = None,
    ) -> None:
        self._fill(
            value=value, implementation=implementation, declined=declined, served_by=served_by
        )
