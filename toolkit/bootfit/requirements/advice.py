"""What to do about blockers: another Python, or another version whose whole chain has wheels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.check import DistributionCheck
from bootfit.model.finding import Finding, Severity
from bootfit.model.platform import Target
from bootfit.model.target_names import with_python
from bootfit.requirements.inquiry import Inquiry, pinned_version, resolve_on_each
from bootfit.requirements.resolve import NoSolution, Resolution
from bootfit.requirements.rules import (
    BuildFailed,
    Conflict,
    NeedsCompiler,
    NeedsRust,
    NoSuchVersion,
    RefusesBuild,
    RequiresPython,
    UnreadableSdist,
)
from bootfit.requirements.verdict import Candidate, needs_build, python_refusal
from bootfit.requirements.wheel_match import admits_python

#: What another Python or another version can mend.
MENDABLE = {
    rule.code
    for rule in (
        BuildFailed,
        Conflict,
        NeedsCompiler,
        NeedsRust,
        NoSuchVersion,
        RefusesBuild,
        RequiresPython,
        UnreadableSdist,
    )
}
#: Below that, no current tool installs anything.
_OLDEST = (3, 8)
#: More pins than that in one explanation are not tried one by one.
_MOST_PINS = 6
_WHOSE = "whose"
_BUILT = frozenset({"pure-sdist", "optional-c-sdist", "c-sdist", "rust-sdist"})


def with_advice(
    inquiry: Inquiry, findings: Sequence[Finding], checks: Sequence[DistributionCheck]
) -> tuple[Finding, ...]:
    """Return ``findings``; those that block say which Python and which version would do.

    Raises:
        UndeterminedError: the index does not answer.
    """
    blocking = [f for f in findings if f.code in MENDABLE and f.severity is Severity.ERROR]
    if not blocking:
        return tuple(findings)
    inquiry.progress("Looking for what would install")
    pythons = _pythons(inquiry, checks)
    versions = _versions(inquiry, blocking)
    set_apart = {finding.subject for finding in blocking if finding.code != Conflict.code}
    for finding in blocking:
        if finding.code == Conflict.code:
            versions[finding.subject] = _agreeing(inquiry, finding, set_apart)
    return tuple(
        replace(finding, remedy=_remedy(finding, pythons, versions))
        if finding in blocking
        else finding
        for finding in findings
    )


def _remedy(finding: Finding, pythons: Mapping[str, bool], versions: Mapping[str, str]) -> str:
    better = versions.get(finding.subject, "")
    # What brings a distribution in is what the project can change, once it is known.
    parts = [better, "" if _WHOSE in better else finding.remedy]
    for told, compiles in (("installs on", False), ("installs, if it builds, on", True)):
        if those := [python for python, builds in pythons.items() if builds is compiles]:
            parts.append(f"everything {told} Python {', '.join(those)}")
    return "; ".join(part for part in parts if part)


def _pythons(inquiry: Inquiry, checks: Sequence[DistributionCheck]) -> dict[str, bool]:
    """Return the Pythons of the platform on which the whole project installs, newest first.

    And of each whether something has to be compiled for that.
    """
    # What is built here is built there as well, by the same tools.
    built = {check.name for check in checks if check.installs and check.verdict in _BUILT}
    targets = [
        target
        for minor in inquiry.platform.python.allowed
        # Free threads are chosen for what they are, not because wheels are missing.
        if not minor.endswith("t")
        and _build(target := with_python(inquiry.target, minor)) != _build(inquiry.target)
        and target.python_minor >= _OLDEST
    ]
    others = [
        other
        for other in map(inquiry.on, targets)
        if all(admits_python(text, other.target) for text, _ in other.project.requires_python)
        and all(_installs(c, other, built) for c in other.locked())
    ]
    fitting = []
    for other, answer in zip(others, resolve_on_each(others), strict=True):
        chosen = other.candidates(answer) if isinstance(answer, Resolution) else None
        if chosen is not None and all(_installs(c, other, built) for c in chosen):
            several = (*other.locked(), *chosen)
            fitting.append((other.target, any(_compiles(one, other) for one in several)))
    fitting.sort(key=lambda one: one[0].python_minor, reverse=True)
    return {target.python: compiles for target, compiles in fitting}


def _compiles(candidate: Candidate, inquiry: Inquiry) -> bool:
    need = inquiry.builds.get((candidate.name, candidate.version))
    compiled = need is not None and need.need in {"c-sdist", "rust-sdist"}
    return compiled and needs_build(candidate, inquiry.target)


def _build(target: Target) -> tuple[tuple[int, int], bool]:
    return target.python_minor, target.free_threaded


def _installs(candidate: Candidate, inquiry: Inquiry, built: set[str]) -> bool:
    target = inquiry.target
    if python_refusal(candidate, target):
        return False
    if not needs_build(candidate, target):
        return True
    need = inquiry.builds.get((candidate.name, candidate.version))
    refused = need is not None and need.python and not admits_python(need.python, target)
    return candidate.name in built and not refused


def _versions(inquiry: Inquiry, blocking: Sequence[Finding]) -> dict[str, str]:
    """Return, by subject of a finding, the first later version of the pin that leads to it.

    Relaxed alone (`name>=pin`, no builds, lowest first): its whole chain then has wheels.
    """
    direct = inquiry.directs()
    roots = {}
    for finding in blocking:
        if finding.code == Conflict.code:
            continue
        entry = next((e for e in direct.values() if e.place == finding.place), None)
        if entry is not None and pinned_version(entry) is not None:
            roots[finding.subject] = entry
    questions = []
    for entry in roots.values():
        extras = (
            f"[{','.join(sorted(entry.requirement.extras))}]" if entry.requirement.extras else ""
        )
        relaxed = f"{entry.requirement.name}{extras}>={pinned_version(entry)}"
        question = replace(inquiry.question(()), requirements=(relaxed,), strict_lowest=True)
        questions.append((question, inquiry.target))
    remedies = {finding.subject: finding.remedy for finding in blocking}
    found = {}
    for (subject, entry), answer in zip(
        roots.items(), inquiry.resolve_each(questions), strict=True
    ):
        name = canonicalize_name(entry.requirement.name)
        version = None if isinstance(answer, NoSolution) else answer.versions.get(name)
        told = f"{name} {version} (later)" in remedies[subject]
        if version is not None and version != pinned_version(entry) and not told:
            found[subject] = _words(name, version, subject)
    return found


def _agreeing(inquiry: Inquiry, finding: Finding, set_apart: set[str]) -> str:
    """Return which one pin, relaxed upwards, ends the conflict, and to what.

    Requirements ``set_apart`` have a finding of their own and would hide the answer.
    """
    entries = [
        entry
        for entry in inquiry.project.requirements
        if canonicalize_name(entry.requirement.name)
        not in set_apart - set(finding.subject.split(", "))
    ]
    named = finding.subject.split(", ")
    pinned = [
        entry
        for entry in entries
        if canonicalize_name(entry.requirement.name) in named and pinned_version(entry)
    ][:_MOST_PINS]
    questions = []
    for relaxed in pinned:
        others = inquiry.question([entry for entry in entries if entry is not relaxed])
        lower = f"{relaxed.requirement.name}>={pinned_version(relaxed)}"
        questions.append(
            (replace(others, requirements=(*others.requirements, lower)), inquiry.target)
        )
    ways = []
    for relaxed, answer in zip(pinned, inquiry.resolve_each(questions), strict=True):
        name = canonicalize_name(relaxed.requirement.name)
        if isinstance(answer, Resolution):
            ways.append(f"{name}=={answer.versions[name]}")
    return f"with {' or '.join(ways)} the requirements agree" if ways else ""


def _words(name: str, version: Version, subject: str) -> str:
    if name == subject:
        return f"{name}=={version} is the next version that installs from wheels with all it needs"
    return f"{name}=={version} is the next version {_WHOSE} {subject} has a wheel"
