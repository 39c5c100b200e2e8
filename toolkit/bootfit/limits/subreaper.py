"""Adopt orphans: on Linux, make this process the new parent of descendants that lost theirs.

A daemon that forks twice leaves its tree; as the child of a subreaper it can still be found,
killed and reaped. prctl(2), PR_SET_CHILD_SUBREAPER, since Linux 3.4.
"""

import contextlib
import sys
import threading
from collections.abc import Iterator

_PR_SET_CHILD_SUBREAPER = 36
_lock = threading.Lock()
_users = 0


@contextlib.contextmanager
def adopting_orphans() -> Iterator[bool]:
    """Adopt orphaned descendants while the context is open; yields whether the kernel does it.

    Contexts may overlap, also between threads: the last one out switches it off.
    """
    global _users  # noqa: PLW0603 - the flag that it counts is the process's own
    with _lock:
        _users += 1
        done = _set(on=True)
    try:
        yield done
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _set(on=False)


def _set(*, on: bool) -> bool:
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, int(on), 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
