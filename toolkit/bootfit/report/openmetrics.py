"""OpenMetrics 1.0 text: every figure of a run, for what keeps or shows figures.

GitLab shows it beside a merge request as ``artifacts:reports:metrics``. All are gauges: they tell
of one run. Names end in their unit; memory is anonymous memory over the process tree unless the
name says otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bootfit.model.finding import Severity
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.controls import without_controls
from bootfit.report.memory_rows import memory_rows
from bootfit.report.verdict import verdict

_ANSWERS = {"yes": 1, "no": 0}


@dataclass
class _Family:
    """One metric: what it tells, its unit ("" for none), and its samples by labels."""

    name: str
    help: str
    unit: str = ""
    kind: str = "gauge"
    samples: dict[tuple[tuple[str, str], ...], float] = field(default_factory=dict)

    def add(self, value: float | None, **labels: str) -> "_Family":
        """Add one sample; of two with the same labels the larger is kept."""
        if value is not None:
            key = tuple(labels.items())
            self.samples[key] = max(value, self.samples.get(key, value))
        return self


def render(run: Run, style: Style) -> str:
    """Return every figure of ``run`` as OpenMetrics text that ends with ``# EOF``."""
    del style
    lines: list[str] = []
    for family in (*_run(run), *_requirements(run), *_memory(run), *_plan(run), *_verify(run)):
        if family.samples:
            lines += _written(family)
    return "\n".join([*lines, "# EOF"]) + "\n"


def _run(run: Run) -> Iterator[_Family]:
    yield _Family("bootfit_run", "What was looked at.", kind="info").add(
        1,
        project=run.project,
        platform=run.platform,
        target=run.target,
        command=run.command,
        version=run.bootfit_version,
    )
    yield _Family("bootfit_passed", "1 for yes, 0 for no; absent where it is not known.").add(
        _ANSWERS.get(verdict(run).answer)
    )
    findings = _Family("bootfit_findings", "Findings by severity.")
    for severity in Severity:
        findings.add(sum(f.severity is severity for f in run.findings), severity=severity.value)
    yield findings
    yield _Family("bootfit_budget_bytes", "Memory that may be used.", "bytes").add(run.budget_bytes)


def _requirements(run: Run) -> Iterator[_Family]:
    check = run.check
    if check is None:
        return
    counted = _Family("bootfit_distributions", "Distributions by how they install.")
    for verdict_ in sorted({one.verdict for one in check.distributions}):
        counted.add(
            sum(one.verdict == verdict_ for one in check.distributions), verdict=str(verdict_)
        )
    yield counted
    yield _Family("bootfit_download_bytes", "What installing downloads.", "bytes").add(
        check.download_bytes
    )
    yield _Family("bootfit_installed_bytes", "What it takes on disk.", "bytes").add(
        check.installed_bytes
    )


def _memory(run: Run) -> Iterator[_Family]:
    if run.measurements is None:
        return
    app = run.measurements.app.figures
    peak = _Family("bootfit_app_peak_bytes", "Peak memory of the booted app.", "bytes")
    start = _Family("bootfit_app_import_cpu_seconds", "CPU time of importing the app.", "seconds")
    if app:
        peak.add(app.peak_anonymous_bytes.median)
        start.add(app.import_cpu_seconds.median)
    yield from (peak, start)
    what = "bootfit_implementation"
    families = {
        "import_seconds": _Family(f"{what}_import_cpu_seconds", "CPU time to load it.", "seconds"),
        "alone_bytes": _Family(f"{what}_alone_peak_bytes", "Its peak without the app.", "bytes"),
        "on_top_bytes": _Family(
            f"{what}_on_top_bytes", "What it adds to the app's peak; may be negative.", "bytes"
        ),
        "transient_bytes": _Family(
            f"{what}_transient_bytes", "What each use needs once it is loaded.", "bytes"
        ),
        "high_water_bytes": _Family(
            f"{what}_high_water_rss_bytes", "High-water resident memory.", "bytes"
        ),
    }
    for row in memory_rows(run):
        if row.plugin:
            for name, family in families.items():
                family.add(getattr(row, name), plugin=row.plugin, implementation=row.implementation)
    yield from families.values()


def _plan(run: Run) -> Iterator[_Family]:
    plan = run.plan
    if plan is None or plan.refusal:
        return
    yield _Family("bootfit_plan_workers", "Worker processes.").add(plan.workers)
    yield _Family("bootfit_plan_threads", "Threads of each worker.").add(plan.threads)
    yield _Family("bootfit_plan_predicted_peak_bytes", "Peak that the plan expects.", "bytes").add(
        plan.memory.predicted_peak_bytes
    )


def _verify(run: Run) -> Iterator[_Family]:
    seen = run.evidence
    if seen is None:
        return
    told: tuple[tuple[str, str, str, float | None], ...] = (
        ("limit_bytes", "Limit that the server was held to.", "bytes", seen.limit_bytes),
        ("peak_bytes", "Peak of the server.", "bytes", seen.peak_anonymous_bytes),
        ("kernel_peak_bytes", "Peak with page cache.", "bytes", seen.kernel_peak_bytes),
        ("kernel_memory_bytes", "Memory of the kernel.", "bytes", seen.kernel_memory_bytes),
        ("first_answer_seconds", "Time to answer first.", "seconds", seen.first_answer_seconds),
        ("oom_kills", "Processes killed for memory.", "", seen.oom_kills),
        ("failed_charges", "Times the limit was hit.", "", seen.failed_charges),
        ("unplanned_restarts", "Workers that ended unasked.", "", seen.unplanned_restarts),
    )
    for name, what, unit, value in told:
        yield _Family(f"bootfit_verify_{name}", what, unit).add(value)
    asked = _Family("bootfit_endpoint_requests", "How often it was asked.")
    well = _Family("bootfit_endpoint_well_answered", "1 where each answer was as expected.")
    median = _Family("bootfit_endpoint_median_seconds", "Median time to answer.", "seconds")
    for one in seen.endpoints:
        asked.add(one.requests, method=one.method, path=one.path)
        well.add(float(one.well_answered), method=one.method, path=one.path)
        median.add(one.median_seconds, method=one.method, path=one.path)
    yield from (asked, well, median)


def _written(family: _Family) -> Iterator[str]:
    yield f"# TYPE {family.name} {family.kind}"
    if family.unit:
        yield f"# UNIT {family.name} {family.unit}"
    yield f"# HELP {family.name} {family.help}"
    name = f"{family.name}_info" if family.kind == "info" else family.name
    for labels, value in family.samples.items():
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels)
        yield f"{name}{f'{{{told}}}' if told else ''} {_number(value)}"


def _escaped(text: str) -> str:
    text = without_controls(text)
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
