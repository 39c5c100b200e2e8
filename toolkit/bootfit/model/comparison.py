"""A comparison: the figures of two runs side by side, and what is made of each difference."""

from dataclasses import dataclass
from typing import Literal

FigureName = Literal["memory", "import-time", "download", "installed", "dependencies"]
Unit = Literal["bytes", "seconds", "count"]
ChangeVerdict = Literal["same", "worse", "better", "new", "removed"]

UNITS: dict[FigureName, Unit] = {
    "memory": "bytes",
    "import-time": "seconds",
    "download": "bytes",
    "installed": "bytes",
    "dependencies": "count",
}


@dataclass(frozen=True)
class Figure:
    """One figure of one run: what is quoted, and how far repeated samples lie from it."""

    value: float
    #: Standard deviation of one sample, in the unit of the value, 0 for what is counted; None
    #: where a single sample does not tell.
    noise: float | None = 0.0
    samples: int = 1


@dataclass(frozen=True)
class Change:
    """One figure of one subject in both runs; None where one of them does not have it.

    Memory of an implementation is what it adds to the booted app, where that was measured.
    """

    #: "app", "search:numpy", "all together" (the union of the plugins) or "requirements".
    subject: str
    figure: FigureName
    unit: Unit
    base: Figure | None
    head: Figure | None
    verdict: ChangeVerdict
    #: What the difference has to exceed to be called one, in the unit: the largest of what the
    #: samples scatter, the absolute and the relative tolerance.
    threshold: float = 0.0
    decided_by: Literal["noise", "absolute", "relative", ""] = ""
    #: What is compared where the name does not say: the members of a union, a rung's older name.
    detail: str = ""

    @property
    def difference(self) -> float:
        """Return head less base in the unit of the figure; 0 where one is missing."""
        return self.head.value - self.base.value if self.base and self.head else 0.0

    @property
    def ratio(self) -> float | None:
        """Return the difference as a share of the base; None where that is not above 0."""
        if not self.base or not self.head or self.base.value <= 0:
            return None
        return self.difference / self.base.value


@dataclass(frozen=True)
class Comparison:
    """Two runs of one project: the base (what was) and the head (what is)."""

    #: Where they came from, as people name it: a file.
    base: str
    head: str
    changes: tuple[Change, ...]
    #: What makes the comparison weaker, or is missing in one of the runs; in words.
    weaknesses: tuple[str, ...] = ()
    #: head's import times ÷ base's over all subjects, where the machine was faster or slower; the
    #: base's times were multiplied by it.
    pace: float = 1.0
    #: Whether both were measured in turn, round by round. Import times of the head are then the
    #: base's median times the ratio of the rounds.
    in_turn: bool = False
    #: Distributions, "name version": what the head has and the base has not, and the reverse.
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
