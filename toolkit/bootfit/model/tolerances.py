"""How much a figure may grow between two runs, and how high it may be at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bootfit.model.comparison import FigureName
from bootfit.model.sizes import MIB


@dataclass(frozen=True)
class Tolerance:
    """A figure has grown where it did so by more than both, and by more than its noise."""

    #: In the unit of the figure: bytes, seconds, how many.
    absolute: float
    #: Share of the base.
    relative: float


#: Memory repeats to a few KiB; 0.5 MiB are seen in pandas, and less is nobody's concern. Seconds
#: depend on the machine's load even where they are CPU seconds, and 10 ms are not noticed.
DEFAULTS: Mapping[FigureName, Tolerance] = {
    "memory": Tolerance(0.5 * MIB, 0.01),
    "import-time": Tolerance(0.010, 0.05),
    "download": Tolerance(1.0 * MIB, 0.02),
    "installed": Tolerance(1.0 * MIB, 0.02),
    "dependencies": Tolerance(0, 0.0),
}


@dataclass(frozen=True)
class Allowance:
    """What the project allows one subject beyond what it allows all."""

    tolerances: Mapping[FigureName, Tolerance] = field(default_factory=dict)
    #: What the head's figure may be at most, whatever the base's is.
    most: Mapping[FigureName, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Allowances:
    """What the project allows: for all subjects, and for "app", a plugin or one of its rungs."""

    general: Mapping[FigureName, Tolerance] = field(default_factory=lambda: DEFAULTS)
    subjects: Mapping[str, Allowance] = field(default_factory=dict)

    def tolerance(self, subject: str, figure: FigureName) -> Tolerance:
        """Return what ``figure`` of ``subject`` may grow by: the nearest that is stated."""
        for name in _names(subject):
            stated = self.subjects.get(name)
            if stated and figure in stated.tolerances:
                return stated.tolerances[figure]
        return self.general.get(figure, DEFAULTS[figure])

    def most(self, subject: str, figure: FigureName) -> float | None:
        """Return what ``figure`` of ``subject`` may be at most, None for as much as it likes."""
        for name in _names(subject):
            stated = self.subjects.get(name)
            if stated and figure in stated.most:
                return stated.most[figure]
        return None


def _names(subject: str) -> tuple[str, ...]:
    """Return what a subject is configured by: ``plugin:implementation``, else its plugin.

    The modules of a distribution are configured by its name.
    """
    if subject.startswith("modules of "):
        return (subject, subject.removeprefix("modules of "))
    return (subject, subject.partition(":")[0]) if ":" in subject else (subject,)
