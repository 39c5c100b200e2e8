"""The registry: one load a rung, the first rung that can serve, and an account of it all."""

from __future__ import annotations

import os
import time

# `threading` costs 3 ms where nothing else has imported it; this is the same lock.
from _thread import RLock

from bootfit.lazy import environment, memory_left
from bootfit.lazy.admission import Admission
from bootfit.lazy.backoff import Backoff
from bootfit.lazy.declaration import CallerError, DeclarationError
from bootfit.lazy.loading import ends_the_server, failed, make, missing_module, told
from bootfit.lazy.outcome import Declined, Loaded, Outcome, PluginUnavailableError
from bootfit.lazy.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bootfit.lazy.declaration import Implementation, Plugin
    from bootfit.lazy.memory_left import Room


class Registry:
    """The plugins of an app.

    One lock guards all loads. So two plugins whose loads use each other cannot lock each other
    out, and a rung is admitted against memory that no other load is taking at the same time. A
    plugin that is loaded is handed out without it.

    A module must not load a plugin while it is imported: a thread that does so holds the module's
    import lock and waits for the load lock, while a thread that loads may hold the latter and
    wait for that module. So no thread waits longer than `wait_seconds` for a load of another
    thread; the fallback answers it then, and the rungs above are told to be "busy".

    Args:
        plugins: each with a name of its own.
        backoff: when a rung that failed to load, or in three calls in a row, is tried again.
        clock: seconds that never go back.
        environ: where `BOOTFIT_FORBID` and `BOOTFIT_MEMORY_LIMIT` are read.
        root: the folder that holds `proc` and the control groups' mount points.
        wait_seconds: how long to wait for another thread's load.

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
        wait_seconds: float = 60.0,
    ) -> None:
        backoff = backoff or Backoff()
        self._states: dict[str, State] = {}
        for plugin in plugins:
            if plugin.name in self._states:
                raise DeclarationError(f"the plugin {plugin.name!r} is declared twice")
            self._states[plugin.name] = State(plugin, backoff, clock)
        self._plugins = {plugin.name: plugin for plugin in plugins}
        self._environ = os.environ if environ is None else environ
        self._root = root
        self._wait_seconds = wait_seconds
        self._admission = Admission(root, self.memory_left)
        self._told: set[str] = set()
        self._unlock()
        # A child that is forked while another thread loads would wait for a thread it lacks.
        os.register_at_fork(after_in_child=self._unlock)

    def _unlock(self) -> None:
        self._load_lock = RLock()
        self._loading: list[str] = []
        for state in self._states.values():
            state.unlock()

    def load(self, plugin: str) -> Loaded:
        """Return the loaded ``plugin``: the first rung that is allowed, there, and fits.

        Many threads may ask at once: one loads, the others wait. A rung above the one that serves
        is tried again when its back-off has passed, by one thread; the others are served meanwhile.
        Who has waited too long for a load of another thread gets the fallback, for this once.

        Raises:
            KeyError: no such plugin is declared.
            PluginUnavailableError: the fallback itself cannot be loaded.
        """
        state = self._state(plugin)
        loaded = state.loaded
        if loaded is not None and not state.due(loaded):
            return state.retold(loaded)
        if loaded is not None:
            if not self._load_lock.acquire(blocking=False):
                return state.retold(loaded)
        elif not self._load_lock.acquire(timeout=self._wait_seconds):
            return self._unwaited(state, state.plugin.ladder)
        try:
            if state.loaded is not None and not state.due(state.loaded):
                return state.retold(state.loaded)
            loaded = self._first(state)
            self._note(loaded)
            state.loaded = loaded
            return loaded
        finally:
            self._load_lock.release()

    def call(self, plugin: str, method: str, /, *args: object, **kwargs: object) -> Outcome:
        """Return the outcome of calling ``method`` on the loaded ``plugin``.

        An exception inside a rung counts as its failure, and the next rung answers this call; so
        does its `sys.exit`, but not that of a signal handler, by which a server ends a worker. An
        argument that can be read only once may be spent by then: hand over what can be read again.
        After three failed calls in a row a rung is left alone for its back-off.

        Raises:
            CallerError: the rung's answer; whatever subclass it raised. Its `implementation` and
                `declined` say who gave it and why nobody better did.
            KeyError: no such plugin is declared.
            PluginUnavailableError: the fallback itself cannot be loaded, or calls `sys.exit`.
            SystemExit: a signal handler's.
            Exception: whatever the fallback raised.
        """
        state = self._state(plugin)
        state.called()
        loaded = self.load(plugin)
        declined = loaded.declined
        while True:
            wait = state.waiting(loaded.implementation)
            if wait is not None:  # it serves still, while another thread finds out who does
                loaded = self._next(state, loaded.implementation)
                declined = (*declined, wait, *loaded.declined)
                continue
            try:
                value = getattr(loaded.value, method)(*args, **kwargs)
            except CallerError as answer:
                state.answered(loaded.implementation)
                answer.given_by(loaded.implementation, declined)
                raise
            except (Exception, SystemExit) as error:
                if ends_the_server(error):
                    raise
                failure = Declined(loaded.implementation, "call_failed", told(error))
                state.call_failed(failure)
                if loaded.implementation == state.plugin.fallback.name:
                    if isinstance(error, SystemExit):
                        raise PluginUnavailableError(f"{plugin}: {failure.detail}") from error
                    raise
                self._log(f"{plugin}.{method}: {failure.implementation} failed", error)
            else:
                state.answered(loaded.implementation)
                return Outcome(value, loaded.implementation, declined, loaded.value)
            loaded = self._next(state, loaded.implementation)
            declined = (*declined, failure, *loaded.declined)

    def status(self) -> list[dict[str, object]]:
        """Return an account of every plugin, JSON-ready; loads nothing.

        Each has: plugin, implementation (None before the first load), declined, calls, served and
        failures (a number for each rung), last_call_failures (the error, for each rung that has
        failed in a call), and memory_left_bytes (None where no limit is known).
        """
        room = self.memory_left()
        left = None if room is None else room.left_bytes
        return [{**state.account(), "memory_left_bytes": left} for state in self._states.values()]

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

    def _state(self, plugin: str) -> State:
        try:
            return self._states[plugin]
        except KeyError:
            known = ", ".join(self._states) or "none"
            raise KeyError(f"no plugin {plugin!r} is declared (there are: {known})") from None

    def _next(self, state: State, failed_rung: str) -> Loaded:
        """Return the first rung below one whose call failed; one that is loaded needs no lock."""
        ladder = state.plugin.ladder
        rung = ladder[[one.name for one in ladder].index(failed_rung) + 1]
        if rung.name in state.objects:
            return Loaded(state.plugin.name, rung.name, state.objects[rung.name], ())
        if not self._load_lock.acquire(timeout=self._wait_seconds):
            return self._unwaited(state, ladder[ladder.index(rung) :])
        try:
            return self._first(state, below=failed_rung)
        finally:
            self._load_lock.release()

    def _unwaited(self, state: State, rungs: tuple[Implementation, ...]) -> Loaded:
        """Return the fallback without the load lock, which another thread keeps too long.

        Nothing of it is kept: the next who asks waits for the better rungs again.
        """
        name, fallback = state.plugin.name, state.plugin.fallback
        holder = ", ".join(self._loading) or "a plugin"
        detail = f"another thread has been loading {holder} for {self._wait_seconds:g} s"
        self._log(f"{name}: {fallback.name} serves this once, {detail}")
        try:
            made = state.objects
            value = made[fallback.name] if fallback.name in made else make(fallback)
        except (Exception, SystemExit) as error:
            if ends_the_server(error):
                raise
            raise PluginUnavailableError(f"{name}: {detail}, and {told(error)}") from error
        declined = tuple(Declined(rung.name, "busy", detail) for rung in rungs[:-1])
        return Loaded(name, fallback.name, value, declined)

    def _first(self, state: State, below: str | None = None) -> Loaded:
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

    def _try(self, state: State, rung: Implementation) -> Declined | None:
        """Load ``rung`` into the state, or return why it does not serve."""
        if rung.name in state.objects:
            return state.waiting(rung.name)
        if rung is not state.plugin.fallback:
            hindrance = self._hindrance(state, rung)
            if hindrance is not None:
                return hindrance
        before = self._admission.taken_bytes()
        try:
            state.objects[rung.name] = make(rung)
        except (Exception, SystemExit) as error:
            # A library that calls sys.exit while it is imported must not end the worker.
            if ends_the_server(error):
                raise
            if rung is not state.plugin.fallback:  # which was admitted without a question
                self._admission.take_back(self._cost(state, rung)[0])
            self._log(f"{state.plugin.name}: {rung.name} could not be loaded", error)
            return state.load_failed(failed(rung, error))
        grown = self._admission.taken_bytes() - before
        cost_bytes, planned = self._cost(state, rung)
        self._admission.reserve((state.plugin.name, rung.name), cost_bytes, grown, planned=planned)
        state.trouble.pop(rung.name, None)
        return None

    def _hindrance(self, state: State, rung: Implementation) -> Declined | None:
        """Return why ``rung`` is not worth an attempt, or None where it is."""
        if rung.name in state.missing:
            return state.missing[rung.name]
        wait = state.waiting(rung.name)
        if wait is not None:
            return wait
        absent = missing_module(rung)
        if absent is not None:
            state.missing[rung.name] = Declined(rung.name, "not_installed", f"no module {absent!r}")
            return state.missing[rung.name]
        tight = self._admission.refusal(self._cost(state, rung)[0])
        if tight is not None:
            self._log(f"{state.plugin.name}: {rung.name} is not loaded, it {tight}")
            return state.load_failed(Declined(rung.name, "no_memory", tight))
        return None

    def _cost(self, state: State, rung: Implementation) -> tuple[int | None, bool]:
        """Return what ``rung`` costs in bytes, and whether a plan says so: its word goes first."""
        planned, warnings = environment.planned_costs(self._environ)
        self._warn(warnings)
        cost_bytes = planned.get((state.plugin.name, rung.name))
        return (rung.cost_bytes, False) if cost_bytes is None else (cost_bytes, True)

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

    def _log(self, message: str, error: BaseException | None = None) -> None:
        """Log a warning, and its traceback where debugging is on."""
        import logging

        logger = logging.getLogger("bootfit.lazy")
        if error is None:
            logger.warning("%s", message)
            return
        trace = error if logger.isEnabledFor(logging.DEBUG) else None
        logger.warning("%s: %s", message, told(error), exc_info=trace)
