"""The registry: one load a rung, the first rung that can serve, and an account of it all."""

from __future__ import annotations

import os
import time

# `threading` costs 3 ms where nothing else has imported it; these are the same locks.
from _thread import RLock, allocate_lock

from bootfit.lazy import environment, memory_left
from bootfit.lazy.backoff import Backoff, Trouble
from bootfit.lazy.declaration import CallerError, DeclarationError
from bootfit.lazy.loading import failed, make, missing_module, no_room, told
from bootfit.lazy.outcome import Declined, Loaded, Outcome, PluginUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from bootfit.lazy.declaration import Implementation, Plugin
    from bootfit.lazy.memory_left import Room


class _State:
    """What has become of one plugin so far. Written under the registry's load lock."""

    __slots__ = ("calls", "failures", "loaded", "missing", "objects", "plugin", "served", "trouble")

    def __init__(self, plugin: Plugin) -> None:
        self.plugin = plugin
        #: What serves now; replaced whole, so that readers need no lock.
        self.loaded: Loaded | None = None
        self.objects: dict[str, Any] = {}
        self.missing: dict[str, Declined] = {}
        self.trouble: dict[str, Trouble] = {}
        self.calls = 0
        self.served = {rung.name: 0 for rung in plugin.ladder}
        self.failures = {rung.name: 0 for rung in plugin.ladder}


class Registry:
    """The plugins of an app.

    One lock guards all loads. So two plugins whose loads use each other cannot lock each other
    out, and a rung is admitted against memory that no other load is taking at the same time. A
    plugin that is loaded is handed out without it.

    Args:
        plugins: each with a name of its own.
        backoff: when a rung that failed to load is tried again.
        clock: seconds that never go back.
        environ: where `BOOTFIT_FORBID` and `BOOTFIT_MEMORY_LIMIT` are read.
        root: the folder that holds `proc` and the control groups' mount points.

    Raises:
        DeclarationError: two plugins share a name.
    """

    def __init__(
        self,
        *plugins: Plugin,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        environ: Mapping[str, str] | None = None,
        root: str = "/",
    ) -> None:
        self._states: dict[str, _State] = {}
        for plugin in plugins:
            if plugin.name in self._states:
                raise DeclarationError(f"the plugin {plugin.name!r} is declared twice")
            self._states[plugin.name] = _State(plugin)
        self._plugins = {plugin.name: plugin for plugin in plugins}
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._environ = os.environ if environ is None else environ
        self._root = root
        self._told: set[str] = set()
        self._unlock()
        # A child that is forked while another thread loads would wait for a thread it lacks.
        os.register_at_fork(after_in_child=self._unlock)

    def _unlock(self) -> None:
        self._load_lock = RLock()
        self._count_lock = allocate_lock()
        self._loading: list[str] = []

    def load(self, plugin: str) -> Loaded:
        """Return the loaded ``plugin``: the first rung that is allowed, there, and fits.

        Many threads may ask at once: one loads, the others wait. A rung above the one that serves
        is tried again when its back-off has passed, by one thread; the others are served meanwhile.

        Raises:
            KeyError: no such plugin is declared.
            PluginUnavailableError: the fallback itself cannot be loaded.
        """
        state = self._state(plugin)
        loaded = state.loaded
        if loaded is not None and not self._due(state, loaded):
            return loaded
        if loaded is not None:
            if not self._load_lock.acquire(blocking=False):
                return loaded
        else:
            self._load_lock.acquire()
        try:
            if state.loaded is not None and not self._due(state, state.loaded):
                return state.loaded
            return self._walk(state)
        finally:
            self._load_lock.release()

    def call(self, plugin: str, method: str, /, *args: object, **kwargs: object) -> Outcome:
        """Return the outcome of calling ``method`` on the loaded ``plugin``.

        An exception inside a rung counts as its failure, and the next rung answers this call. An
        argument that can be read only once may be spent by then: hand over what can be read again.

        Raises:
            CallerError: the rung's answer; whatever subclass it raised.
            KeyError: no such plugin is declared.
            PluginUnavailableError: the fallback itself cannot be loaded.
            Exception: whatever the fallback raised.
        """
        state = self._state(plugin)
        with self._count_lock:
            state.calls += 1
        loaded = self.load(plugin)
        declined = loaded.declined
        while True:
            try:
                value = getattr(loaded.value, method)(*args, **kwargs)
            except CallerError:
                self._count(state.served, loaded.implementation)
                raise
            except Exception as error:
                self._count(state.failures, loaded.implementation)
                if loaded.implementation == state.plugin.fallback.name:
                    raise
                failure = Declined(loaded.implementation, "call_failed", told(error))
                self._log(f"{plugin}.{method}: {failure.implementation} failed", error)
            else:
                self._count(state.served, loaded.implementation)
                return Outcome(value, loaded.implementation, declined)
            declined = (*declined, failure)
            loaded = self._next(state, loaded.implementation)
            declined = (*declined, *loaded.declined)

    def status(self) -> list[dict[str, object]]:
        """Return an account of every plugin, JSON-ready; loads nothing.

        Each has: plugin, implementation (None before the first load), declined, calls, served and
        failures (a number for each rung), and memory_left_bytes (None where no limit is known).
        """
        room = self.memory_left()
        left = None if room is None else room.left_bytes
        return [
            {
                "plugin": name,
                "implementation": loaded.implementation if (loaded := state.loaded) else None,
                "declined": [one.describe() for one in loaded.declined] if loaded else [],
                "calls": state.calls,
                "served": dict(state.served),
                "failures": dict(state.failures),
                "memory_left_bytes": left,
            }
            for name, state in self._states.items()
        ]

    def describe(self) -> list[dict[str, object]]:
        """Return the declarations, JSON-ready; loads nothing."""
        return [state.plugin.describe() for state in self._states.values()]

    def memory_left(self) -> Room | None:
        """Return the tightest memory limit and what is used of it, or None where there is none."""
        limit, warnings = environment.assumed_limit_bytes(self._environ)
        self._warn(warnings)
        return memory_left.memory_left(self._root, limit)

    def __iter__(self) -> Iterator[Plugin]:
        return iter(self._plugins.values())

    def __contains__(self, plugin: object) -> bool:
        return plugin in self._plugins

    def _state(self, plugin: str) -> _State:
        try:
            return self._states[plugin]
        except KeyError:
            known = ", ".join(self._states) or "none"
            raise KeyError(f"no plugin {plugin!r} is declared (there are: {known})") from None

    def _due(self, state: _State, loaded: Loaded) -> bool:
        """Whether a rung above the one that serves may be tried again by now."""
        if not state.trouble:
            return False
        now = self._clock()
        for rung in state.plugin.ladder:
            if rung.name == loaded.implementation:
                return False
            trouble = state.trouble.get(rung.name)
            if trouble is not None and trouble.retry_at <= now:
                return True
        return False

    def _walk(self, state: _State) -> Loaded:
        """Load ``state``'s plugin and keep the answer for the next who asks."""
        loaded = self._first(state)
        self._note(loaded)
        now = self._clock()
        later = [self._later(state, declined, now) for declined in loaded.declined]
        state.loaded = Loaded(loaded.plugin, loaded.implementation, loaded.value, tuple(later))
        return loaded

    def _next(self, state: _State, failed_rung: str) -> Loaded:
        """Return the first rung below one whose call failed; one that is loaded needs no lock."""
        ladder = state.plugin.ladder
        rung = ladder[[one.name for one in ladder].index(failed_rung) + 1]
        if rung.name in state.objects:
            return Loaded(state.plugin.name, rung.name, state.objects[rung.name], ())
        with self._load_lock:
            return self._first(state, below=failed_rung)

    def _later(self, state: _State, declined: Declined, now: float) -> Declined:
        """Return ``declined`` as those are told who ask while the rung waits."""
        trouble = state.trouble.get(declined.implementation)
        if trouble is None or declined.reason == "backing_off":
            return declined
        return _waiting(trouble, now)

    def _first(self, state: _State, below: str | None = None) -> Loaded:
        """Return the first rung that can serve, of those below ``below`` where that is given."""
        plugin = state.plugin
        names = [rung.name for rung in plugin.ladder]
        start = 0 if below is None else names.index(below) + 1
        forbidden, warnings = environment.forbidden(self._environ, self._plugins)
        self._warn(warnings)
        if plugin.name in self._loading:
            chain = " → ".join((*self._loading, plugin.name))
            raise PluginUnavailableError(f"plugins load one another in a circle: {chain}")
        self._loading.append(plugin.name)
        try:
            declined: list[Declined] = []
            for rung in plugin.ladder[start:]:
                reason = (
                    Declined(rung.name, "forbidden", f"by {environment.FORBID}")
                    if (plugin.name, rung.name) in forbidden
                    else self._try(state, rung)
                )
                if reason is None:
                    value = state.objects[rung.name]
                    return Loaded(plugin.name, rung.name, value, tuple(declined))
                declined.append(reason)
        finally:
            self._loading.remove(plugin.name)
        told_all = "; ".join(f"{one.implementation} {one.reason}: {one.detail}" for one in declined)
        raise PluginUnavailableError(f"{plugin.name}: no implementation can serve: {told_all}")

    def _try(self, state: _State, rung: Implementation) -> Declined | None:
        """Load ``rung`` into the state, or return why it does not serve."""
        if rung.name in state.objects:
            return None
        if rung is not state.plugin.fallback:
            hindrance = self._hindrance(state, rung)
            if hindrance is not None:
                return hindrance
        try:
            state.objects[rung.name] = make(rung)
        except Exception as error:  # noqa: BLE001 - a rung that fails in any way is declined
            self._log(f"{state.plugin.name}: {rung.name} could not be loaded", error)
            return self._back_off(state, failed(rung, error))
        state.trouble.pop(rung.name, None)
        return None

    def _hindrance(self, state: _State, rung: Implementation) -> Declined | None:
        """Return why ``rung`` is not worth an attempt, or None where it is."""
        if rung.name in state.missing:
            return state.missing[rung.name]
        now = self._clock()
        trouble = state.trouble.get(rung.name)
        if trouble is not None and trouble.retry_at > now:
            return _waiting(trouble, now)
        absent = missing_module(rung)
        if absent is not None:
            state.missing[rung.name] = Declined(rung.name, "not_installed", f"no module {absent!r}")
            return state.missing[rung.name]
        tight = no_room(rung, self.memory_left)
        if tight is not None:
            self._log(f"{state.plugin.name}: {rung.name} is not loaded, it {tight}")
            return self._back_off(state, Declined(rung.name, "no_memory", tight))
        return None

    def _back_off(self, state: _State, cause: Declined) -> Declined:
        """Note a failed load of a rung, and return its cause."""
        earlier = state.trouble.get(cause.implementation)
        failures = 1 if earlier is None else earlier.failures + 1
        retry_at = self._clock() + self._backoff.delay_seconds(failures)
        state.trouble[cause.implementation] = Trouble(cause, failures, retry_at)
        return cause

    def _count(self, counts: dict[str, int], rung: str) -> None:
        with self._count_lock:
            counts[rung] += 1

    def _warn(self, warnings: Iterable[str]) -> None:
        """Log each warning once a registry."""
        for warning in warnings:
            if warning not in self._told:
                self._told.add(warning)
                self._log(warning)

    def _note(self, loaded: Loaded) -> None:
        """Log who serves, and why nobody better does."""
        import logging

        better = "; ".join(f"{one.implementation} {one.reason}" for one in loaded.declined)
        logging.getLogger("bootfit.lazy").info(
            "%s is served by %s%s",
            loaded.plugin,
            loaded.implementation,
            f" ({better})" if better else "",
        )

    def _log(self, message: str, error: Exception | None = None) -> None:
        """Log a warning, and its traceback where debugging is on."""
        import logging

        logger = logging.getLogger("bootfit.lazy")
        if error is None:
            logger.warning("%s", message)
            return
        trace = error if logger.isEnabledFor(logging.DEBUG) else None
        logger.warning("%s: %s", message, told(error), exc_info=trace)


def _waiting(trouble: Trouble, now: float) -> Declined:
    """Return why a rung in ``trouble`` is not even tried."""
    cause = trouble.cause
    wait = max(0.0, trouble.retry_at - now)
    return Declined(
        cause.implementation,
        "backing_off",
        f"{cause.reason}, tried again in {wait:.0f} s at the earliest: {cause.detail}",
    )
