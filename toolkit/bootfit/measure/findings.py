"""Findings from measurements: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bootfit.limits.accounting import Basis
from bootfit.measure import rules
from bootfit.measure.outcome import Outcome
from bootfit.measure.verdict import judge
from bootfit.model.app import AppDescription, ImplementationDeclaration
from bootfit.model.finding import Finding, Place, Rule, Severity
from bootfit.model.measurement import MeasurementSet, ProbeResult, Samples
from bootfit.model.sizes import KIB, format_mib

#: What became of a probe → its rule. "killed" stands with the crashes: the process is gone.
_BY_STATUS: dict[str, type[Rule]] = {
    "not_installed": rules.NotInstalled,
    "raised": rules.ImplementationRaised,
    "crashed": rules.ImplementationCrashed,
    "killed": rules.ImplementationCrashed,
    "timed_out": rules.ImplementationTimedOut,
    "flooded": rules.OutputFlooded,
}
_GROWTH_THAT_COUNTS = 64 * KIB
#: Modules without bytecode that are more than a test's or a script's.
_MODULES_THAT_COUNT = 5
_MODES = {"app": "", "alone": "alone", "on_top": "on top of the app", "union": "together"}


def findings_of(
    measurements: MeasurementSet,
    description: AppDescription,
    *,
    budget_bytes: int | None = None,
    import_seconds: float | None = None,
    places: Mapping[str, Place] | None = None,
    left_processes: Iterable[tuple[str, str]] = (),
    basis: Basis = "pss_anon",
) -> tuple[Finding, ...]:
    """Return what is wrong or worth knowing, one finding for a subject and a rule.

    Args:
        measurements: what was measured.
        description: the app and its plugins.
        budget_bytes: what the app and one implementation may take; None judges nothing.
        import_seconds: what loading one implementation may take.
        places: where in the project's code an implementation failed, by subject.
        left_processes: (subject, process name) of what outlived its probe.
        basis: the weakest memory figure that was taken.
    """
    found: list[Finding] = []
    rungs = {
        f"{plugin.name}:{rung.name}": (rung, rung is plugin.ladder[-1])
        for plugin in description.plugins
        for rung in plugin.ladder
    }
    for subject, (rung, is_fallback) in rungs.items():
        alone = measurements.of("alone", subject)
        on_top = measurements.of("on_top", subject) or alone
        failed = next((p for p in (alone, on_top) if p and p.status != "measured"), None)
        if failed is not None:
            place = (places or {}).get(subject)
            if failed.status == "out_of_memory":
                name = f"{subject} {_MODES[failed.mode]}"
                limit_bytes = measurements.conditions.limit_bytes
                ended = out_of_memory(name, subject, failed, limit_bytes, budget_bytes)
                found.append(replace(ended, place=place))
            else:
                found.append(_failure(failed, rung, is_fallback=is_fallback, place=place))
        if alone is not None and alone.figures is not None:
            found += _growth(subject, alone.figures.growth_bytes)
        if on_top is not None and on_top.figures is not None:
            found += _judged(on_top, budget_bytes, import_seconds)
            if not rung.exercise:
                found.append(_no_exercise(subject, rung))
    if measurements.app.figures is not None:
        found += _judged(measurements.app, budget_bytes, import_seconds)
        found += _uncompiled(measurements.app.figures.uncompiled_modules)
    found += _weaker_figure(basis)
    for subject, name in sorted(set(left_processes)):
        found.append(
            rules.ProcessesLeft.finding(
                subject,
                f"{subject} started the process {name!r}, which outlived it and was ended",
                remedy="end it when the plugin is done, or run it as a service of its own",
            )
        )
    return tuple(found)


def _judged(
    probe: ProbeResult, budget_bytes: int | None, import_seconds: float | None
) -> list[Finding]:
    figures = probe.figures
    if figures is None:
        return []
    found = []
    verdict = judge(figures, budget_bytes) if budget_bytes is not None else None
    where = f" {_MODES[probe.mode]}" if _MODES[probe.mode] else ""
    if verdict is not None and verdict.severity is not None:
        peak, high_water = figures.peak_anonymous_bytes, figures.high_water_rss_bytes
        found.append(
            rules.OverBudget.finding(
                probe.subject,
                f"{probe.subject}{where} {verdict.reason}",
                severity=verdict.severity,
                evidence=(
                    (
                        f"peak anonymous memory {format_mib(peak.median)},"
                        f" {len(peak.values)} sample(s) {peak.spread:.1%} apart"
                    ),
                    f"of that in child processes {format_mib(figures.children_peak_bytes.median)}",
                    _kernel(figures.kernel_bytes),
                    f"high-water resident memory {format_mib(high_water.median)}",
                ),
                remedy="let a lower rung serve there, or take an instance with more memory"
                if probe.implementations
                else "import less when the app starts, or take an instance with more memory",
            )
        )
    seconds = figures.import_cpu_seconds.median
    if import_seconds is not None and seconds > import_seconds:
        rule = rules.SlowImport if probe.implementations else rules.SlowAppImport
        found.append(
            rule.finding(
                probe.subject,
                f"loading {probe.subject}{where} takes {seconds:.2f} s of CPU time,"
                f" and {import_seconds:g} s are allowed",
                evidence=(f"wall time {figures.import_wall_seconds.median:.2f} s",),
                remedy="import less, or raise import-time in [tool.bootfit.budget]",
            )
        )
    return found


def out_of_memory(
    name: str,
    subject: str,
    became: Outcome | ProbeResult,
    limit_bytes: int | None,
    budget_bytes: int | None,
) -> Finding:
    """Return that it does not fit, or that this machine is too small to tell.

    Args:
        name: what people call it.
        subject: what the finding is about.
        became: what the probe's end was, in words.
        limit_bytes: what a probe could take.
        budget_bytes: what there is where it is to run.
    """
    rule: type[Rule] = rules.ProbeOutOfMemory
    evidence = [] if budget_bytes is None else [f"the budget is {format_mib(budget_bytes)}"]
    remedy = "import less, or take an instance with more memory"
    if subject != "app":
        remedy = "let a lower rung serve there, or take an instance with more memory"
    if limit_bytes is not None and budget_bytes is not None and limit_bytes < budget_bytes:
        rule = rules.MachineTooSmall
        evidence = [f"{evidence[0]}: this machine has less free"]
        remedy = "measure where more memory is free, or with fewer --jobs"
    return rule.finding(subject, f"{name} {became.detail}", evidence=evidence, remedy=remedy)


def _kernel(kernel: Samples | None) -> str:
    if kernel is None:
        return "kernel memory unknown: no control group tells it here"
    return f"kernel memory {format_mib(kernel.median)}, {kernel.spread:.1%} apart"


def _failure(
    probe: ProbeResult,
    rung: ImplementationDeclaration,
    *,
    is_fallback: bool,
    place: Place | None,
) -> Finding:
    rule = _BY_STATUS[probe.status]
    alone_only = " alone" if probe.mode == "alone" else f" {_MODES[probe.mode]}"
    if probe.status == "not_installed":
        return rule.finding(
            probe.subject, f"{probe.subject} was not measured: {probe.detail}", remedy=install(rung)
        )
    return rule.finding(
        probe.subject,
        f"{probe.subject}{alone_only} {probe.detail}",
        severity=Severity.ERROR if is_fallback else None,
        place=place,
        remedy="nothing stands below this rung: it has to work"
        if is_fallback
        else f"mend it, or set BOOTFIT_FORBID={probe.subject}",
    )


def install(rung: ImplementationDeclaration) -> str:
    """Return what to install for a rung, in words; empty when the rung does not say."""
    needed = ", ".join(rung.distributions or rung.imports)
    extra = f" (extra {rung.extra!r})" if rung.extra else ""
    return f"install {needed}{extra}" if needed else ""


def _no_exercise(subject: str, rung: ImplementationDeclaration) -> Finding:
    return rules.NoExercise.finding(
        subject,
        f"{subject} has no exercise: only the import of"
        f" {rung.target or ', '.join(rung.imports)} was measured",
        remedy='name a function that does realistic work: exercise = "module:function"',
    )


def _growth(subject: str, growth: Samples | None) -> list[Finding]:
    if growth is None or growth.median < _GROWTH_THAT_COUNTS:
        return []
    return [
        rules.GrowsWithUse.finding(
            subject,
            f"{subject} keeps {growth.median / KIB:.0f} KiB more with each exercise",
            remedy="bound what it caches, or close what each call opens",
        )
    ]


def _uncompiled(modules: Samples | None) -> list[Finding]:
    if modules is None or modules.median < _MODULES_THAT_COUNT:
        return []
    return [
        rules.NoBytecode.finding(
            "app",
            f"{modules.median:.0f} modules of the app have no .pyc file: every start compiles them",
            remedy="run python -m compileall where they are installed, when the image is built",
        )
    ]


def _weaker_figure(basis: Basis) -> list[Finding]:
    if basis == "pss_anon":
        return []
    return [
        rules.WeakerMemoryFigure.finding(
            "memory",
            f"memory figures are {basis}, which this system offers in place of"
            " proportional anonymous memory: they are too high",
            remedy="measure on Linux for the figure that a container is killed for",
        )
    ]
