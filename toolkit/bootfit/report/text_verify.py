"""The evidence in the text report."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.evidence import Evidence
from bootfit.model.run import Run
from bootfit.model.sizes import format_mib
from bootfit.model.style import Style

_WEAKER = {"watchdog": " (sampled, weaker evidence than the kernel's own limit)"}


def verify_section(run: Run, style: Style) -> list[RenderableType]:
    """Return peak against prediction, the statuses, and what broke it."""
    if run.evidence is None:
        return []
    evidence = run.evidence
    parts: list[RenderableType] = [Text("Verify", style="bold"), *_facts(evidence)]
    shown = [e for e in evidence.endpoints if style.verbosity > 0 or not e.well_answered]
    if shown:
        table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
        for heading in ("endpoint", "statuses", "median s", "slowest s"):
            table.add_column(heading, overflow="fold")
        for endpoint in shown:
            statuses = ", ".join(f"{s or 'none'} × {n}" for s, n in endpoint.statuses.items())
            table.add_row(
                Text(f"{endpoint.method} {endpoint.path}"),
                Text(statuses, style="" if endpoint.well_answered else "bold red"),
                f"{endpoint.median_seconds:.3f}",
                f"{endpoint.slowest_seconds:.3f}",
            )
        parts.append(table)
    return [Group(*parts)]


def _facts(evidence: Evidence) -> list[Text]:
    limit = (
        f"limit {format_mib(evidence.limit_bytes)} held by {evidence.limit_kind}"
        f"{_WEAKER.get(evidence.limit_kind, '')}"
    )
    if not evidence.booted or evidence.first_answer_seconds is None:
        return [Text(f"{limit}; it never answered", style="bold red")]
    well = sum(e.well_answered for e in evidence.endpoints)
    requests = sum(e.requests for e in evidence.endpoints)
    kernel = (
        f", kernel's own peak with page cache {format_mib(evidence.kernel_peak_bytes)}"
        if evidence.kernel_peak_bytes is not None
        else ""
    )
    return [
        Text(f"{limit}; first answer after {evidence.first_answer_seconds:.1f} s"),
        Text(
            f"peak anonymous memory {format_mib(evidence.peak_anonymous_bytes)} against "
            f"{format_mib(evidence.predicted_peak_bytes)} predicted{kernel}"
        ),
        Text(
            f"{well} of {len(evidence.endpoints)} endpoints answered well "
            f"over {requests} requests; {evidence.oom_kills} OOM kills, "
            f"{evidence.failed_charges} failed charges, "
            f"{evidence.unplanned_restarts} unplanned restarts"
        ),
        *_smallest(evidence),
    ]


def _smallest(evidence: Evidence) -> list[Text]:
    if evidence.smallest_limit_bytes is None:
        return []
    failed = [limit for limit, passed in evidence.limits_tried if not passed]
    below = f"; it did not under {format_mib(max(failed))}" if failed else ""
    return [
        Text(
            f"smallest limit under which it passed: {format_mib(evidence.smallest_limit_bytes)}"
            f"{below} ({len(evidence.limits_tried)} runs)"
        )
    ]
