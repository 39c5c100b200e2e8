"""Termination that runs the clean-up: SIGTERM and SIGHUP as exceptions, or held off."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_HELD = (signal.SIGINT, *_ENDING)


@contextmanager
def endings_as_exceptions() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise ``SystemExit`` (128 + signal) in the body, as Ctrl-C raises.

    Without it these signals end the process at once and leave its children and groups behind. A
    handler that the program set itself stays; so does everything outside the main thread, where
    Python allows no change.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def endings_held_off() -> Iterator[None]:
    """Hold SIGINT, SIGTERM and SIGHUP back until the body, a bounded clean-up, is done.

    The mask holds them from this thread, but then the kernel gives them to another one that does
    not block them, and Python runs the handler in the main thread all the same. So the handlers
    are put aside as well, and what came is raised again at the end.
    """
    came: list[int] = []
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        with _handlers_put_aside(came):
            yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        for number in came:
            signal.raise_signal(number)


@contextmanager
def _handlers_put_aside(came: list[int]) -> Iterator[None]:
    """Let signals do no more than stand in ``came`` while the body runs."""
    if threading.current_thread() is not threading.main_thread():
        # No handler runs in this thread.
        yield
        return
    handlers = {number: signal.getsignal(number) for number in _HELD}
    changed = {
        number: handler
        for number, handler in handlers.items()
        if handler not in (signal.SIG_IGN, None)
    }
    for number in changed:
        signal.signal(number, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in changed.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
