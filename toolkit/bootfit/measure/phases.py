"""What one probe went through: its phases, each with the memory of the tree while it lasted."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bootfit.limits.accounting import Basis
from bootfit.model.measurement import ProbeFigures, Samples


@dataclass(frozen=True)
class Reading:
    """Memory at the end of a phase, and its peaks since the phase before ended. Bytes."""

    anonymous_bytes: int
    file_backed_bytes: int
    peak_anonymous_bytes: int
    #: Of the processes below the root.
    peak_children_bytes: int
    #: Of the root alone, as the kernel kept it.
    high_water_rss_bytes: int
    basis: Basis
    #: Of the tree, its highest so far; None where no control group tells.
    kernel_bytes: int | None = None
    #: The control group's own peak so far, page cache included; None where there is none.
    group_peak_bytes: int | None = None
    #: Alive in the whole tree; None where the system does not tell.
    threads: int | None = None
    #: Files that the root has mapped; None where the system does not tell.
    mapped_files: int | None = None
    #: Processes below the root that were seen so far.
    children: int = 0


@dataclass(frozen=True)
class Phase:
    """A phase that the agent told the end of: started, app, loaded, exercised, repeated, done."""

    name: str
    event: Mapping[str, object]
    reading: Reading

    def number(self, key: str) -> float:
        """Return a number that the agent told with it, 0 when it told none."""
        value = self.event.get(key, 0)
        return float(value) if isinstance(value, int | float) else 0.0


@dataclass(frozen=True)
class RunFigures:
    """The figures of one run; see `bootfit.model.measurement.ProbeFigures` for their meaning."""

    import_cpu_seconds: float
    import_wall_seconds: float
    exercise_cpu_seconds: float
    anonymous_after_import_bytes: float
    anonymous_after_exercise_bytes: float
    peak_anonymous_bytes: float
    transient_bytes: float
    high_water_rss_bytes: float
    file_backed_bytes: float
    modules: float
    children_peak_bytes: float
    file_backed_after_import_bytes: float
    file_backed_after_exercise_bytes: float
    children: float
    lazy_modules: float
    uncompiled_modules: float
    kernel_bytes: float | None = None
    group_peak_bytes: float | None = None
    threads: float | None = None
    mapped_files: float | None = None


#: Exercises after the second one that are needed to tell growth from a cache that fills.
_FEWEST_ROUNDS = 3
_MEASURED = ("started", "app", "loaded", "exercised", "repeated")


def figures_of_run(phases: Sequence[Phase]) -> RunFigures:
    """Return the figures of one complete run.

    The import is the last thing that was imported: the rungs, else the app, else nothing. The
    exercise counts as the slower of its two rounds. The transient is the highest peak of a second
    exercise above what stood before it.

    Raises:
        ValueError: the run never started.
    """
    measured = [phase for phase in phases if phase.name in _MEASURED]
    imports = [phase for phase in measured if phase.name in ("started", "app", "loaded")]
    if not imports:
        raise ValueError("a run without a first phase")
    imported = imports[-1]
    rounds = [
        sum(phase.number("cpu") for phase in measured if phase.name == name)
        for name in ("exercised", "repeated")
    ]
    transients = [
        phase.reading.peak_anonymous_bytes - before.reading.anonymous_bytes
        for before, phase in pairwise(measured)
        if phase.name == "repeated"
    ]
    readings = [phase.reading for phase in measured]
    return RunFigures(
        import_cpu_seconds=imported.number("cpu"),
        import_wall_seconds=imported.number("wall"),
        exercise_cpu_seconds=max(rounds),
        anonymous_after_import_bytes=imported.reading.anonymous_bytes,
        anonymous_after_exercise_bytes=readings[-1].anonymous_bytes,
        peak_anonymous_bytes=max(reading.peak_anonymous_bytes for reading in readings),
        transient_bytes=max(0, *transients, 0),
        high_water_rss_bytes=max(reading.high_water_rss_bytes for reading in readings),
        file_backed_bytes=max(reading.file_backed_bytes for reading in readings),
        modules=imported.number("modules"),
        children_peak_bytes=max(reading.peak_children_bytes for reading in readings),
        file_backed_after_import_bytes=imported.reading.file_backed_bytes,
        file_backed_after_exercise_bytes=readings[-1].file_backed_bytes,
        children=readings[-1].children,
        lazy_modules=phases[-1].number("lazy"),
        uncompiled_modules=phases[-1].number("uncompiled"),
        kernel_bytes=_highest(one.kernel_bytes for one in readings),
        group_peak_bytes=_highest(one.group_peak_bytes for one in readings),
        threads=_highest(one.threads for one in readings),
        mapped_files=_highest(one.mapped_files for one in readings),
    )


def growth_of_run(phases: Sequence[Phase]) -> float | None:
    """Return the anonymous bytes that one more exercise leaves behind, None where too few tell.

    That is the median of what each exercise added after the second one: what is kept once, like a
    cache that fills, does not count.
    """
    rounds = [phase for phase in phases if phase.name in ("repeated", "grown")]
    sizes = [phase.reading.anonymous_bytes for phase in rounds]
    if len(sizes) <= _FEWEST_ROUNDS:
        return None
    return max(0.0, statistics.median(after - before for before, after in pairwise(sizes)))


def _highest(values: Iterable[int | None]) -> float | None:
    return max((one for one in values if one is not None), default=None)


#: What sampling can miss of a child process that lives for some milliseconds.
_MAY_MISS_CHILDREN = frozenset({"peak_anonymous_bytes", "transient_bytes", "children_peak_bytes"})
#: A run that saw less of its children than this share of what the best run saw, missed them.
_SEEN = 0.9


def samples_of_runs(runs: Sequence[RunFigures]) -> ProbeFigures:
    """Return the runs' figures side by side, in the order of the runs.

    Peaks are taken from the runs that saw the child processes: what is sampled of a child is a
    lower bound, and a run that saw much less of it than another came too late.

    Raises:
        ValueError: there is no run.
    """
    if not runs:
        raise ValueError("no run to take figures from")
    most = max(run.children_peak_bytes for run in runs)
    seeing = [run for run in runs if run.children_peak_bytes >= _SEEN * most]
    samples: dict[str, Any] = {}
    for name in RunFigures.__dataclass_fields__:
        told = [getattr(run, name) for run in (seeing if name in _MAY_MISS_CHILDREN else runs)]
        known = tuple(value for value in told if value is not None)
        samples[name] = Samples(known) if known else None
    return ProbeFigures(**samples)


def peak_from_high_water(
    high_water_rss: int, most_file_backed: int, processors: int, page_bytes: int = 4096
) -> int:
    """Return a lower bound of the anonymous peak that no sampling can miss, 0 when there is none.

    What was resident at the peak and is not of a file is anonymous. The kernel counts resident
    pages per processor and sums them up late (Linux 6.2, `percpu_counter`): by up to
    max(32, 2·processors) pages on each, which are taken off.
    """
    lag = max(32, 2 * processors) * processors * page_bytes
    return max(0, high_water_rss - most_file_backed - lag)
