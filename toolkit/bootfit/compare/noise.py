"""What repeated samples say of a figure: its value, and how far one sample lies from it."""

import statistics
from collections.abc import Sequence

from bootfit.model.comparison import Figure

#: From the median absolute deviation to a standard deviation (normal distribution).
_TO_DEVIATION = 1.4826
#: The median absolute deviation of few samples is too small on average; by so much. Source:
#: C. Croux and P. J. Rousseeuw, "Time-efficient algorithms for two highly robust estimators of
#: scale" (1992), table of b_n; n / (n - 0.8) beyond.
_SMALL = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}


def deviation(values: Sequence[float]) -> float | None:
    """Return the robust standard deviation of ``values``, in their unit; None for a single one."""
    count = len(values)
    if count < 2:
        return None
    middle = statistics.median(values)
    scatter = statistics.median(abs(value - middle) for value in values)
    return _TO_DEVIATION * _SMALL.get(count, count / (count - 0.8)) * scatter


def figure_of(values: Sequence[float]) -> Figure:
    """Return the median of ``values`` with their noise.

    Raises:
        statistics.StatisticsError: there is no value.
    """
    return Figure(statistics.median(values), deviation(values), len(values))
