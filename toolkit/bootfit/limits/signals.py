"""Termination that runs the clean-up: SIGTERM and SIGHUP as exceptions, or held off."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


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
    """Hold SIGINT, SIGTERM and SIGHUP back until the body, a bounded clean-up, is done."""
    held = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, *_ENDING))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
