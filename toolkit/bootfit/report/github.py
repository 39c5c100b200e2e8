"""Annotations for GitHub Actions: one workflow command a line.

The escapes are those of the runner's own toolkit: ``%``, CR and LF in a message; ``:`` and ``,``
as well in a property. A job summary is the markdown format's:
``--format github --format markdown=$GITHUB_STEP_SUMMARY``.
"""

from bootfit.model.finding import Finding, Severity, in_order
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.controls import without_controls
from bootfit.report.verdict import verdict

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(run: Run, style: Style) -> str:
    """Return an annotation for each finding, errors first, and the verdict as the last one."""
    shown = [f for f in in_order(run.findings) if style.verbosity >= 0 or f.severity.rank]
    answer = verdict(run)
    command = "notice" if answer.answer == "yes" else "error"
    lines = [_annotation(finding) for finding in shown]
    lines.append(_command(command, {"title": "bootfit"}, answer.sentence))
    return "\n".join(lines) + "\n"


def _annotation(finding: Finding) -> str:
    properties: dict[str, str] = {}
    place = finding.place
    if place is not None:
        properties["file"] = place.path
        # A line of 0 means the whole file to the runner, a column without a line nothing.
        if place.line:
            properties["line"] = str(place.line)
            if place.column:
                properties["col"] = str(place.column)
    properties["title"] = f"{finding.code} {finding.slug}"
    parts = [finding.message, *(f"· {line}" for line in finding.evidence)]
    if finding.remedy:
        parts.append(f"→ {finding.remedy}")
    return _command(_COMMANDS[finding.severity], properties, "\n".join(parts))


def _command(name: str, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{name} {told}::{_data(message)}"


def _data(text: str) -> str:
    return without_controls(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
