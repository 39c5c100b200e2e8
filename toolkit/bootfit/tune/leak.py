"""A leak: memory at rest that grows with each request, seen over some hundred of them. Pure."""

import statistics
from collections.abc import Sequence
from itertools import combinations

from bootfit.model.sizes import MIB

#: Caches and heaps grow at first; what still grows in the later half is a leak.
_FEWEST_ROUNDS = 8
#: Growth over the later half that no chance explains: memory at rest moves by parts of a MiB.
_NOTICED_BYTES = 1.5 * MIB
#: Share of all pairs of rounds in which the later one holds more.
_RISING = 0.8


def leak_of(rounds: Sequence[tuple[int, int]]) -> float:
    """Return the bytes that a worker keeps of each request, 0 where no leak was noticed.

    The slope is the median over all pairs of rounds (Theil-Sen), which jumps of the allocator
    do not bend.

    Args:
        rounds: requests answered so far, and anonymous bytes at rest then.
    """
    if len(rounds) < _FEWEST_ROUNDS:
        return 0.0
    later = rounds[len(rounds) // 2 :]
    pairs = [(one, other) for one, other in combinations(later, 2) if other[0] > one[0]]
    if not pairs:
        return 0.0
    slopes = [(other[1] - one[1]) / (other[0] - one[0]) for one, other in pairs]
    slope = statistics.median(slopes)
    grown = slope * (later[-1][0] - later[0][0])
    rising = sum(one > 0 for one in slopes) / len(slopes)
    return slope if grown >= _NOTICED_BYTES and rising >= _RISING else 0.0


def noticeable(rounds: Sequence[tuple[int, int]]) -> float:
    """Return the smallest leak in bytes a request that these rounds would have shown."""
    later = rounds[len(rounds) // 2 :]
    seen = later[-1][0] - later[0][0] if len(rounds) >= _FEWEST_ROUNDS else 0
    return _NOTICED_BYTES / seen if seen > 0 else float("inf")
