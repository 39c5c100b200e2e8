"""Markdown for a job summary or a comment on a merge request: the verdict first."""

from collections.abc import Iterator

from bootfit.model.attribution import ModuleWhy
from bootfit.model.check import CheckResult
from bootfit.model.comparison import Comparison
from bootfit.model.finding import Finding, Severity, in_order
from bootfit.model.import_fix import ImportFix
from bootfit.model.run import Run
from bootfit.model.sizes import MIB, format_mib
from bootfit.model.style import Style
from bootfit.report.markdown_text import inline, table
from bootfit.report.memory_rows import MemoryRow, memory_rows
from bootfit.report.quantity import quantity
from bootfit.report.verdict import verdict

#: A comment may have 65,536 characters on GitHub; some are left for what a script adds.
_MOST_CHARACTERS = 60_000
_MOST_FINDINGS = 40
_MOST_ROWS = 60
_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "ℹ️"}
_ANSWERS = {"yes": "✅", "no": "❌", "unknown": "❔"}


def render(run: Run, style: Style) -> str:
    """Return ``run`` as Markdown below the size that a comment may have."""
    answer = verdict(run)
    parts = [f"## {_ANSWERS[answer.answer]} {inline(answer.sentence, 300)}"]
    parts.append(f"bootfit {inline(run.bootfit_version, 40)} · {inline(run.target, 200)}")
    parts += _findings(run, style)
    if style.verbosity >= 0:
        parts += [*_why(run.why), *_lazy_imports(run.import_fix)]
        parts += [*_requirements(run.check), *_memory(run), *_plan(run), *_verify(run)]
        parts += _comparison(run.comparison)
    return _short_enough(parts)


def _short_enough(parts: list[str]) -> str:
    """Return as many whole parts as a comment may have; what is left out is told."""
    cut = "… the rest is left out: a comment may be no longer."
    text = parts[0]
    for part in parts[1:]:
        if len(text) + len(part) + len(cut) > _MOST_CHARACTERS:
            return f"{text}\n\n{cut}\n"
        text = f"{text}\n\n{part}"
    return f"{text}\n"


def _findings(run: Run, style: Style) -> Iterator[str]:
    wanted = [f for f in in_order(run.findings) if style.verbosity >= 0 or f.severity.rank]
    if not wanted:
        return
    yield "### Findings"
    rows = [
        [
            f"{_MARKS[one.severity]} {one.severity.value}",
            inline(one.code, 20),
            _explained(one),
            inline(str(one.place), 120) if one.place else "",
        ]
        for one in wanted[:_MOST_FINDINGS]
    ]
    yield table(["", "rule", "what", "where"], rows)
    if len(wanted) > _MOST_FINDINGS:
        yield f"… and {len(wanted) - _MOST_FINDINGS} more findings."


def _explained(finding: Finding) -> str:
    told = inline(finding.message, 300)
    return f"{told}<br>→ {inline(finding.remedy, 240)}" if finding.remedy else told


def _why(why: ModuleWhy | None) -> Iterator[str]:
    if why is None:
        return
    yield f"### Why {inline(why.cost.module, 100)} is loaded by {inline(why.loader, 100)}"
    rows = [
        [
            inline(one.module, 100),
            _mib(one.total.anonymous_bytes if why.memory_known else None),
            f"{one.total.cpu_seconds:.3f}",
            inline(str(one.place), 120) if one.place else "",
        ]
        for one in why.chain[-_MOST_ROWS:]
    ]
    yield table(["module", "MiB in all", "s in all", "imported at"], rows, frozenset({1, 2}))


def _lazy_imports(fix: ImportFix | None) -> Iterator[str]:
    if fix is None:
        return
    yield f"### Lazy imports{', written' if fix.written else ''}"
    rows = [
        [
            inline(edit.statement, 120),
            inline(f"in {', '.join(edit.functions)}" if edit.functions else "lazy", 240),
            inline(str(edit.place), 120),
        ]
        for edit in fix.edits
    ]
    rows += [
        [
            inline(one.name, 120),
            inline(f"stays: {one.reason}", 240),
            inline(str(one.place or ""), 120),
        ]
        for one in fix.declined
    ]
    yield table(["import", "becomes", "where"], rows[:_MOST_ROWS]) if rows else "Nothing to change."


def _requirements(check: CheckResult | None) -> Iterator[str]:
    if check is None:
        return
    blocked = [one for one in check.distributions if not one.installs]
    wheels = sum(one.verdict == "wheel" for one in check.distributions)
    size = (
        f", {format_mib(check.download_bytes)} to download"
        if check.download_bytes is not None
        else ""
    )
    yield "### Requirements"
    yield (
        f"{len(check.distributions)} distributions: {wheels} wheels, "
        f"{len(blocked)} that will not install{size}."
    )
    if blocked:
        rows = [
            [
                inline(f"{one.name} {one.version}", 80),
                inline(one.verdict),
                inline(" → ".join(one.chain), 200),
            ]
            for one in blocked[:_MOST_ROWS]
        ]
        yield table(["distribution", "verdict", "brought in by"], rows)
    if check.matrix:
        yield f"Works as it stands on Python {', '.join(map(inline, check.matrix.works)) or '–'}."


def _memory(run: Run) -> Iterator[str]:
    rows = memory_rows(run)
    if not rows:
        return
    budget = f", budget {format_mib(run.budget_bytes)}" if run.budget_bytes else ""
    headings = ["implementation", "import s", "alone", "on top", "of budget", "transient", ""]
    yield "### Memory"
    yield f"Peak anonymous memory in MiB over the process tree{budget}."
    yield table(headings, [_cells(row) for row in rows[:_MOST_ROWS]], frozenset(range(1, 6)))
    if len(rows) > _MOST_ROWS:
        yield f"… and {len(rows) - _MOST_ROWS} more implementations."


def _cells(row: MemoryRow) -> list[str]:
    return [
        inline(row.name, 100),
        "–" if row.import_seconds is None else f"{row.import_seconds:.2f}",
        _mib(row.alone_bytes),
        "" if row.on_top_bytes is None else f"{row.on_top_bytes / MIB:+.1f}",
        "" if row.of_budget is None else f"{100 * row.of_budget:.0f} %",
        "" if row.transient_bytes is None else _mib(row.transient_bytes),
        inline(row.remark, 160),
    ]


def _mib(size_bytes: float | None) -> str:
    return "–" if size_bytes is None else f"{size_bytes / MIB:.1f}"


def _plan(run: Run) -> Iterator[str]:
    if run.plan is None:
        return
    yield "### Plan"
    if run.plan.refusal:
        yield f"⛔ {inline(run.plan.refusal.message, 400)}"
        return
    need = run.plan.memory
    yield (
        f"Predicted peak {format_mib(need.predicted_peak_bytes)} of "
        f"{format_mib(need.budget_bytes - need.headroom_bytes)}."
    )
    rows = [
        [inline(one.setting, 60), inline(one.value, 100), inline(one.reason, 240)]
        for one in run.plan.choices[:_MOST_ROWS]
    ]
    yield table(["setting", "value", "why"], rows)


def _verify(run: Run) -> Iterator[str]:
    seen = run.evidence
    if seen is None:
        return
    yield "### Verify"
    well = sum(one.well_answered for one in seen.endpoints)
    first = (
        f"first answer after {seen.first_answer_seconds:.1f} s"
        if seen.first_answer_seconds is not None
        else "it never answered"
    )
    yield (
        f"Peak {format_mib(seen.peak_anonymous_bytes)} under a limit of "
        f"{format_mib(seen.limit_bytes)} ({format_mib(seen.predicted_peak_bytes)} predicted), "
        f"{first}, {well} of {len(seen.endpoints)} endpoints answered well, "
        f"{seen.oom_kills} OOM kills."
    )
    bad = [one for one in seen.endpoints if not one.well_answered]
    if bad:
        rows = [
            [
                inline(f"{one.method} {one.path}", 120),
                ", ".join(f"{status or 'none'} × {n}" for status, n in one.statuses.items()),
                f"{one.median_seconds:.3f}",
            ]
            for one in bad[:_MOST_ROWS]
        ]
        yield table(["endpoint", "statuses", "median s"], rows, frozenset({2}))


def _comparison(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    yield "### Base against head"
    moved = [one for one in comparison.changes if one.verdict != "same"]
    same = len(comparison.changes) - len(moved)
    yield f"{same} the same from {inline(comparison.base, 100)} to {inline(comparison.head, 100)}."
    if moved:
        rows = [
            [
                f"{'🔺 ' if one.verdict == 'worse' else ''}{one.verdict}",
                inline(one.subject, 100),
                one.figure,
                quantity(one.base.value, one.unit) if one.base else "–",
                quantity(one.head.value, one.unit) if one.head else "–",
                "" if one.ratio is None else f"{100 * one.ratio:+.1f} %",
            ]
            for one in moved[:_MOST_ROWS]
        ]
        headings = ["", "subject", "figure", "base", "head", "change"]
        yield table(headings, rows, frozenset({3, 4, 5}))
    for weakness in comparison.weaknesses[:10]:
        yield f"⚠️ {inline(weakness, 300)}"
