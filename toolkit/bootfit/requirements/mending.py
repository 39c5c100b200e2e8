"""Which pins to change so that the whole project installs: the fewest, and the nearest versions.

The resolver finds them, with builds refused where they would fail; the whole project is then
checked again as an installer would take it.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.check import DistributionCheck
from bootfit.model.finding import Finding, Severity
from bootfit.requirements.advice import MENDABLE
from bootfit.requirements.audit import names_in
from bootfit.requirements.inquiry import Inquiry, pinned_version, stated
from bootfit.requirements.project_files import ProjectRequirements
from bootfit.requirements.relock import relock_command
from bootfit.requirements.requirement_file import RequirementEntry
from bootfit.requirements.resolve import NoSolution, Question, Resolution
from bootfit.requirements.rules import Conflict, HashMissing, SlowBuild, Yanked

#: What a change of pins can mend, and what it must not bring about.
BLOCKING = MENDABLE | {SlowBuild.code, Yanked.code, HashMissing.code}
_ROUNDS = 8
#: More pins than that in one explanation are not tried one by one.
_MOST_SINGLE = 6


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
            reasons.append(_no_pin(finding, inquiry))
    if reasons:
        return Mending({}, tuple(dict.fromkeys(reasons)))
    inquiry.progress("Looking for the nearest pins with which everything installs")
    return _Search(inquiry, pins, checks, {f.subject for f in wrong}).find(offending)


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
    requirement.specifier = _others(entry) & SpecifierSet(f"=={versions[name]}")
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


def _no_pin(finding: Finding, inquiry: Inquiry) -> str:
    file = finding.place.path if finding.place else ""
    if any(package.place.path == file for package in inquiry.project.locked if package.place):
        return (
            f"{file} is a lock, which is not edited: run `{relock_command(file, finding.subject)}`"
        )
    return f"no pin of the project leads to it: {finding.message}"


def _others(entry: RequirementEntry) -> SpecifierSet:
    """Return what an entry says beside its pin."""
    kept = [s for s in entry.requirement.specifier if s.operator != "==" or s.version[-2:] == ".*"]
    return SpecifierSet(",".join(map(str, kept)))


class _Search:
    """The search for one mending."""

    def __init__(
        self,
        inquiry: Inquiry,
        pins: Mapping[str, Sequence[RequirementEntry]],
        checks: Sequence[DistributionCheck],
        blocked: Set[str],
    ) -> None:
        self._inquiry = inquiry
        self._pins = pins
        self._blocked = blocked
        #: What is installed from source all the same, and may be.
        self._built = {c.name for c in checks if c.installs and c.verdict != "wheel"} - blocked
        #: What unpinned requirements get today: the lowest versions are not meant for them.
        self._today = {c.name: c.version for c in checks if c.installs}

    def find(self, offending: set[str]) -> Mending:
        names = set(offending)
        reasons: tuple[str, ...] = ()
        for _ in range(_ROUNDS):
            answer = self._relaxed(names)
            if isinstance(answer, Mending):
                return answer
            reasons = answer.reasons
            named = [name for name in self._pins if name not in names]
            wider = names_in(" ".join(reasons), named)
            if not wider:
                break
            single = self._with_one_more(names, wider)
            if single is not None:
                return single
            names |= set(wider)
        conclusion = reasons[0] if reasons else "no versions meet all requirements"
        return Mending({}, (f"no versions of {_list(names)} mend it: {conclusion}",))

    def _with_one_more(self, names: set[str], wider: Sequence[str]) -> Mending | None:
        """Return the mending that changes one more pin, and changes it least; None for none."""
        if len(wider) > _MOST_SINGLE:
            return None
        found = [
            answer for one in wider if isinstance(answer := self._relaxed(names | {one}), Mending)
        ]
        return min(found, key=self._distance, default=None)

    def _distance(self, mending: Mending) -> tuple[int, list[int]]:
        """Return how far it goes: how many pins, and their steps in the most significant number."""
        jumps = []
        for name, version in mending.versions.items():
            old = pinned_version(self._pins[name][0])
            pairs = list(zip((old or version).release, version.release, strict=False))
            jumps.append(next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs)))
        return len(jumps), sorted(-jump for jump in jumps)

    def _relaxed(self, names: Set[str]) -> Mending | NoSolution:
        """Return the nearest versions of ``names`` that do, upwards before downwards."""
        ways = [self._upwards(names), self._question(names, down=names), self._question(names)]
        first: NoSolution | None = None
        loose = replace(self._inquiry, project=_without_pins(self._inquiry.project, names))
        for question in ways:
            answer = loose.resolve(question, loose.target)
            if isinstance(answer, Resolution):
                return Mending(self._changed(names, answer))
            # Why the pins as they are do not do, and not why older ones would not.
            first = first or answer
        return first or NoSolution(())

    def _changed(self, names: Set[str], answer: Resolution) -> dict[str, Version]:
        return {
            name: answer.versions[name]
            for name in sorted(names)
            if name in answer.versions
            and answer.versions[name] not in {pinned_version(e) for e in self._pins[name]}
        }

    def _upwards(self, names: Set[str]) -> Question:
        """Ask for the lowest versions from each pin on; what has none above goes down at once."""
        alone = [
            (self._alone(name, f">={self._lowest(name)}"), self._inquiry.target)
            for name in sorted(names)
        ]
        answers = self._inquiry.resolve_each(alone) if len(names) > 1 else []
        stuck = [n for n, a in zip(sorted(names), answers, strict=False) if not _solved(a)]
        below = self._inquiry.resolve_each(
            [(self._below(name), self._inquiry.target) for name in stuck]
        )
        floors = {
            name: answer.versions[name]
            for name, answer in zip(stuck, below, strict=True)
            if isinstance(answer, Resolution) and name in answer.versions
        }
        return self._question(names, lowest=True, floors=floors)

    def _lowest(self, name: str) -> Version:
        return min(v for e in self._pins[name] if (v := pinned_version(e)) is not None)

    def _alone(self, name: str, bound: str) -> Question:
        question = self._inquiry.question(())
        return replace(
            question,
            requirements=(f"{name}{bound}",),
            constraints=(),
            strict_lowest=True,
            no_binary=(*question.no_binary, *sorted(self._built - {name})),
        )

    def _below(self, name: str) -> Question:
        return replace(
            self._alone(name, f"<{self._lowest(name)}"), strict_lowest=False, strict=True
        )

    def _question(
        self,
        names: Set[str],
        *,
        down: Set[str] = frozenset(),
        lowest: bool = False,
        floors: Mapping[str, Version] | None = None,
    ) -> Question:
        """Return the whole project as a question, with the pins of ``names`` relaxed."""
        floors = floors or {}
        project = self._inquiry.project

        def loosened(entry: RequirementEntry) -> str:
            name = canonicalize_name(entry.requirement.name)
            pin = pinned_version(entry)
            extras = f"[{','.join(sorted(e))}]" if (e := entry.requirement.extras) else ""
            if name not in names or pin is None:
                text = stated(entry)
                today = self._today.get(name)
                if not lowest or pin is not None or today is None or name in names:
                    return text
                bare = not entry.requirement.specifier
                return f"{text}>={today}" if bare else f"{text},>={today}"
            specifier = _others(entry)
            if name in floors:
                specifier &= SpecifierSet(f">={floors[name]},<{pin}")
            elif name in down:
                specifier &= SpecifierSet(f"<{pin}")
            elif lowest:
                specifier &= SpecifierSet(f">={pin}")
            return f"{entry.requirement.name}{extras}{specifier}"

        question = self._inquiry.question(())
        return replace(
            question,
            requirements=tuple(map(loosened, project.requirements)),
            constraints=tuple(map(loosened, project.constraints)),
            strict=True,
            strict_lowest=lowest,
            no_binary=(*question.no_binary, *sorted(self._built - set(names))),
        )


def _without_pins(project: ProjectRequirements, names: Set[str]) -> ProjectRequirements:
    """Return ``project`` without what it says of ``names``: they are free to be passed over."""
    kept = [e for e in project.requirements if canonicalize_name(e.requirement.name) not in names]
    return replace(project, requirements=kept)


def _solved(answer: Resolution | NoSolution) -> bool:
    return isinstance(answer, Resolution)


def _list(names: Set[str]) -> str:
    return ", ".join(sorted(names)) or "its pins"
