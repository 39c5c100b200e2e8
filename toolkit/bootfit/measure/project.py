"""Measure a project: every implementation alone, on top of the app, and together."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from bootfit.limits.accounting import Basis
from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import (
    AgentRun,
    Setting,
    in_parallel,
    memory_limit,
    run_agent,
)
from bootfit.measure.attribution import rung_order, rungs_of, trace_imports, tree_of
from bootfit.measure.conditions import Survey, survey
from bootfit.measure.description import cannot_import
from bootfit.measure.environment import ask_environment
from bootfit.measure.findings import findings_of, install
from bootfit.measure.outcome import Outcome, outcome
from bootfit.measure.phases import figures_of_run, growth_of_run, samples_of_runs
from bootfit.model.app import AppDescription, ImplementationDeclaration
from bootfit.model.attribution import ModuleTree
from bootfit.model.environment import Environment
from bootfit.model.finding import Finding, Place
from bootfit.model.measurement import MeasurementSet, ProbeMode, ProbeResult, Samples
from bootfit.model.sizes import MIB

#: The warm-up is no sample, so what it exercises beyond the second time costs no figure.
_ROUNDS_OF_WARM_UP = 8
#: What adds less of both to the app has nothing to tell of its imports.
_TOLD_BYTES, _TOLD_SECONDS = 1 * MIB, 0.05
Progress = Callable[[str], None]
_LABELS: dict[ProbeMode, str] = {
    "app": "imported",
    "alone": "alone",
    "on_top": "on top of the app",
    "union": "together",
}


def measure_project(
    description: AppDescription,
    root: Path,
    interpreter: Path,
    *,
    samples: int = 3,
    jobs: int = 2,
    budget_bytes: int | None = None,
    import_seconds: float | None = None,
    unions: Sequence[Sequence[str]] | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
    progress: Progress = lambda _text: None,
) -> tuple[MeasurementSet, tuple[Finding, ...]]:
    """Return what the app and each implementation cost, and the findings.

    Each sample is a fresh process. The first run of each implementation is thrown away: it writes
    the ``.pyc`` files, and where it fails, its failure is the result. One more run, of the app and
    of each implementation that takes a MiB or 0.05 s, tells what each import takes; it is no
    sample.

    Args:
        description: what `describe` returned.
        root: the project.
        interpreter: the project's Python.
        samples: fresh processes for each figure.
        jobs: how many probes run at a time.
        budget_bytes: what the app and one implementation may take together.
        import_seconds: what loading one implementation may take.
        unions: sets of "plugin:implementation" to load together on top of the app; by default
            the richest one of each plugin that could be measured.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that one probe may take.
        progress: told about each probe in a short text.

    Raises:
        UndeterminedError: the app itself cannot be imported, or the interpreter does not answer.
        UsageError: an unknown implementation in ``unions``; no interpreter.
    """
    root = root.resolve()
    setting = Setting(
        root,
        interpreter,
        time_limit_seconds,
        memory_limit(budget_bytes, jobs),
        environment=environment or {},
        budget_bytes=budget_bytes,
    )
    for union in unions or ():
        rungs_of(description, union)
    with endings_as_exceptions():
        seen = survey(setting, description.plugins, samples)
        session = _Session(description, setting, seen, samples, progress)
        subjects = [f"{one.name}:{rung.name}" for one in description.plugins for rung in one.ladder]
        session.expect(len(subjects) * (2 * samples + 1) + samples + 1)
        singles = [partial(session.measure_alone_and_on_top, subject) for subject in subjects]
        in_parallel([session.measure_app, *singles], jobs, session.stop)
        wanted = [tuple(one) for one in unions] if unions is not None else session.richest()
        session.expect(len(wanted) * samples)
        in_parallel([partial(session.measure_union, one) for one in wanted], jobs, session.stop)
        session.installed = ask_environment(setting)
        whole: list[tuple[str, ...]] = [()] if description.app else []
        whole += [(one,) for one in subjects if session.weighs(one)]
        session.expect(len(whole))
        in_parallel([partial(session.attribute, one) for one in whole], jobs, session.stop)
    measurements = session.measurement_set()
    found = findings_of(
        measurements,
        description,
        budget_bytes=budget_bytes,
        import_seconds=import_seconds,
        places=session.places,
        left_processes=session.left_processes,
        basis=session.basis,
    )
    return measurements, found


def measure_union(
    description: AppDescription,
    root: Path,
    interpreter: Path,
    implementations: Sequence[str],
    *,
    samples: int = 3,
    jobs: int = 2,
    budget_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
    progress: Progress = lambda _text: None,
) -> ProbeResult:
    """Return what these implementations cost together, on top of the app.

    Args:
        description: what `describe` returned.
        root: the project.
        interpreter: the project's Python.
        implementations: each "plugin:implementation".
        samples: fresh processes.
        jobs: how many of them run at a time.
        budget_bytes: what the app and all of them may take; a probe may take more, not much more.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that one probe may take.
        progress: told about each probe in a short text.

    Raises:
        UsageError: an unknown implementation; no interpreter.
        UndeterminedError: the interpreter does not answer.
    """
    rungs_of(description, implementations)
    setting = Setting(
        root.resolve(),
        interpreter,
        time_limit_seconds,
        memory_limit(budget_bytes, jobs),
        environment=environment or {},
        budget_bytes=budget_bytes,
    )
    with endings_as_exceptions():
        seen = survey(setting, description.plugins, samples)
        session = _Session(description, setting, seen, samples, progress)
        session.expect(samples)
        in_parallel([partial(session.measure_union, tuple(implementations))], jobs, session.stop)
    return session.results["union", tuple(implementations)]


class _StoppedError(Exception):
    """Another thread failed or was interrupted, and this one's probe was ended for it."""


@dataclass
class _Session:
    """The probes of one project, run from several threads."""

    description: AppDescription
    setting: Setting
    seen: Survey
    samples: int
    progress: Progress
    stop: threading.Event = field(default_factory=threading.Event)
    results: dict[tuple[ProbeMode, tuple[str, ...]], ProbeResult] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    #: What became of the last run that failed, by subject.
    failures: dict[str, Outcome] = field(default_factory=dict)
    left_processes: set[tuple[str, str]] = field(default_factory=set)
    trees: dict[tuple[str, ...], ModuleTree] = field(default_factory=dict)
    installed: Environment = field(default_factory=lambda: Environment(()))
    basis: Basis = "pss_anon"
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _started: int = 0
    _expected: int = 0

    def expect(self, runs: int) -> None:
        """Count ``runs`` more in what the progress says."""
        self._expected += runs

    def measure_app(self, stop: threading.Event) -> None:
        """Measure the app's own import.

        Raises:
            UndeterminedError: it cannot be imported.
        """
        result = self._probe("app", (), stop, warm_up=True)
        if result.status != "measured":
            raise cannot_import(self.failures["app"], self.description.app, "", self.setting)

    def measure_alone_and_on_top(self, subject: str, stop: threading.Event) -> None:
        """Measure one implementation in both ways; one that hangs is not tried twice."""
        (rung,) = rungs_of(self.description, (subject,))
        missing = sorted(self.seen.missing.intersection(rung.imports))
        if missing:
            absent = f"{', '.join(missing)} cannot be imported; {install(rung)}"
            for mode in ("alone", "on_top"):
                self._record(ProbeResult((subject,), mode, "not_installed", absent))
            self._skip(2 * self.samples + 1)
            return
        alone = self._probe("alone", (subject,), stop, warm_up=True)
        if alone.status in ("timed_out", "not_installed"):
            self._record(replace(alone, mode="on_top"))
            self._skip(self.samples)
        else:
            self._probe("on_top", (subject,), stop)

    def measure_union(self, implementations: tuple[str, ...], stop: threading.Event) -> None:
        """Measure implementations together; one alone has been measured on top of the app."""
        known = self.results.get(("on_top", implementations))
        if known is not None:
            self._record(replace(known, mode="union"))
            self._skip(self.samples)
        else:
            self._probe("union", implementations, stop)

    def works(self, subject: str) -> bool:
        """Return whether an implementation was measured on top of the app."""
        return self.results["on_top", (subject,)].status == "measured"

    def weighs(self, subject: str) -> bool:
        """Return whether an implementation takes enough that its imports are worth telling."""
        app, own = self.results["app", ()].figures, self.results["on_top", (subject,)].figures
        if own is None or app is None:
            return False
        added = own.peak_anonymous_bytes.median - app.peak_anonymous_bytes.median
        return added >= _TOLD_BYTES or own.import_cpu_seconds.median >= _TOLD_SECONDS

    def attribute(self, implementations: tuple[str, ...], stop: threading.Event) -> None:
        """Learn what each import of the app takes, or of implementations on top of it."""
        self._tell(f"{' + '.join(implementations) or self.description.app or 'Python'} by imports")
        rungs = rungs_of(self.description, implementations)
        traced = trace_imports(
            self.setting,
            self.description.app,
            tuple(zip(implementations, rungs, strict=True)),
            stop=stop,
        )
        if stop.is_set():
            raise _StoppedError
        tree = tree_of(traced, self.installed, implementations)
        with self._lock:
            self.trees[implementations] = tree

    def richest(self) -> list[tuple[str, ...]]:
        """Return the one union that is measured unasked: each plugin's highest that works."""
        chosen = []
        for plugin in self.description.plugins:
            subjects = (f"{plugin.name}:{rung.name}" for rung in plugin.ladder)
            chosen += [next(filter(self.works, subjects), "")]
        found = tuple(one for one in chosen if one)
        return [found] if found else []

    def measurement_set(self) -> MeasurementSet:
        """Return everything that was measured, in the order of the plugins."""
        order = [
            f"{one.name}:{rung.name}" for one in self.description.plugins for rung in one.ladder
        ]
        modes: list[ProbeMode] = ["alone", "on_top", "union"]
        probes = [result for result in self.results.values() if result.mode != "app"]
        probes.sort(
            key=lambda one: (
                modes.index(one.mode) == 2,
                [order.index(subject) for subject in one.implementations],
                modes.index(one.mode),
            )
        )
        wanted = [(), *((subject,) for subject in order)]
        return MeasurementSet(
            self.seen.conditions,
            self.results["app", ()],
            tuple(probes),
            attribution=tuple(self.trees[one] for one in wanted if one in self.trees),
        )

    def _probe(
        self,
        mode: ProbeMode,
        implementations: tuple[str, ...],
        stop: threading.Event,
        *,
        warm_up: bool = False,
    ) -> ProbeResult:
        app = "" if mode == "alone" else self.description.app
        rungs = rungs_of(self.description, implementations)
        order: dict[str, object] = {
            "job": "probe",
            "app": app,
            "rungs": [
                rung_order(subject, rung)
                for subject, rung in zip(implementations, rungs, strict=True)
            ],
        }
        subject = " + ".join(implementations) or self.description.app or "Python"
        runs: list[AgentRun] = []
        growth: float | None = None
        rounds = [0] * warm_up + list(range(1, self.samples + 1))
        for number in rounds:
            what = f"{number}/{self.samples}" if number else "warm-up"
            self._tell(f"{subject} {_LABELS[mode]} {what}")
            again = 0 if number else _ROUNDS_OF_WARM_UP
            run = run_agent(self.setting, {**order, "rounds": again}, stop)
            if stop.is_set():
                raise _StoppedError
            became = outcome(run, self.setting, has_app=bool(app))
            self._note(" + ".join(implementations) or "app", run, became)
            if became.status != "measured":
                self._skip(rounds[-1] - number)
                result = ProbeResult(implementations, mode, became.status, became.detail)
                return self._record(_or_not_installed(result, became, rungs))
            runs += [run] if number else []
            growth = growth if number else growth_of_run(run.phases)
        figures = samples_of_runs([figures_of_run(run.phases) for run in runs])
        if growth is not None:
            figures = replace(figures, growth_bytes=Samples((growth,)))
        return self._record(ProbeResult(implementations, mode, "measured", figures=figures))

    def _note(self, subject: str, run: AgentRun, became: Outcome) -> None:
        with self._lock:
            if became.place is not None:
                self.places.setdefault(subject, became.place)
            if became.status != "measured":
                self.failures[subject] = became
            self.left_processes.update((subject, one.name) for one in run.child.survivors)
            for phase in run.phases:
                if phase.reading.basis != "pss_anon":
                    self.basis = phase.reading.basis

    def _record(self, result: ProbeResult) -> ProbeResult:
        with self._lock:
            self.results[result.mode, result.implementations] = result
        return result

    def _tell(self, text: str) -> None:
        with self._lock:
            self._started += 1
            self.progress(f"{text} ({self._started} of {self._expected})")

    def _skip(self, runs: int) -> None:
        with self._lock:
            self._expected -= runs


def _or_not_installed(
    result: ProbeResult, became: Outcome, rungs: Sequence[ImplementationDeclaration]
) -> ProbeResult:
    """Return the result as "not installed" where a module outside of the rung's own is missing."""
    failure = became.failure
    if not failure or not failure["not_found"] or failure["stage"] == "app":
        return result
    missing = str(failure["missing"])
    own = {rung.target.partition(":")[0].partition(".")[0] for rung in rungs}
    if missing.partition(".")[0] in own:
        return result
    needed = next((install(rung) for rung in rungs if install(rung)), "")
    detail = f"{missing} cannot be imported" + (f"; {needed}" if needed else "")
    return replace(result, status="not_installed", detail=detail)
