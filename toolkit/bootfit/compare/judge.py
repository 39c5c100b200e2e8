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
    least: float
    #: The same where a single sample does not tell.
    unknown: float


#: Measured on runs of an app that did not change; a test holds the recorded samples against it.
STEADINESS: dict[FigureName, Steadiness] = {
    "memory": Steadiness(0.0005, 0.003),
    "import-time": Steadiness(0.02, 0.10),
}
#: Standard errors that a difference has to exceed: a run has a few dozen figures, and one false
#: alarm in a hundred runs is too many.
STANDARD_ERRORS = 3.3
#: The standard error of a median is so much more than that of a mean.
_OF_MEDIAN = math.sqrt(math.pi / 2)


@dataclass(frozen=True)
class Judgement:
    """What a difference is, and what it had to exceed, in the unit of the figure."""

    verdict: ChangeVerdict
    threshold: float
    decided_by: Literal["noise", "absolute", "relative"]


def judge(base: Figure, head: Figure, tolerance: Tolerance, noise: float) -> Judgement:
    """Return what to call the difference between ``base`` and ``head``.

    The threshold is the largest of three: what the noise of both runs explains, the absolute
    tolerance, and the relative one (a share of the base).
    """
    limits: dict[Literal["noise", "absolute", "relative"], float] = {
        "noise": noise,
        "absolute": tolerance.absolute,
        "relative": tolerance.relative * max(base.value, 0.0),
    }
    decisive = max(limits, key=lambda name: limits[name])
    difference = head.value - base.value
    verdict: ChangeVerdict = "same"
    if abs(difference) > limits[decisive]:
        verdict = "worse" if difference > 0 else "better"
    return Judgement(verdict, limits[decisive], decisive)


def noise_of_difference(
    figure: FigureName, base: Figure, head: Figure, restlessness: float = 0.0
) -> float:
    """Return how far two medians of an unchanged app may lie apart, in the unit of the figure.

    Samples of one run share what the machine did meanwhile. So a run as a whole may lie off by as
    much as one sample does, however many there are: that is added for both.

    Args:
        figure: which one; what is counted has no noise.
        base: with its noise.
        head: with its noise.
        restlessness: what times scatter by in both runs, all subjects together, as a share: a few
            samples may agree by chance, those of all subjects do not.
    """
    steady = STEADINESS.get(figure)
    if steady is None:
        return 0.0
    level = max(base.value, head.value, 0.0)
    told = [(one.noise, max(one.samples - 1, 1)) for one in (base, head) if one.noise is not None]
    freedom = sum(weight for _, weight in told)
    if freedom:
        pooled = math.sqrt(sum(noise**2 * weight for noise, weight in told) / freedom)
        within = max(pooled, steady.least * level)
    else:
        within = steady.unknown * level
    if figure == "import-time":
        within = max(within, restlessness * level)
    of_medians = _OF_MEDIAN * within * math.sqrt(1 / base.samples + 1 / head.samples)
    return STANDARD_ERRORS * math.hypot(of_medians, math.sqrt(2) * within)
