"""Whether a rung's memory fits beside what the rungs that were admitted before may still take.

A rung is measured at its work, so that loading it takes but a part of its cost. The rest stays
reserved for it: else a second rung would be admitted into memory that the first one's calls need.

What another worker of the same server has taken counts as used; what it was admitted for and has
not taken yet is kept for it as well (`neighbours`). Other servers in the same container are not
known here.

A plan states costs that were measured together (`BOOTFIT_COST`): whichever of them is loaded first
takes the modules that they share, so that they are reserved for as one. Declared costs were each
measured alone, and are reserved for one by one. A reservation does not shrink where calls leave
memory taken for good: then it counts twice, and the next rung is declined rather than the process
killed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from bootfit.lazy.memory_left import Room
    from bootfit.lazy.neighbours import Neighbours

#: This part of the limit is never given to a rung: requests under way take memory as well.
HEADROOM = 0.05


class Admission:
    """The reservations of one registry. To be used under its load lock.

    Args:
        root: the folder that holds `proc`.
        room: returns the memory limit and its use, or None where there is none.
    """

    __slots__ = ("_neighbours", "_planned", "_room", "_root", "_unspent")

    def __init__(self, root: str, room: Callable[[], Room | None]) -> None:
        self._root = root
        self._room = room
        self._unspent: dict[tuple[str, str], int] = {}
        self._neighbours: Neighbours | None = None
        #: Cost less growth of the loaded rungs that a plan measured together; may be below zero.
        self._planned = 0

    def refusal(self, cost_bytes: int | None) -> str | None:
        """Return why a rung of that cost would not fit in what is left, or None where it does."""
        if cost_bytes is None:
            return None
        room = self._room()
        if room is None:
            return None
        reserved = sum(self._unspent.values()) + max(0, self._planned)
        headroom = int(room.limit_bytes * HEADROOM)
        left = max(0, room.left_bytes - reserved - headroom)

        def fits(others_bytes: int) -> bool:
            return cost_bytes <= left - others_bytes

        others = self._others().promise(cost_bytes, fits)
        if fits(others):
            return None
        return (
            f"needs {_mib(cost_bytes)}, {_mib(room.left_bytes)} left of "
            f"{_mib(room.limit_bytes)} ({room.source}), less {_mib(headroom)} of headroom and "
            f"{_mib(reserved)} that loaded implementations may still take"
            + (f" and {_mib(others)} that other workers' may" if others else "")
        )

    def take_back(self, cost_bytes: int | None) -> None:
        """Give back what was admitted: the rung could not be loaded."""
        if cost_bytes is not None and self._neighbours is not None:
            self._neighbours.take_back(cost_bytes)

    def taken_bytes(self) -> int:
        """Return the anonymous memory of this process alone; 0 where it cannot be read.

        The process's own, for what other workers take meanwhile is no part of a rung's cost.
        """
        from bootfit.lazy.neighbours import anonymous_bytes

        return anonymous_bytes(self._root, "self")

    def _others(self) -> Neighbours:
        from bootfit.lazy.neighbours import Neighbours

        if self._neighbours is None:
            self._neighbours = Neighbours(self._root)
        return self._neighbours

    def reserve(
        self, rung: tuple[str, str], cost_bytes: int | None, grown_bytes: int, *, planned: bool
    ) -> None:
        """Keep for ``rung`` what it has not taken of its cost while it was loaded.

        Reserved once it is loaded, not before: a plugin that it loads in doing so is a part of
        what was measured for it.
        """
        if cost_bytes is None:
            return
        unspent = cost_bytes - max(0, grown_bytes)
        if planned:
            self._planned += unspent
        else:
            self._unspent[rung] = max(0, unspent)


def _mib(size_bytes: int) -> str:
    """Return bytes for people."""
    return f"{size_bytes / 1024**2:.1f} MiB"
