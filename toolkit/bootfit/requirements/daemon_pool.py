"""Threads that nobody has to wait for: one may hang on a server that never answers.

`concurrent.futures` joins its threads when the interpreter ends, so one silent server would
outlive the time limit of a check.
"""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_Task = tuple["Future[Any]", Callable[[], Any]]


class DaemonPool:
    """At most ``threads`` threads, started as they are needed. Close it."""

    def __init__(self, threads: int) -> None:
        self._most = threads
        self._lock = Lock()
        self._threads = 0
        self._idle = 0
        self._closed = False
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()

    def submit(self, call: Callable[P, T], *args: P.args, **known: P.kwargs) -> "Future[T]":
        """Return the future result of ``call``; cancelled where the pool is closed."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
                return future
            self._tasks.put((future, lambda: call(*args, **known)))
            if self._idle:
                self._idle -= 1
            elif self._threads < self._most:
                self._threads += 1
                Thread(target=self._work, daemon=True, name="bootfit-index").start()
        return future

    def close(self) -> None:
        """Cancel what has not begun. What runs is left alone, and nobody waits for it."""
        with self._lock:
            self._closed = True
        while not self._tasks.empty():
            task = self._tasks.get()
            if task is not None:
                task[0].cancel()
        for _ in range(self._threads):
            self._tasks.put(None)

    def _work(self) -> None:
        while task := self._tasks.get():
            future, call = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 - it belongs to who asked
                    future.set_exception(error)
            with self._lock:
                self._idle += 1
