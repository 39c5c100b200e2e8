"""From a version's files and build needs to its verdict and findings. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from packaging.version import Version

from bootfit.model.check import DistributionCheck, InstallVerdict, Wheel
from bootfit.model.finding import Finding, Place, Rule
from bootfit.model.platform import Builder, Platform, Target
from bootfit.requirements.index_page import IndexFile, sdist_of
from bootfit.requirements.nearest import Nearest
from bootfit.requirements.rules import (
    EarlyWheel,
    FromSdist,
    NeedsCompiler,
    NeedsRust,
    NoSuchVersion,
    RefusesBuild,
    RequiresPython,
    SlowBuild,
    UnreadableSdist,
    Unverified,
    Yanked,
)
from bootfit.requirements.wheel_match import admits_python, best_wheel

if TYPE_CHECKING:
    from bootfit.requirements.build_needs import BuildNeed

#: First release candidates: from then on a Python's binary interface does not change.
#: Source: the release schedules, PEP 569, 596, 619, 664, 693, 719, 745, 790.
_INTERFACE_FROZEN = {
    (3, 8): date(2019, 10, 1),
    (3, 9): date(2020, 8, 11),
    (3, 10): date(2021, 8, 3),
    (3, 11): date(2022, 8, 8),
    (3, 12): date(2023, 8, 6),
    (3, 13): date(2024, 8, 1),
    (3, 14): date(2025, 7, 22),
    (3, 15): date(2026, 8, 4),
}


@dataclass(frozen=True)
class Candidate:
    """A version that the target would get, before it is judged."""

    name: str
    version: Version
    direct: bool
    chain: tuple[str, ...]
    place: Place | None
    files: tuple[IndexFile, ...]
    #: "algorithm:digest" that the requirement lists; empty where it lists none.
    hashes: frozenset[str] = frozenset()
    #: What the version itself requires, where a lock says so and files do not.
    requires_python: str = ""
    #: The project wants it built from source (`--no-binary`).
    from_source: bool = False
    #: The project refuses its sdists (`--only-binary`).
    only_wheels: bool = False
    #: How this version was come by, where it was not the resolution of the whole file.
    remark: str = ""

    @property
    def subject(self) -> str:
        """Return what people call it."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Judged:
    """A verdict, and what is worth saying about it."""

    check: DistributionCheck
    findings: tuple[Finding, ...]


def needs_build(candidate: Candidate, target: Target) -> bool:
    """Return whether no wheel is usable, so that the sdist decides."""
    if python_refusal(candidate, target) or candidate.only_wheels:
        return False
    return (
        candidate.from_source or best_wheel(candidate.files, target, candidate.hashes).wheel is None
    )


def python_refusal(candidate: Candidate, target: Target) -> str:
    """Return the Requires-Python that refuses the target's Python; "" where none does."""
    if not admits_python(candidate.requires_python, target):
        return candidate.requires_python
    refusing = [f for f in candidate.files if not admits_python(f.requires_python, target)]
    all_refuse = bool(refusing) and len(refusing) == len(candidate.files)
    return refusing[0].requires_python if all_refuse else ""


def yanked_reason(candidate: Candidate, target: Target) -> str | None:
    """Return why the file that would be installed was yanked, maybe ""; None where it was not."""
    wheel = best_wheel(candidate.files, target, candidate.hashes).wheel
    chosen = wheel if wheel and not candidate.from_source else sdist_of(candidate.files)
    if chosen is not None:
        return chosen.yanked
    reasons = [file.yanked for file in candidate.files]
    return None if None in reasons else next((text for text in reasons if text), "")


def judge(
    candidate: Candidate,
    platform: Platform,
    target: Target,
    *,
    build: "BuildNeed | None" = None,
    nearest: Nearest | None = None,
) -> Judged:
    """Return whether ``candidate`` installs on ``platform``, and why.

    Args:
        candidate: the version and its files.
        platform: whose builder compiles what has no wheel.
        target: what a wheel must match.
        build: what its sdist needs; None where it has none, or where a wheel is usable.
        nearest: versions for the remedy.
    """
    remedy = nearest.words(candidate.name) if nearest else ""
    match = best_wheel(candidate.files, target, candidate.hashes)
    yanked = yanked_reason(candidate, target) if candidate.files else None
    findings = list(_yanked(candidate, yanked, remedy))
    if refusal := python_refusal(candidate, target):
        evidence = (f"Requires-Python: {refusal}", *_remark(candidate))
        message = f"{candidate.subject} does not allow Python {target.python_name} ({refusal})"
        findings.append(_finding(RequiresPython, candidate, message, evidence, remedy))
        return _judged(candidate, yanked, "requires-python", evidence, findings, installs=False)
    if match.wheel is not None and not candidate.from_source:
        findings += _early(candidate, match.wheel, target, remedy)
        evidence = (match.wheel.filename, *_remark(candidate))
        return _judged(
            candidate, yanked, "wheel", evidence, findings, installs=True, wheel=match.wheel
        )
    refused = bool(candidate.hashes) and not _sdist_has_hash(candidate)
    if build is None or refused:
        if candidate.only_wheels:
            sdist = "--only-binary refuses its sdist"
        elif build is not None:
            sdist = "its sdist has none of the hashes that the requirement lists"
        else:
            sdist = "it has no sdist either: nothing can be installed"
        why = (*match.mismatches, sdist)
        message = f"{candidate.subject} has no file that {target} can install"
        evidence = (*why, *_remark(candidate))
        findings.append(_finding(NoSuchVersion, candidate, message, evidence, remedy))
        return _judged(candidate, yanked, "no-such-version", evidence, findings, installs=False)
    reasons = ("--no-binary asks for it",) if candidate.from_source else match.mismatches
    evidence = (*reasons, *build.evidence, *_remark(candidate))
    if build.unreadable:
        message = f"{candidate.subject} has no usable wheel and its sdist cannot be read"
        evidence = (*reasons, build.unreadable, *_remark(candidate))
        findings.append(_finding(UnreadableSdist, candidate, message, evidence, remedy))
        return _judged(candidate, yanked, "unverified", evidence, findings, installs=False)
    if build.python and not admits_python(build.python, target):
        evidence = (*evidence, build.python_reason)
        message = f"{candidate.subject} has no wheel for this target, and its sdist cannot be built"
        findings.append(_finding(RefusesBuild, candidate, message, evidence, remedy))
        return _judged(candidate, yanked, "refusing-sdist", evidence, findings, installs=False)
    if build.dynamic_dependencies and build.need != "refusing-sdist":
        evidence = (*evidence, "unverified dependencies: its metadata is older than version 2.2")
        findings.append(
            _finding(
                Unverified, candidate, _UNVERIFIED.format(candidate.subject), evidence[-1:], ""
            )
        )
    if build.uncertain:
        evidence = (*evidence, f"unverified build: {build.uncertain}")
        message = f"{candidate.subject}: what its build needs cannot be read off its sdist"
        findings.append(_finding(Unverified, candidate, message, evidence[-1:], TRY))
    installs, finding = _built(candidate, build, platform, evidence, remedy)
    return _judged(candidate, yanked, build.need, evidence, [*findings, finding], installs=installs)


def _sdist_has_hash(candidate: Candidate) -> bool:
    """Return whether an sdist has one of the hashes that the requirement lists."""
    return any(
        file.kind == "sdist" and candidate.hashes.intersection(file.digests)
        for file in candidate.files
    )


#: What to do where only a build would tell.
TRY = "--allow-builds builds it here, which runs its code"
_UNVERIFIED = "{}: its dependencies are as its sdist states them, which may differ by machine"


def _built(
    candidate: Candidate,
    build: "BuildNeed",
    platform: Platform,
    evidence: tuple[str, ...],
    remedy: str,
) -> tuple[bool, Finding]:
    subject, builder = candidate.subject, platform.builder
    if build.need == "refusing-sdist":
        message = f"{subject} has no wheel for this target, and its sdist cannot be built"
        return False, _finding(RefusesBuild, candidate, message, evidence, remedy)
    if build.need in {"pure-sdist", "optional-c-sdist"}:
        how = "in pure Python" if build.need == "pure-sdist" else "with or without a compiler"
        message = f"{subject} has no wheel for this target; its sdist installs {how}"
        return True, _finding(FromSdist, candidate, message, evidence, "")
    rust = build.need == "rust-sdist"
    if lacking := _lacking(build, builder):
        message = f"{subject} has no wheel for this target and must be compiled: {lacking}"
        return False, _finding(
            NeedsRust if rust else NeedsCompiler, candidate, message, evidence, remedy
        )
    language = "Rust" if rust else "C"
    message = (
        f"{subject} has no wheel for this target and is compiled from {language} at each build"
    )
    return True, _finding(SlowBuild, candidate, message, evidence, remedy)


def _lacking(build: "BuildNeed", builder: Builder) -> str:
    """Return what the builder lacks for the build; "" where it has all."""
    read_only = "Read-only file system (os error 30)"
    if build.need != "rust-sdist":
        if not (builder.c_compiler and builder.cxx_compiler):
            return "the builder has no C and C++ compiler"
        missing = build.fortran and not builder.fortran_compiler
        return "the builder has no Fortran compiler" if missing else ""
    if builder.rust:
        return "" if builder.writable_home else f"cargo's home cannot be written: {read_only}"
    if builder.writable_home:
        return "the builder has no cargo"
    return (
        "the builder has no cargo, and its home cannot be written, so none can be fetched: "
        + read_only
    )


def _yanked(candidate: Candidate, reason: str | None, remedy: str) -> list[Finding]:
    if reason is None:
        return []
    said = reason or "no reason was given"
    message = f"{candidate.subject} was withdrawn (yanked): {said}"
    return [_finding(Yanked, candidate, message, (), remedy)]


def _early(candidate: Candidate, wheel: IndexFile, target: Target, remedy: str) -> list[Finding]:
    frozen = _INTERFACE_FROZEN.get(target.python_minor)
    bound = "-cp{}{}-cp".format(*target.python_minor) in wheel.filename
    if frozen is None or wheel.uploaded is None or not bound:
        return []
    if wheel.uploaded.date() >= frozen:
        return []
    message = (
        f"{candidate.subject}: its wheel is of {wheel.uploaded:%Y-%m-%d}, before the binary "
        f"interface of Python {'{}.{}'.format(*target.python_minor)} was final ({frozen})"
    )
    return [_finding(EarlyWheel, candidate, message, (wheel.filename,), remedy)]


def _remark(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.remark,) if candidate.remark else ()


def _finding(
    rule: type[Rule],
    candidate: Candidate,
    message: str,
    evidence: tuple[str, ...],
    remedy: str,
) -> Finding:
    brought = f"brought in by {' → '.join(candidate.chain)}"
    lines = evidence if candidate.direct or not candidate.chain else (*evidence, brought)
    return rule.finding(
        candidate.name, message, evidence=lines, remedy=remedy, place=candidate.place
    )


def _judged(
    candidate: Candidate,
    yanked: str | None,
    verdict: InstallVerdict,
    evidence: tuple[str, ...],
    findings: list[Finding],
    *,
    installs: bool,
    wheel: IndexFile | None = None,
) -> Judged:
    return Judged(
        DistributionCheck(
            name=candidate.name,
            version=str(candidate.version),
            direct=candidate.direct,
            verdict=verdict,
            installs=installs,
            chain=candidate.chain,
            evidence=evidence,
            wheel=Wheel(wheel.filename, wheel.size_bytes) if wheel else None,
            requires_python=next((f.requires_python for f in candidate.files), ""),
            yanked=yanked,
            place=candidate.place,
        ),
        tuple(findings),
    )
