"""GitLab's code quality report: a JSON array that merge requests show beside the lines.

Source of the fields: GitLab's documentation, "Code Quality report format" (a subset of Code
Climate's issue): description, check_name, fingerprint, severity, location.
"""

import json

from bootfit.model.finding import Finding, Severity
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.places import identified, shown_place

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(run: Run, style: Style) -> str:
    """Return one entry a finding, errors first; paths are relative to the project."""
    del style
    entries = [_entry(run, finding, mark) for finding, mark in identified(run.findings)]
    return json.dumps(entries, indent=2) + "\n"


def _entry(run: Run, finding: Finding, fingerprint: str) -> dict[str, object]:
    place = shown_place(run, finding)
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return {
        "description": f"{finding.message}{remedy}",
        "check_name": f"{finding.code} {finding.slug}",
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": place.path.removeprefix("./"),
            "lines": {"begin": place.line or 1},
        },
    }
