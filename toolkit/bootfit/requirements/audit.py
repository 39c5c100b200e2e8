"""When requirements cannot be met together: each is looked at, so one run names all blockers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bootfit.model.finding import Finding
from bootfit.requirements.index_page import ProjectFiles, sdist_of
from bootfit.requirements.inquiry import Inquiry, pinned_version
from bootfit.requirements.requirement_file import RequirementEntry
from bootfit.requirements.resolve import NoSolution
from bootfit.requirements.rules import Conflict, NoSuchVersion, UnreadableSdist
from bootfit.requirements.verdict import Candidate, needs_build, python_refusal

#: What `uv` says of a wheel that is no zip file, or not the one that its name says.
_BROKEN = r"(?:an invalid package format|(?:invalid|inconsistent) metadata)"
_ALONE = "resolved on its own, because the requirements contradict one another"


@dataclass(frozen=True)
class Audit:
    """What is to be judged, and what is already known to be wrong."""

    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]


def audit(inquiry: Inquiry, conflict: NoSolution) -> Audit:
    """Return all that blocks although the resolver stopped at its first conflict.

    Requirements that cannot be met by themselves are set apart; where the others resolve, that
    was the whole conflict. Where they do not, it is reported, and each is resolved on its own.

    Raises:
        UndeterminedError: the index does not answer.
    """
    inquiry.progress("Looking at each requirement by itself")
    sound: list[RequirementEntry] = []
    candidates: list[Candidate] = []
    findings: list[Finding] = []
    for entry in inquiry.project.requirements:
        page = inquiry.index.page(entry.requirement.name)
        if missing := _missing(entry, page):
            findings.append(missing)
        elif hopeless := _hopeless(inquiry, entry):
            candidates.append(hopeless)
        else:
            sound.append(entry)
    answer = inquiry.resolve(inquiry.question(sound), inquiry.target) if sound else None
    if isinstance(answer, NoSolution):
        findings.append(conflict_finding(answer, inquiry.project.requirements))
        candidates += _alone(inquiry, sound)
    elif answer is not None:
        candidates += inquiry.candidates(answer)
    if not findings and not any(_blocked(c, inquiry) for c in candidates):
        # Never lose what the resolver said, even where no cause was found for it.
        findings.append(conflict_finding(conflict, inquiry.project.requirements))
    return Audit(tuple(candidates), tuple(findings))


def conflict_finding(conflict: NoSolution, entries: Sequence[RequirementEntry]) -> Finding:
    """Return the resolver's explanation as a finding at the first requirement that it names.

    Where it speaks of a file that is none, that is the finding: no pins contradict each other.
    """
    known = [canonicalize_name(entry.requirement.name) for entry in entries]
    subjects = set(names_in(" ".join(conflict.reasons), known))
    named = [e for e in entries if canonicalize_name(e.requirement.name) in subjects]
    if broken := broken_in(" ".join(conflict.reasons)):
        name, version = broken
        return UnreadableSdist.finding(
            name,
            f"{name} {version} has a wheel that cannot be read, and no other file will do",
            evidence=(conflict.summary, *conflict.reasons[1:]),
            remedy=f"choose another version of {name}",
            place=named[0].place if named else None,
        )
    subject = ", ".join(sorted(subjects))
    return Conflict.finding(
        subject or "requirements",
        f"the requirements contradict one another: {conflict.summary}",
        evidence=(*conflict.reasons[1:], *(f"{e.place}: {e.text}" for e in named)),
        remedy="relax one of these pins",
        place=named[0].place if named else None,
    )


def broken_in(explanation: str) -> tuple[str, str] | None:
    """Return the name and version of a file that the resolver could not use, if it says so."""
    import re

    found = re.search(rf"([\w.-]+)==(\S+) has {_BROKEN}", explanation)
    return (canonicalize_name(found[1]), found[2]) if found else None


def names_in(explanation: str, names: Iterable[str]) -> list[str]:
    """Return those of the normalized ``names`` that the resolver's explanation speaks of."""
    text = explanation.lower()
    return [name for name in names if _names(text, name)]


def _names(text: str, name: str) -> bool:
    import re

    # As a package alone: "project", "python" or "only" stand in the prose as words, too.
    before = r"(?:(?:depends? on|requires?|versions? of) )"
    after = r"(?:\[[^\]]*\])?(?:\{[^}]*\})?[=<>!~]"
    own = rf"(?<![\w.-]){re.escape(name)}"
    return re.search(rf"{before}{own}(?![\w-])|{own}{after}", text) is not None


def _missing(entry: RequirementEntry, page: ProjectFiles) -> Finding | None:
    """Return the finding for a name or version that the index does not have."""
    name = canonicalize_name(entry.requirement.name)
    if not page.on_index:
        return NoSuchVersion.finding(
            name,
            f"the index has no project called {name}",
            remedy="is the name spelled as on the index? a private project needs --index-url",
            place=entry.place,
        )
    versions = page.by_version()
    specifier = entry.requirement.specifier
    if any(specifier.contains(version, prereleases=True) for version in versions):
        return None
    newest = max((v for v in versions if not v.is_prerelease), default=max(versions, default=None))
    return NoSuchVersion.finding(
        name,
        f"the index has no version of {name} that matches {specifier or 'it'}",
        evidence=(f"{len(versions)} versions, the newest is {newest}",) if newest else (),
        remedy=f"{name}=={newest} is the newest" if newest else "",
        place=entry.place,
    )


def _hopeless(inquiry: Inquiry, entry: RequirementEntry) -> Candidate | None:
    """Return the pinned version where no resolver could use it on the target."""
    version = pinned_version(entry)
    if version is None:
        return None
    candidate = inquiry.candidate(canonicalize_name(entry.requirement.name), version)
    return candidate if _blocked(candidate, inquiry) else None


def _blocked(candidate: Candidate, inquiry: Inquiry) -> bool:
    if python_refusal(candidate, inquiry.target):
        return True
    return needs_build(candidate, inquiry.target) and sdist_of(candidate.files) is None


def _alone(inquiry: Inquiry, entries: Sequence[RequirementEntry]) -> list[Candidate]:
    """Return what each requirement brings in by itself; the first to bring a name in wins."""
    questions = [(inquiry.question((entry,)), inquiry.target) for entry in entries]
    found: dict[str, Candidate] = {}
    answers = inquiry.resolve_each(questions)
    direct = inquiry.directs()
    for entry, answer in zip(entries, answers, strict=True):
        if isinstance(answer, NoSolution):
            continue
        own = canonicalize_name(entry.requirement.name)
        for one in inquiry.candidates(answer, _ALONE):
            pin = pinned_version(direct[one.name]) if one.direct else None
            if one.name == own or (one.name not in found and pin in {None, one.version}):
                found[one.name] = one
    return list(found.values())
