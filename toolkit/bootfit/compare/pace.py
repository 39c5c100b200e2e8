"""The pace of two machines: what all imports together say of how fast and how busy each was."""

import statistics
from collections.abc import Mapping

from bootfit.compare.profile import Profile
from bootfit.model.comparison import Figure, FigureName

#: Of shorter imports the ratio says nothing, and so few that most may really have changed neither.
_SHORTEST_SECONDS, _FEWEST = 0.01, 5


def pace_of(base: Profile, head: Profile, same: Mapping[str, str]) -> float:
    """Return how much longer all imports take in ``head`` than in ``base``: 1.1 is a tenth longer.

    It is the median over all subjects, so that a plugin that became slower does not move it; 1.0
    where too few can be compared. ``same`` maps subjects of the head to those of the base.
    """
    ratios = []
    for subject, older in same.items():
        before, after = (
            base.figures.get((older, "import-time")),
            head.figures.get((subject, "import-time")),
        )
        if before and after and min(before.value, after.value) >= _SHORTEST_SECONDS:
            ratios.append(after.value / before.value)
    return statistics.median(ratios) if len(ratios) >= _FEWEST else 1.0


def restlessness_of(base: Profile, head: Profile) -> float:
    """Return what one sample of an import time scatters by, as a share: the median over all.

    0 where too few subjects tell.
    """
    shares = [
        figure.noise / figure.value
        for profile in (base, head)
        for (_, name), figure in profile.figures.items()
        if name == "import-time" and figure.noise is not None and figure.value >= _SHORTEST_SECONDS
    ]
    return statistics.median(shares) if len(shares) >= _FEWEST else 0.0


def at_pace(name: FigureName, figure: Figure, pace: float) -> Figure:
    """Return ``figure`` as it would be on a machine of that pace; only times have one."""
    if name != "import-time":
        return figure
    noise = None if figure.noise is None else figure.noise * pace
    return Figure(figure.value * pace, noise, figure.samples)
