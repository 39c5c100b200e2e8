"""Whether two processes run in one address space, as after vfork(2)."""

import functools
import os
import sys
from collections.abc import Callable

#: The number of kcmp(2), from the kernel's syscall tables; it has no wrapper in libc.
_KCMP = {"x86_64": 312, "aarch64": 272}
_KCMP_VM = 1


def shares_address_space(pid: int, other: int) -> bool | None:
    """Return whether ``pid`` runs in the memory of ``other``, None where the kernel does not tell.

    Asked of the kernel by kcmp(2), which needs no more rights than reading ``smaps_rollup``; some
    sandboxes forbid it.
    """
    call = _kcmp()
    if call is None:
        return None
    answer = call(pid, other)
    return None if answer < 0 else answer == 0


@functools.cache
def _kcmp() -> Callable[[int, int], int] | None:
    """Return the call, None where there is none that answers for this process itself."""
    number = _KCMP.get(os.uname().machine) if sys.platform == "linux" else None
    if number is None:
        return None
    import ctypes

    syscall = ctypes.CDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long

    def kcmp(pid: int, other: int) -> int:
        nothing = ctypes.c_ulong(0)
        found: int = syscall(
            ctypes.c_long(number),
            ctypes.c_long(pid),
            ctypes.c_long(other),
            ctypes.c_long(_KCMP_VM),
            nothing,
            nothing,
        )
        return found

    me = os.getpid()
    return kcmp if kcmp(me, me) == 0 else None
