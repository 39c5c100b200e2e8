"""Verdicts about sdists put to the proof: each is built, where the user allowed that."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from bootfit.model.finding import Finding, Severity
from bootfit.model.platform import Platform, Target
from bootfit.requirements.index import Index
from bootfit.requirements.index_page import IndexFile, sdist_of
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.resolve import cache_folder
from bootfit.requirements.rules import BuildFailed, FromSdist, SlowBuild, Unverified
from bootfit.requirements.trial_build import TrialBuild, missing_tool, try_build
from bootfit.requirements.verdict import TRY, Candidate, Judged

_JOBS = 2
_COMPILED = {"c-sdist", "rust-sdist"}
_BUILT = {"pure-sdist", "optional-c-sdist", *_COMPILED}
#: What a compiler, a linker or their set-up says of what is not there.
_OF_A_MACHINE = re.compile(
    r"(?i)fatal error:|no such file|not found|cannot find|unable to find|could not find|linker|"
    r"undefined reference|(?:cc|\+\+|clang|cargo|cmake|ninja|meson|ld)\b.*(?:fail|error|exit)"
)
#: What a build that was tried says better.
_ANSWERED = {FromSdist.code, SlowBuild.code}


def builds_with(
    index: Index, platform: Platform, exclude_newer: str | None
) -> Callable[[IndexFile, Target], TrialBuild]:
    """Return what builds an sdist as the platform's builder would."""
    return partial(
        try_build,
        index,
        builder=platform.builder,
        cache=cache_folder() / "builds",
        exclude_newer=exclude_newer,
    )


def with_builds(
    inquiry: Inquiry, candidates: Sequence[Candidate], judged: Sequence[Judged]
) -> list[Judged]:
    """Return ``judged``, with how the build of each sdist that may install went.

    Raises:
        UndeterminedError: the index does not give a file.
    """
    wanted = [
        (number, sdist)
        for number, (one, candidate) in enumerate(zip(judged, candidates, strict=True))
        if one.check.installs
        and one.check.verdict in _BUILT
        and (sdist := sdist_of(candidate.files)) is not None
    ]
    if not wanted or inquiry.build is None:
        return list(judged)
    inquiry.progress(f"Building {len(wanted)} sdists")
    build = inquiry.build

    def one_build(pair: tuple[int, IndexFile]) -> TrialBuild:
        number, sdist = pair
        verdict = judged[number].check.verdict
        if lacking := missing_tool(inquiry.platform.builder, verdict):
            return TrialBuild(False, False, (f"not built: this machine has no {lacking}",))
        return build(sdist, inquiry.target)

    proven = list(judged)
    with ThreadPoolExecutor(_JOBS) as pool:
        for (number, _), trial in zip(wanted, pool.map(one_build, wanted), strict=True):
            proven[number] = _proven(judged[number], trial)
    return proven


def _proven(judged: Judged, trial: TrialBuild) -> Judged:
    """Return a verdict with what the build showed."""
    check = replace(judged.check, evidence=(*judged.check.evidence, *trial.words))
    if not trial.failed:
        findings = judged.findings
        if trial.built:
            # What could not be read off the sdist is known now.
            findings = tuple(f for f in findings if not _about_build(f))
        told = tuple(
            replace(f, evidence=(*f.evidence, *trial.words)) if f.code in _ANSWERED else f
            for f in findings
        )
        return Judged(check, told)
    # A compiler's error may be this machine's own: the builder may have what is missing here.
    compiled = check.verdict in _COMPILED and any(map(_OF_A_MACHINE.search, trial.words))
    remedies = [f.remedy for f in judged.findings if f.code in _ANSWERED and f.remedy]
    finding = BuildFailed.finding(
        check.name,
        f"{check.name} {check.version} has no wheel for this target and did not build here",
        evidence=(*trial.words, *judged.check.evidence),
        remedy="; ".join(remedies),
        place=check.place,
        severity=Severity.WARNING if compiled else Severity.ERROR,
    )
    kept = tuple(f for f in judged.findings if f.code not in _ANSWERED and not _about_build(f))
    return Judged(replace(check, installs=compiled), (*kept, finding))


def _about_build(finding: Finding) -> bool:
    """Return whether it says that only a build would tell."""
    return finding.code == Unverified.code and finding.remedy == TRY
