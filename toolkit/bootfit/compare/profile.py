"""The figures of one run that can be compared with another's."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from bootfit.compare.judge import STEADINESS
from bootfit.compare.noise import figure_of
from bootfit.model.comparison import Figure, FigureName
from bootfit.model.measurement import MeasurementSet, ProbeResult
from bootfit.model.run import Run
from bootfit.model.sizes import MIB

APP, TOGETHER, REQUIREMENTS = "app", "all together", "requirements"
#: Before the name of a distribution: what its modules take where they are imported.
MODULES_OF = "modules of "
#: Groups of modules that take less are not compared, in bytes.
_SMALLEST_GROUP = MIB
#: What memory of a group of modules scatters by, as a share, from one traced run to the next.
NOISE_OF_GROUP = 0.01

Key = tuple[str, FigureName]


@dataclass(frozen=True)
class Profile:
    """What one run says, or a baseline that was made from one."""

    #: Where it comes from, as people name it.
    origin: str
    project: str
    target: str
    figures: Mapping[Key, Figure] = field(default_factory=dict)
    #: Subject → CPU seconds of its import, sample by sample, in the order they were taken.
    rounds: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    #: What "all together" is made of.
    together: tuple[str, ...] = ()
    #: Subject → why it has no figures: "not installed: …".
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    #: "CPython 3.11.9", and the machine's architecture; "" where nothing was measured.
    python: str = ""
    machine: str = ""
    #: What was installed where it was measured: "name version", or nothing but its digest.
    installed: tuple[str, ...] = ()
    installed_digest: str = ""
    #: What the target installs: "name version"; empty where that is not known.
    distributions: tuple[str, ...] = ()
    #: Subject → where its implementation is found ("module:attribute"), for renamed ones.
    targets: Mapping[str, str] = field(default_factory=dict)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Return what there are figures of, in the order of the run."""
        return tuple(dict.fromkeys(subject for subject, _ in self.figures))


def profile_of(run: Run, origin: str) -> Profile:
    """Return the comparable figures of ``run``; ``origin`` names it in what is told."""
    profile = Profile(origin, run.project, run.target)
    if run.measurements is not None:
        profile = _measured(profile, run.measurements)
    if run.app is not None:
        profile = replace(
            profile,
            targets={
                f"{plugin.name}:{rung.name}": rung.target or ",".join(rung.imports)
                for plugin in run.app.plugins
                for rung in plugin.ladder
            },
        )
    if run.check is None or not run.check.resolved:
        return profile
    figures: dict[Key, Figure] = {
        (REQUIREMENTS, "dependencies"): Figure(len(run.check.distributions))
    }
    if run.check.download_bytes is not None:
        figures[REQUIREMENTS, "download"] = Figure(run.check.download_bytes)
    if run.check.installed_bytes is not None:
        figures[REQUIREMENTS, "installed"] = Figure(run.check.installed_bytes)
    return replace(
        profile,
        figures={**profile.figures, **figures},
        distributions=tuple(sorted(f"{d.name} {d.version}" for d in run.check.distributions)),
    )


def digest(installed: Sequence[str]) -> str:
    """Return what tells one set of "name version" from another; "" for none."""
    return sha256("\n".join(sorted(installed)).encode()).hexdigest()[:16] if installed else ""


def _measured(profile: Profile, measured: MeasurementSet) -> Profile:
    figures: dict[Key, Figure] = {}
    rounds: dict[str, tuple[float, ...]] = {}
    unmeasured: dict[str, str] = {}
    together: tuple[str, ...] = ()
    if measured.app.figures:
        figures.update(_figures(APP, measured.app, Figure(0.0)))
        app_memory = figures[APP, "memory"]
        rounds[APP] = measured.app.figures.import_cpu_seconds.values
    else:
        unmeasured[APP] = _why(measured.app)
        app_memory = Figure(0.0)
    for subject in _single(measured):
        chosen = measured.of("on_top", subject) or measured.of("alone", subject)
        if chosen is None or chosen.figures is None:
            unmeasured[subject] = _why(chosen)
            continue
        below = app_memory if chosen.mode == "on_top" else Figure(0.0)
        figures.update(_figures(subject, chosen, below))
        rounds[subject] = chosen.figures.import_cpu_seconds.values
    for union in (one for one in measured.probes if one.mode == "union"):
        if union.figures is None:
            unmeasured[TOGETHER] = _why(union)
        elif len(union.implementations) >= len(together):
            together = union.implementations
            figures[TOGETHER, "memory"] = figure_of(union.figures.peak_anonymous_bytes.values)
    figures.update(_groups(measured))
    conditions = measured.conditions
    installed = tuple(sorted(f"{name} {version}" for name, version in conditions.installed))
    return replace(
        profile,
        figures=figures,
        rounds=rounds,
        together=together,
        unmeasured=unmeasured,
        python=conditions.python,
        machine=conditions.machine,
        installed=installed,
        installed_digest=digest(installed),
    )


def _figures(subject: str, probe: ProbeResult, below: Figure) -> dict[Key, Figure]:
    """Return memory and import time; the memory less what stands below it, with the noise of both.

    The process moves by a share of all that it takes, and not of what is left.
    """
    if probe.figures is None:
        return {}
    memory = figure_of(probe.figures.peak_anonymous_bytes.values)
    if memory.noise is not None:
        own = max(memory.noise, STEADINESS["memory"].least * memory.value)
        memory = replace(memory, noise=math.hypot(own, below.noise or 0.0))
    return {
        (subject, "memory"): replace(memory, value=memory.value - below.value),
        (subject, "import-time"): figure_of(probe.figures.import_cpu_seconds.values),
    }


def _groups(measured: MeasurementSet) -> dict[Key, Figure]:
    """Return what the modules of each distribution took themselves, where they took the most.

    It comes from one traced run, which does not tell its noise: a share stands in for it.
    """
    largest: dict[str, int] = {}
    for owner in (one for tree in measured.attribution for one in tree.owners):
        if owner.kind == "distribution":
            largest[owner.name] = max(largest.get(owner.name, 0), owner.own.anonymous_bytes)
    return {
        (f"{MODULES_OF}{name}", "memory"): Figure(size, NOISE_OF_GROUP * size)
        for name, size in sorted(largest.items())
        if size >= _SMALLEST_GROUP
    }


def _single(measured: MeasurementSet) -> tuple[str, ...]:
    singles = (one for one in measured.probes if one.mode in ("alone", "on_top"))
    return tuple(dict.fromkeys(one.subject for one in singles))


def _why(probe: ProbeResult | None) -> str:
    if probe is None:
        return "not probed"
    return f"{probe.status.replace('_', ' ')}: {probe.detail}".removesuffix(": ")
