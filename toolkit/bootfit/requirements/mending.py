"""Which pins to change so that the whole project installs: the fewest, and the nearest versions.

The resolver finds them, with builds refused where they would fail; the whole project is then
checked again as an installer would take it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.check import DistributionCheck
from bootfit.model.finding import Finding, Severity
from bootfit.requirements.advice import MENDABLE
from bootfit.requirements.inquiry import Inquiry, pinned_version
from bootfit.requirements.pin_search import PinSearch, beside_pin
from bootfit.requirements.project_files import ProjectRequirements
from bootfit.requirements.project_text import is_lock
from bootfit.requirements.relock import relock_command
from bootfit.requirements.requirement_file import RequirementEntry
from bootfit.requirements.rules import Conflict, HashMissing, SlowBuild, Yanked

#: What a change of pins can mend, and what it must not bring about.
BLOCKING = MENDABLE | {SlowBuild.code, Yanked.code, HashMissing.code}


@dataclass(frozen=True)
class Mending:
    """New versions by normalized name, or why no change of pins can help."""

    versions: Mapping[str, Version]
    reasons: tuple[str, ...] = ()


def blocking(findings: Iterable[Finding], lowest: Severity) -> list[Finding]:
    """Return what has to go: findings about what installs, of ``lowest`` severity or worse."""
    return [f for f in findings if f.code in BLOCKING and f.severity.rank >= lowest.rank]


def find_mending(
    inquiry: Inquiry,
    findings: Sequence[Finding],
    checks: Sequence[DistributionCheck],
    lowest: Severity,
) -> Mending:
    """Return the versions of pins with which everything resolves and nothing blocks.

    Raises:
        UndeterminedError: the index does not answer.
    """
    wrong = blocking(findings, lowest)
    pins = pins_of(inquiry.project)
    offending: set[str] = set()
    reasons: list[str] = []
    for finding in wrong:
        if finding.code == Conflict.code:
            continue
        name = _pin_of(finding, inquiry, pins)
        if name:
            offending.add(name)
        else:
            reasons.append(_no_pin(finding))
    if reasons:
        return Mending({}, tuple(dict.fromkeys(reasons)))
    inquiry.progress("Looking for the nearest pins with which everything installs")
    versions, why = PinSearch(inquiry, pins, checks, {f.subject for f in wrong}).find(offending)
    return Mending(versions, why)


def pins_of(project: ProjectRequirements) -> dict[str, list[RequirementEntry]]:
    """Return the lines that pin a version, by normalized name; constraints are pins as well."""
    found: dict[str, list[RequirementEntry]] = {}
    for entry in (*project.requirements, *project.constraints):
        if pinned_version(entry) is not None:
            found.setdefault(canonicalize_name(entry.requirement.name), []).append(entry)
    return found


def mended_project(
    project: ProjectRequirements,
    versions: Mapping[str, Version],
    hashes: Mapping[str, tuple[str, ...]],
) -> ProjectRequirements:
    """Return ``project`` with other versions in its pins, as if its files said so."""

    def mended(entries: Sequence[RequirementEntry]) -> list[RequirementEntry]:
        return [_with(e, versions, hashes) if pinned_version(e) else e for e in entries]

    return replace(
        project,
        requirements=mended(project.requirements),
        constraints=mended(project.constraints),
    )


def _with(
    entry: RequirementEntry,
    versions: Mapping[str, Version],
    hashes: Mapping[str, tuple[str, ...]],
) -> RequirementEntry:
    name = canonicalize_name(entry.requirement.name)
    if name not in versions:
        return entry
    requirement = Requirement(str(entry.requirement))
    requirement.specifier = beside_pin(entry) & SpecifierSet(f"=={versions[name]}")
    return replace(
        entry,
        requirement=requirement,
        text=str(requirement),
        hashes=hashes.get(name, ()) if entry.hashes else (),
    )


def _pin_of(
    finding: Finding, inquiry: Inquiry, pins: Mapping[str, Sequence[RequirementEntry]]
) -> str:
    """Return the name of the pin that leads to ``finding``; "" where none does."""
    if finding.subject in pins:
        return finding.subject
    named = [
        canonicalize_name(entry.requirement.name)
        for entry in inquiry.project.requirements
        if finding.place is not None and entry.place == finding.place
    ]
    return next((name for name in named if name in pins), "")


def _no_pin(finding: Finding) -> str:
    file = finding.place.path if finding.place else ""
    if is_lock(PurePosixPath(file).name):
        return (
            f"{file} is a lock, which is not edited: run `{relock_command(file, finding.subject)}`"
        )
    return f"no pin of the project leads to it: {finding.message}"
