"""Two runs that were measured in turn: each round of the head against the same round of the base.

The load of the machine is in both halves of a round, so that their ratio holds still where the
times themselves do not.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bootfit.compare.noise import deviation

#: Rounds of which the first part is enough for what clearly did not change; a subject that may
#: have changed is measured for so many times as many.
ROUNDS, MORE = 7, 5
#: A share by which imports may seem to take longer without being looked at again.
UNSUSPICIOUS = 0.025
#: What ratios of few rounds seem to scatter by is never believed below it.
_STEADIEST = 0.02
#: Standard errors that a ratio has to exceed.
_STANDARD_ERRORS = 3.3
#: The standard error of a Hodges-Lehmann estimate is so much more than that of a mean.
_OF_ESTIMATE = math.sqrt(math.pi / 3)


@dataclass(frozen=True)
class Ratio:
    """How much longer the head takes: 1.1 is a tenth; and what noise explains, as such a ratio."""

    value: float
    noise: float


def ratio_of(base: Sequence[float], head: Sequence[float]) -> Ratio | None:
    """Return the ratio of the head's times to the base's, round by round; None below two rounds.

    It is the Hodges-Lehmann estimate over the logarithms: the median of the averages of all pairs,
    which an outlier does not move and which scatters less than the median does. Source: J. L.
    Hodges and E. L. Lehmann, "Estimates of location based on rank tests" (1963).

    Raises:
        ValueError: the rounds are not as many.
    """
    pairs = zip(base, head, strict=True)
    logs = [math.log(after / before) for before, after in pairs if after > 0 < before]
    scatter = deviation(logs)
    if scatter is None:
        return None
    averages = [(one + other) / 2 for at, one in enumerate(logs) for other in logs[at:]]
    error = _OF_ESTIMATE * max(scatter, _STEADIEST) / math.sqrt(len(logs))
    return Ratio(math.exp(statistics.median(averages)), math.exp(_STANDARD_ERRORS * error))
