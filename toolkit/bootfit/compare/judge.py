"""Whether a difference is one: beyond what samples scatter, and beyond what is tolerated."""

import math
from dataclasses import dataclass
from typing import Literal

from bootfit.model.comparison import ChangeVerdict, Figure, FigureName
from bootfit.model.tolerances import Tolerance


@dataclass(frozen=True)
class Steadiness:
    """How far a figure of an unchanged app is known to move, as shares of its value."""

    #: From one process to the next; what few samples seem to say is never believed below it.
    within: float
    #: From one run to the next, whatever the number of samples; both runs have it.
    between: float
    #: From one process to the next where a single sample does not tell.
    unknown: float


#: Measured on runs of an app that did not change; a test holds the recorded samples against it.
STEADINESS: dict[FigureName, Steadiness] = {
    "memory": Steadiness(0.0005, 0.0005, 0.01),
    "import-time": Steadiness(0.02, 0.015, 0.10),
}
#: Standard errors that a difference has to exceed. The figures of a run are a few dozen, and one
#: false alarm in a hundred runs is too many: 3.3 leave 1 in 2000 a figure on each side.
STANDARD_ERRORS = 3.3
#: The standard error of a median is so much more than that of a mean.
_OF_MEDIAN = math.sqrt(math.pi / 2)


@dataclass(frozen=True)
class Judgement:
    """What a difference is, and what it had to exceed, in the unit of the figure."""

    verdict: ChangeVerdict
    threshold: float
    decided_by: Literal["noise", "absolute", "relative"]


def judge(figure: FigureName, base: Figure, head: Figure, tolerance: Tolerance) -> Judgement:
    """Return what to call the difference between ``base`` and ``head``.

    The threshold is the largest of three: what the noise of both runs explains, the absolute
    tolerance, and the relative one (a share of the base).
    """
    limits: dict[Literal["noise", "absolute", "relative"], float] = {
        "noise": noise_of_difference(figure, base, head),
        "absolute": tolerance.absolute,
        "relative": tolerance.relative * max(base.value, 0.0),
    }
    decisive = max(limits, key=lambda name: limits[name])
    difference = head.value - base.value
    verdict: ChangeVerdict = "same"
    if abs(difference) > limits[decisive]:
        verdict = "worse" if difference > 0 else "better"
    return Judgement(verdict, limits[decisive], decisive)


def noise_of_difference(figure: FigureName, base: Figure, head: Figure) -> float:
    """Return how far two medians of an unchanged app may lie apart, in the unit of the figure."""
    steady = STEADINESS.get(figure)
    if steady is None:
        return 0.0
    level = max(base.value, head.value, 0.0)
    told = [(one.noise, one.samples - 1) for one in (base, head) if one.noise is not None]
    freedom = sum(weight for _, weight in told)
    if freedom:
        pooled = math.sqrt(sum(noise**2 * weight for noise, weight in told) / freedom)
        within = max(pooled, steady.within * level)
    else:
        within = steady.unknown * level
    of_medians = _OF_MEDIAN * within * math.sqrt(1 / base.samples + 1 / head.samples)
    between = math.sqrt(2) * steady.between * level
    return STANDARD_ERRORS * math.hypot(of_medians, between)
