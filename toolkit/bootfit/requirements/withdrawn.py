"""Whether what a lock pins was withdrawn since: a lock does not tell, the index does (PEP 592)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
from packaging.version import Version

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError
from bootfit.model.finding import Finding, Place
from bootfit.requirements.index_page import IndexFile, ProjectFiles
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.locked import LockedPackage
from bootfit.requirements.rules import Unverified
from bootfit.requirements.verdict import Candidate

#: So many reasons are listed.
_SHOWN = 5


def with_withdrawals(
    inquiry: Inquiry, candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[Finding]]:
    """Return ``candidates``, those of locks with what the index says of their very files.

    A lock is checked without an index: one that does not answer takes nothing from the verdicts,
    and a note says what is not known then.
    """
    packages = {
        (package.name, package.version): package
        for package in inquiry.project.locked
        if package.files and not package.on_index
    }
    if not packages:
        return list(candidates), []
    inquiry.progress(f"Asking whether {len(packages)} locked versions were withdrawn")
    pages, unknown = _pages(inquiry, packages)
    told = []
    for candidate in candidates:
        key = (candidate.name, candidate.version)
        package, page = packages.get(key), pages.get(candidate.name)
        if package is None or page is None:
            told.append(candidate)
            continue
        files = _told(candidate.files, page.of(candidate.version))
        if files is None:
            what = f"files of {package.subject}" if page.on_index else f"project {package.name}"
            unknown[package] = f"the index does not have the {what}"
        told.append(replace(candidate, files=files or candidate.files))
    return told, _not_known(unknown, packages)


def _pages(
    inquiry: Inquiry, packages: Mapping[tuple[str, Version], LockedPackage]
) -> tuple[dict[str, ProjectFiles], dict[LockedPackage, str]]:
    """Return the pages that can be had, and why the others cannot.

    An index that fails is not waited for longer than one that says nothing.
    """
    index, pages = inquiry.index, dict[str, ProjectFiles]()
    unknown = {
        package: (
            f"{package.name} comes from {without_credentials(package.index)}, which is no index"
        )
        for package in packages.values()
        if package.name in inquiry.elsewhere
    }
    asked = [package for package in packages.values() if package not in unknown]
    index.begin(package.name for package in asked)
    #: By index: since when nothing but failures came of it, and what the last one was.
    failing: dict[str, tuple[float, str]] = {}
    for package in asked:
        begun = time.monotonic()
        since, last = failing.get(package.index, (begun, ""))
        if begun - since > index.timeout_seconds:
            unknown[package] = last
            continue
        try:
            pages[package.name] = index.page(package.name)
        except UndeterminedError as error:
            unknown[package] = error.message
            failing[package.index] = (since, error.message)
        else:
            failing.pop(package.index, None)
    return pages, unknown


def _told(locked: Sequence[IndexFile], known: Sequence[IndexFile]) -> tuple[IndexFile, ...] | None:
    """Return the ``locked`` files, yanked where the same ``known`` ones are; None for no match."""
    by_name = {file.filename: file for file in known}
    same = {
        file.filename: by_name[file.filename].yanked
        for file in locked
        if file.filename in by_name and _agree(file, by_name[file.filename])
    }
    if not same:
        return None
    return tuple(msgspec.structs.replace(file, yanked=same.get(file.filename)) for file in locked)


def _agree(one: IndexFile, other: IndexFile) -> bool:
    """Return whether no digest says that they are different files."""
    digests = dict(digest.split(":", 1) for digest in one.digests if ":" in digest)
    others = dict(digest.split(":", 1) for digest in other.digests if ":" in digest)
    return all(others[name] == digests[name] for name in digests.keys() & others.keys())


def _not_known(
    unknown: Mapping[LockedPackage, str],
    packages: Mapping[tuple[str, Version], LockedPackage],
) -> list[Finding]:
    """Return a note for each lock of whose pins something is not known."""
    findings = []
    for file in dict.fromkeys(package.place.path for package in unknown):
        reasons = {p: why for p, why in unknown.items() if p.place.path == file}
        pinned = sum(package.place.path == file for package in packages.values())
        share = "the" if len(reasons) == pinned else f"{len(reasons)} of {pinned}"
        lines = list(dict.fromkeys(reasons.values()))
        rest = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        findings.append(
            Unverified.finding(
                file,
                f"whether {share} versions that {file} pins were withdrawn (yanked) is not known",
                evidence=[*lines[:_SHOWN], *rest],
                remedy="run again where the index that the lock names answers",
                place=Place(file),
            )
        )
    return findings
