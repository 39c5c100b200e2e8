"""The `check` leg: requirement files become a verdict for each distribution, and findings."""

import re
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bootfit.model.check import CheckResult, DistributionCheck, Matrix
from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError
from bootfit.model.finding import Finding, Severity, in_order
from bootfit.model.platform import Platform, Target
from bootfit.model.sizes import format_mib
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.opening import Terms, open_inquiry
from bootfit.requirements.project_files import ProjectRequirements
from bootfit.requirements.requirement_file import UncheckableEntry
from bootfit.requirements.resolve import NoSolution
from bootfit.requirements.rules import (
    CudaOnCpu,
    HashMissing,
    NotCheckable,
    NothingChecked,
    RequiresPython,
)
from bootfit.requirements.set_size import download_bytes, installed_bytes, with_sizes
from bootfit.requirements.verdict import Candidate
from bootfit.requirements.wheel_match import admits_python

if TYPE_CHECKING:
    from typing_extensions import Unpack


def check_files(
    root: Path,
    files: Sequence[str],
    platform: Platform,
    target: Target,
    *,
    matrix: Sequence[str] = (),
    **terms: "Unpack[Terms]",
) -> tuple[CheckResult, tuple[Finding, ...]]:
    """Do what `bootfit.requirements.check_project` promises."""
    with open_inquiry(root, files, platform, target, **terms) as inquiry:
        return examine(inquiry, matrix)


def examine(
    inquiry: Inquiry, matrix: Sequence[str] = (), *, advise: bool = True
) -> tuple[CheckResult, tuple[Finding, ...]]:
    """Return the verdicts and findings for all that the project requires.

    Raises:
        UndeterminedError: the index does not answer.
    """
    # What follows the resolver is imported while it runs, or where it is needed.
    project, target = inquiry.project, inquiry.target
    resolved, candidates, findings = _candidates(inquiry)
    from bootfit.requirements.judging import judge_all
    from bootfit.requirements.project_findings import about_project

    if project.locked:
        from bootfit.requirements.withdrawn import with_withdrawals

        candidates, unknown = with_withdrawals(inquiry, candidates)
        findings += unknown
    judged = with_sizes(inquiry, candidates, judge_all(inquiry, candidates, with_nearest=advise))
    if inquiry.build:
        from bootfit.requirements.trial_verdicts import with_builds

        judged = with_builds(inquiry, candidates, judged)
    checks = tuple(sorted((one.check for one in judged), key=lambda check: check.name))
    findings += [finding for one in judged for finding in one.findings]
    findings += _cuda(checks)
    findings += _outside(project, target)
    findings += _nothing_checked(project, checks)
    findings += about_project(inquiry, compare=advise)
    findings += _unhashed(project, candidates)
    advised = _advised(inquiry, findings, checks) if advise else findings
    result = CheckResult(
        target=str(target),
        requirement_files=tuple(project.files),
        distributions=checks,
        resolved=resolved,
        download_bytes=download_bytes(judged, candidates),
        installed_bytes=installed_bytes(judged) if inquiry.sizes else None,
        matrix=_tried(inquiry, matrix) if matrix else None,
    )
    return result, in_order(advised)


def _advised(
    inquiry: Inquiry, findings: Sequence[Finding], checks: Sequence[DistributionCheck]
) -> Sequence[Finding]:
    from bootfit.requirements.advice import with_advice
    from bootfit.requirements.siblings import with_siblings

    return with_siblings(inquiry, with_advice(inquiry, findings, checks))


def _tried(inquiry: Inquiry, pythons: Sequence[str]) -> Matrix:
    from bootfit.requirements.matrix import try_pythons

    return try_pythons(inquiry, pythons)


def _candidates(inquiry: Inquiry) -> tuple[bool, list[Candidate], list[Finding]]:
    """Return whether everything resolved, what is to be judged, and what was found on the way."""
    candidates = inquiry.locked()
    direct = inquiry.directs()
    if not direct:
        return True, candidates, []
    inquiry.progress(f"Resolving {len(direct)} requirements for {inquiry.target}")

    def meanwhile() -> None:
        # Where one of them cannot be had, the resolver's answer would be of no use.
        inquiry.index.begin(direct, failed=inquiry.resolver.abandon)
        # Not before: the resolver takes longest, and what follows it takes a while to import.
        import_module("bootfit.requirements.judging")

    question = inquiry.question(inquiry.project.requirements)
    try:
        answer = inquiry.resolve(question, inquiry.target, meanwhile=meanwhile)
    except UndeterminedError:
        # An index that does not answer as one says more about why than the resolver.
        _know_any(inquiry, direct)
        raise
    _know_any(inquiry, direct)
    if isinstance(answer, NoSolution):
        from bootfit.requirements.audit import audit

        audited = audit(inquiry, answer)
        return False, [*candidates, *audited.candidates], list(audited.findings)
    inquiry.progress(f"Reading the index pages of {len(answer.versions)} distributions")
    return True, [*candidates, *inquiry.candidates(answer)], []


def _know_any(inquiry: Inquiry, names: Collection[str]) -> None:
    """Refuse an index that has none of ``names``.

    Raises:
        UndeterminedError: it has none, or does not answer as an index.
    """
    if not any(page.on_index for page in inquiry.index.pages(names).values()):
        raise UndeterminedError(
            f"the index {inquiry.index.addresses[0].url} knows none of: {', '.join(names)}",
            "is the index URL right, and are the names? set --index-url or BOOTFIT_INDEX_URL",
        )


def _cuda(checks: Sequence[DistributionCheck]) -> list[Finding]:
    cuda = [check for check in checks if check.name.startswith("nvidia-")]
    roots = [check for check in checks if check.name in {"torch", "jax", "cupy", "tensorflow"}]
    if not cuda:
        return []
    heavy = [*cuda, *(c for c in checks if c.name in {"torch", "triton"})]
    size = sum(c.wheel.size_bytes or 0 for c in heavy if c.wheel)
    root = roots[0] if roots else cuda[0]
    return [
        CudaOnCpu.finding(
            root.name,
            f"{root.name} {root.version} brings {len(cuda)} CUDA distributions, "
            f"{format_mib(size)} to download, and the platform has no GPU",
            evidence=tuple(f"brought in by {' → '.join(c.chain)}" for c in (root,) if c.chain),
            remedy="take torch from PyTorch's CPU index (an --extra-index-url line), or do without",
            place=root.place,
        )
    ]


def _unhashed(project: ProjectRequirements, candidates: Sequence[Candidate]) -> list[Finding]:
    """Return a finding for what keeps pip from installing a file that lists hashes."""
    hashed = {canonicalize_name(e.requirement.name) for e in project.requirements if e.hashes}
    if not hashed:
        return []
    locked = {canonicalize_name(package.name) for package in project.locked}
    lacking = [
        f"{one.subject} has no hash"
        for one in candidates
        if canonicalize_name(one.name) not in hashed | locked
    ]
    lacking += [
        f"{entry.text} is not pinned with =="
        for entry in project.requirements
        if not any(part.operator in {"==", "==="} for part in entry.requirement.specifier)
    ]
    if not lacking:
        return []
    return [
        HashMissing.finding(
            "hashes",
            f"some requirements list hashes, so pip wants them for all: {len(lacking)} lack one "
            "or a pin",
            evidence=sorted(lacking),
            remedy="lock the whole file with hashes, or leave them out",
        )
    ]


#: A requirement that is a path: pip knows it by a separator, or by the name of an archive.
_LOCAL = re.compile(r"(?:-e\s+|--editable[=\s]\s*)?(?P<path>[^\s:@\[]+)(?:\[[^\]]*\])?\s*(?:;.*)?")
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz")


def _not_checked(project: ProjectRequirements, entry: UncheckableEntry) -> Finding:
    text = without_credentials(entry.text)
    local = _LOCAL.fullmatch(entry.text)
    path = local["path"] if local else ""
    if (path.startswith((".", "/")) or path.endswith(_ARCHIVES)) and not (
        project.root / path
    ).exists():
        return NotCheckable.finding(
            text,
            f"{text} cannot be installed: {path} does not exist",
            remedy="mend the path, which is relative to the project's folder",
            place=entry.place,
            severity=Severity.ERROR,
        )
    return NotCheckable.finding(
        text,
        f"{text} was not checked: {entry.reason}",
        remedy="require a published version, or check it by hand",
        place=entry.place,
    )


def _nothing_checked(
    project: ProjectRequirements, checks: Sequence[DistributionCheck]
) -> list[Finding]:
    if checks or project.requirements or not project.uncheckable:
        return []
    files = ", ".join(project.files)
    return [
        NothingChecked.finding(
            files,
            f"none of the {len(project.uncheckable)} requirement(s) of {files} could be checked",
            remedy="require published versions",
        )
    ]


def _outside(project: ProjectRequirements, target: Target) -> list[Finding]:
    """Return findings about what no index answers for, and the project's own Python."""
    findings = [_not_checked(project, entry) for entry in project.uncheckable]
    findings += [
        NotCheckable.finding(
            f"--{option.name}",
            f"--{option.name} {without_credentials(option.value)}".rstrip()
            + " is not followed: the index was asked",
            remedy="name the index with --index-url",
            place=option.place,
        )
        for option in project.options
        if option.name in {"find-links", "no-index"}
    ]
    findings += [
        RequiresPython.finding(
            "project",
            f"the project requires Python {text}, the target has {target.python}",
            remedy="choose another Python with --python, or widen requires-python",
            place=place,
        )
        for text, place in project.requires_python
        if not admits_python(text, target)
    ]
    return findings
