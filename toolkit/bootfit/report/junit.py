"""JUnit XML: one test case for each thing that was looked at.

There is no official schema; this is the common ground of what GitLab, Jenkins, GitHub's test
reporters and Azure read. An error is a failure, what could not be measured is an error, what is
not installed is skipped; warnings and notes are told in ``system-out``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bootfit.model.answer import leaves_open
from bootfit.model.finding import Finding, Place, Severity, in_order
from bootfit.model.run import Run
from bootfit.model.style import Style

#: What XML 1.0 cannot hold, escaped or not: section 2.2, "Characters".
_NO_CHARACTER = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUITES = {
    "1": "requirements",
    "2": "imports",
    "3": "measure",
    "4": "plan",
    "5": "verify",
    "6": "compare",
}


@dataclass
class _Case:
    """One thing that was looked at, before it is known what was found about it."""

    suite: str
    name: str
    subjects: tuple[str, ...] = ()
    seconds: float = 0.0
    skipped: str = ""
    output: tuple[str, ...] = ()
    place: Place | None = None
    findings: list[Finding] = field(default_factory=list)


def render(run: Run, style: Style) -> str:
    """Return ``run`` as a ``testsuites`` document with one suite a leg."""
    del style
    cases = list(_cases(run))
    for finding in in_order(run.findings):
        _home(cases, finding).findings.append(finding)
    root = ET.Element("testsuites", name=_text(f"bootfit {run.project} on {run.platform}"))
    for suite in dict.fromkeys(case.suite for case in cases):
        own = [case for case in cases if case.suite == suite]
        element = ET.SubElement(root, "testsuite", name=f"bootfit.{suite}")
        for case in own:
            _write(element, case)
        _count(element, own)
    _count(root, cases)
    ET.indent(root)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _cases(run: Run) -> Iterator[_Case]:
    for one in run.check.distributions if run.check else ():
        yield _Case(
            "requirements",
            f"{one.name} {one.version}".strip(),
            (one.name, f"{one.name} {one.version}", f"{one.name}=={one.version}"),
            output=(one.verdict, *one.evidence),
            place=one.place,
        )
    if run.measurements:
        for probe in (run.measurements.app, *run.measurements.probes):
            figures = probe.figures
            yield _Case(
                "measure",
                f"{probe.subject} ({probe.mode.replace('_', ' ')})",
                (probe.subject,),
                seconds=figures.import_cpu_seconds.median if figures else 0.0,
                skipped=probe.detail or "not installed" if probe.status == "not_installed" else "",
                output=(f"{figures.peak_anonymous_bytes.median:.0f} bytes at the peak",)
                if figures
                else (f"{probe.status.replace('_', ' ')}: {probe.detail}",),
            )
    if run.plan:
        yield _Case(
            "plan",
            f"a plan for {run.plan.platform}",
            (run.plan.platform, run.plan.app),
            output=tuple(f"{one.setting} = {one.value}: {one.reason}" for one in run.plan.choices),
        )
    if run.evidence:
        for endpoint in run.evidence.endpoints:
            name = f"{endpoint.method} {endpoint.path}"
            told = ", ".join(f"{status} × {n}" for status, n in endpoint.statuses.items())
            yield _Case("verify", name, (name,), endpoint.median_seconds, output=(told,))


def _home(cases: list[_Case], finding: Finding) -> _Case:
    """Return the case that ``finding`` is about; a new one where nothing that was looked at is."""
    suite = _SUITES.get(finding.code.removeprefix("BF")[:1], "bootfit")
    for case in cases:
        if case.suite == suite and finding.subject in case.subjects:
            return case
    cases.append(_Case(suite, f"{finding.code} {finding.slug}: {finding.subject}"))
    return cases[-1]


def _write(suite: ET.Element, case: _Case) -> None:
    element = ET.SubElement(
        suite,
        "testcase",
        classname=f"bootfit.{case.suite}",
        name=_text(case.name),
        time=f"{case.seconds:.3f}",
    )
    places = [f.place for f in case.findings if f.place] or ([case.place] if case.place else [])
    if places:
        element.set("file", _text(places[0].path))
        if places[0].line:
            element.set("line", str(places[0].line))
    wrong = _wrong(case)
    if wrong:
        # One element a case: readers count a second failure as a second test, or drop it.
        kind = "error" if all(map(leaves_open, wrong)) else "failure"
        told = ET.SubElement(element, kind, type=_text(f"{wrong[0].code} {wrong[0].slug}"))
        told.set("message", _text(wrong[0].message))
        told.text = _text("\n\n".join(map(_told, wrong)))
    elif case.skipped:
        ET.SubElement(element, "skipped", message=_text(case.skipped))
    output = [*case.output, *(_told(f) for f in case.findings if f not in wrong)]
    if output:
        ET.SubElement(element, "system-out").text = _text("\n".join(output))


def _wrong(case: _Case) -> list[Finding]:
    return [finding for finding in case.findings if finding.severity is Severity.ERROR]


def _told(finding: Finding) -> str:
    lines = [f"{finding.severity.value} {finding.code} {finding.slug}: {finding.message}"]
    if finding.place:
        lines.append(f"  at {finding.place}")
    lines += [f"  · {line}" for line in finding.evidence]
    if finding.remedy:
        lines.append(f"  → {finding.remedy}")
    return "\n".join(lines)


def _count(element: ET.Element, cases: list[_Case]) -> None:
    broken = [_wrong(case) for case in cases if _wrong(case)]
    errors = sum(all(map(leaves_open, wrong)) for wrong in broken)
    element.set("tests", str(len(cases)))
    element.set("failures", str(len(broken) - errors))
    element.set("errors", str(errors))
    skipped = sum(bool(case.skipped) and not _wrong(case) for case in cases)
    element.set("skipped", str(skipped))
    element.set("time", f"{sum(case.seconds for case in cases):.3f}")


def _text(text: str) -> str:
    return _NO_CHARACTER.sub("", text)
