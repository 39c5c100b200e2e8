"""Open the strongest memory limit that this machine allows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from bootfit.limits.cgroup_v1 import CgroupV1
from bootfit.limits.cgroup_v2 import CgroupV2
from bootfit.limits.hierarchies import Hierarchies, read_hierarchies
from bootfit.limits.interface import Boundary, BoundaryReadings, BoundaryUnavailableError
from bootfit.limits.signals import endings_as_exceptions, endings_held_off
from bootfit.limits.systemd_scope import SystemdScope
from bootfit.limits.watchdog import Watchdog
from bootfit.model.errors import UndeterminedError
from bootfit.model.evidence import LimitKind
from bootfit.model.sizes import MIB

__all__ = ["KINDS", "Boundary", "BoundaryReadings", "open_boundary", "strongest_kind"]

_Maker = Callable[[int, float | None, Hierarchies], Boundary]
_MAKERS: dict[LimitKind, _Maker] = {
    "cgroup-v2": CgroupV2,
    "cgroup-v1": CgroupV1,
    "systemd-scope": SystemdScope,
    "watchdog": lambda limit, share, _: Watchdog(limit, share),
}
#: All kinds, the strongest evidence first.
KINDS: tuple[LimitKind, ...] = tuple(_MAKERS)
#: Enough for the shell that tries a kind.
_TRIAL_BYTES = 64 * MIB


@contextmanager
def open_boundary(
    limit_bytes: int,
    *,
    cpu_share: float | None = None,
    kinds: Sequence[LimitKind] | None = None,
    proven: bool = False,
) -> Iterator[Boundary]:
    """Yield an open boundary of the first of ``kinds`` that can be had here.

    On exit, by whatever way (an exception, Ctrl-C, SIGTERM, SIGHUP), everything inside is killed
    and the limit removed. Why stronger kinds could not be had stands in the boundary's ``notes``.

    Args:
        limit_bytes: memory and swap together.
        cpu_share: processors, 0.1 for a tenth of one; None for no limit. Not every kind holds it.
        kinds: which kinds to try, in this order; all of :data:`KINDS` when None.
        proven: they were opened here before, so no process is sent in to try them, which takes
            most of the 17 ms that it takes to open a control group.

    Raises:
        UndeterminedError: none of ``kinds`` can be had.
    """
    hierarchies = read_hierarchies()
    boundary: Boundary | None = None
    with endings_as_exceptions():
        try:
            # Whoever interrupts waits until it is known what there is to close.
            with endings_held_off():
                boundary = _open_first(limit_bytes, cpu_share, kinds or KINDS, hierarchies, proven)
            yield boundary
        finally:
            if boundary is not None:
                with endings_held_off():
                    boundary.close()


@cache
def strongest_kind() -> LimitKind:
    """Return the strongest kind that can be had here, found by opening it once."""
    with open_boundary(_TRIAL_BYTES) as boundary:
        return boundary.kind


def _open_first(
    limit_bytes: int,
    cpu_share: float | None,
    kinds: Sequence[LimitKind],
    hierarchies: Hierarchies,
    proven: bool,
) -> Boundary:
    refusals: list[str] = []
    for kind in kinds:
        boundary = _MAKERS[kind](limit_bytes, cpu_share, hierarchies)
        try:
            boundary.open(trial=not proven)
        except BoundaryUnavailableError as reason:
            refusals.append(f"{kind}: {reason}")
        else:
            if boundary.kind == "watchdog":
                boundary.notes = (*boundary.notes, *refusals)
            return boundary
    raise UndeterminedError(
        "no memory limit can be set on this machine: " + "; ".join(refusals),
        "allow the watchdog, or run as root or with a delegated control group",
    )
