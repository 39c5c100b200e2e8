"""The report that people read in a terminal: one table, one verdict."""

from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.finding import Finding, Severity, in_order
from bootfit.model.next_steps import next_steps
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.text_check import check_section
from bootfit.report.text_comparison import comparison_section
from bootfit.report.text_deep import deep_section
from bootfit.report.text_import_fix import import_fix_section
from bootfit.report.text_imports import why_section
from bootfit.report.text_memory import memory_section
from bootfit.report.text_plan import emitted_section, plan_section
from bootfit.report.text_verify import verify_section
from bootfit.report.verdict import verdict

_COLORS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def render(run: Run, style: Style) -> str:
    """Return ``run`` as text that fits ``style.width`` columns."""
    buffer = StringIO()
    console = Console(
        file=buffer,
        width=style.width,
        force_terminal=style.color,
        no_color=not style.color,
        color_system="standard" if style.color else None,
        highlight=False,
        soft_wrap=False,
        legacy_windows=False,
    )
    sections: list[RenderableType] = []
    if style.verbosity >= 0:
        sections.append(Text(f"bootfit {run.bootfit_version} · {run.project} on {run.target}"))
        if run.command != "compare":
            sections += [
                *check_section(run, style),
                *memory_section(run, style),
                *why_section(run),
                *deep_section(run, style),
                *import_fix_section(run),
                *plan_section(run, style),
                *emitted_section(run, style),
                *verify_section(run, style),
            ]
        sections += comparison_section(run, style)
    sections += _findings(run, style)
    if style.verbosity >= 0:
        sections += _next_steps(run)
    sections.append(_verdict(run))
    console.print(Group(*(_spaced(sections))))
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def _spaced(sections: list[RenderableType]) -> list[RenderableType]:
    spaced: list[RenderableType] = []
    for section in sections:
        spaced += [section, Text("")]
    return spaced[:-1]


def _findings(run: Run, style: Style) -> list[RenderableType]:
    shown = [
        finding
        for finding in in_order(run.findings)
        if style.verbosity >= 0 or finding.severity is not Severity.NOTE
    ]
    if not shown:
        return []
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in shown:
        color = _COLORS[finding.severity]
        table.add_row(
            Text(finding.severity.value, style=color),
            Text(finding.code),
            _explained(finding, style),
        )
    return [Group(Text("Findings", style="bold"), table)]


def _explained(finding: Finding, style: Style) -> Text:
    text = Text(_visible(finding.message))
    if finding.place:
        text.append(f"  [{_visible(str(finding.place))}]", style="dim")
    evidence = finding.evidence if style.verbosity > 0 else finding.evidence[:4]
    for line in evidence:
        text.append(f"\n  · {_visible(line)}", style="dim")
    hidden = len(finding.evidence) - len(evidence)
    if hidden:
        text.append(f"\n  · and {hidden} more (-v)", style="dim")
    if finding.remedy:
        text.append(f"\n  → {_visible(finding.remedy)}")
    return text


def _visible(text: str) -> str:
    """Return ``text`` with what would steer a terminal as its code."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\x{ord(c):02x}" for c in text)


def _next_steps(run: Run) -> list[RenderableType]:
    steps = next_steps(run)
    if not steps:
        return []
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(overflow="fold")
    for number, step in enumerate(steps, 1):
        table.add_row(Text(f"{number}."), Text(step))
    return [Group(Text("Next steps", style="bold"), table)]


def _verdict(run: Run) -> Text:
    answer = verdict(run)
    style = "bold green" if answer.answer == "yes" else "bold red"
    return Text(f"{answer.mark} {answer.sentence}", style=style)
