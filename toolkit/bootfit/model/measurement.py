"""Measurements: samples of time and memory, with the conditions they were taken in."""

import statistics
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from bootfit.model.attribution import ModuleTree
from bootfit.model.evidence import LimitKind

ProbeMode = Literal["app", "alone", "on_top", "union"]
ProbeStatus = Literal[
    "measured",
    "not_installed",
    "raised",
    "crashed",
    "killed",
    "timed_out",
    "out_of_memory",
    "flooded",
]


@dataclass(frozen=True)
class Samples:
    """Values of one figure from several fresh processes, in one unit; at least one."""

    values: Annotated[tuple[float, ...], Meta(min_length=1)]

    @property
    def median(self) -> float:
        """The figure to quote."""
        return statistics.median(self.values)

    @property
    def minimum(self) -> float:
        """The smallest sample."""
        return min(self.values)

    @property
    def maximum(self) -> float:
        """The largest sample."""
        return max(self.values)

    @property
    def spread(self) -> float:
        """Return (maximum - minimum) / median; 0 for a median of 0."""
        return (self.maximum - self.minimum) / self.median if self.median else 0.0


@dataclass(frozen=True)
class ProbeFigures:
    """What one kind of probe cost.

    Memory is anonymous (Pss_Anon) over the process tree unless the name says otherwise; on top of
    the app it includes the app.
    """

    #: CPU seconds less garbage-collector pauses.
    import_cpu_seconds: Samples
    import_wall_seconds: Samples
    #: The slower of two exercises in a row.
    exercise_cpu_seconds: Samples
    anonymous_after_import_bytes: Samples
    anonymous_after_exercise_bytes: Samples
    peak_anonymous_bytes: Samples
    #: Peak of a second exercise less what stood before it: what a request needs once all is loaded.
    transient_bytes: Samples
    high_water_rss_bytes: Samples
    file_backed_bytes: Samples
    modules: Samples
    #: The part of the peak that belongs to child processes (a solver).
    children_peak_bytes: Samples
    #: Page tables, stacks, sockets and file entries in the kernel on behalf of the whole tree, at
    #: their height; None where no control group tells.
    kernel_bytes: Samples | None = None
    #: The control group's own peak, page cache included: what reading a dashboard shows.
    group_peak_bytes: Samples | None = None
    file_backed_after_import_bytes: Samples | None = None
    file_backed_after_exercise_bytes: Samples | None = None
    #: Alive in the whole tree at the end of some phase, the most of them.
    threads: Samples | None = None
    #: Processes that were seen below the probe; one that lived for 4 ms or less may be missed.
    children: Samples | None = None
    #: Files that the probe itself had mapped.
    mapped_files: Samples | None = None
    #: Modules that were named in lazy imports (PEP 810).
    lazy_modules: Samples | None = None
    #: Modules whose ``.pyc`` file is not there, so that every start compiles them.
    uncompiled_modules: Samples | None = None
    #: Anonymous bytes that one more exercise leaves behind, from one run of up to ten; None where
    #: too few exercises fit into a second.
    growth_bytes: Samples | None = None


@dataclass(frozen=True)
class ProbeResult:
    """The outcome of one kind of probe, whatever it was."""

    #: ("meal_distribution:scikit_learn",); several for a union; empty for the app.
    implementations: tuple[str, ...]
    mode: ProbeMode
    status: ProbeStatus
    #: Why it was not measured, in one line; empty when it was.
    detail: str = ""
    figures: ProbeFigures | None = None

    @property
    def subject(self) -> str:
        """Return what people call it."""
        return " + ".join(self.implementations) if self.implementations else "app"


@dataclass(frozen=True)
class ServingResult:
    """What gunicorn with one worker took while it answered the app's own requests, with room.

    It had four times the budget, so that what requests take is seen and not what a limit leaves.

    Memory is anonymous; the worker's includes the app, its plugins and child processes.
    """

    #: The rung of every plugin that was allowed.
    implementations: tuple[str, ...]
    threads: int
    preload: bool
    status: Literal["measured", "failed"]
    #: Why it was not measured, in one line; empty when it was.
    detail: str = ""
    master_bytes: int = 0
    worker_peak_bytes: int = 0
    #: Of all of its processes, where a control group told.
    kernel_bytes: int | None = None
    requests: int = 0
    #: After each round of load: requests answered so far, and anonymous bytes at rest then.
    rounds: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Conditions:
    """What the samples depend on."""

    interpreter: str
    python: str
    machine: str
    kernel: str
    cgroup: Literal["v1", "v2", "none"]
    load_average: float
    samples: int
    #: Distribution name and version of everything installed for that interpreter.
    installed: tuple[tuple[str, str], ...]
    #: What held the memory of each probe ("watchdog": sampled, not by the kernel), and at what.
    limit_kind: LimitKind | None = None
    limit_bytes: int | None = None


@dataclass(frozen=True)
class MeasurementSet:
    """All that `measure` learned about a project."""

    conditions: Conditions
    app: ProbeResult
    probes: tuple[ProbeResult, ...]
    #: Taken where a plan is to be made.
    serving: tuple[ServingResult, ...] = ()
    #: Of the app, and of each implementation that was measured on top of it: one traced run.
    attribution: tuple[ModuleTree, ...] = ()

    def attributed(self, *implementations: str) -> ModuleTree | None:
        """Return the tree of exactly these implementations; of the app where none is named."""
        found = (tree for tree in self.attribution if tree.implementations == implementations)
        return next(found, None)

    def of(self, mode: ProbeMode, *implementations: str) -> ProbeResult | None:
        """Return the result for exactly these implementations in that mode, if it was probed."""
        wanted = frozenset(implementations)
        for probe in self.probes:
            if probe.mode == mode and frozenset(probe.implementations) == wanted:
                return probe
        return None
