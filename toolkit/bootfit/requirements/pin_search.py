"""The search for versions of pins with which the whole project resolves, builds refused."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.check import DistributionCheck
from bootfit.requirements.audit import names_in
from bootfit.requirements.inquiry import Inquiry, pinned_version, stated
from bootfit.requirements.requirement_file import RequirementEntry
from bootfit.requirements.resolve import NoSolution, Question, Resolution

#: So often the resolver names further pins that stand in the way.
_ROUNDS = 8
#: More pins than that in one explanation are not tried one by one.
_MOST_SINGLE = 6
#: So often a nearer version is asked for.
_MOST_STEPS = 12

Versions = dict[str, Version]


def beside_pin(entry: RequirementEntry) -> SpecifierSet:
    """Return what an entry says beside its pin."""
    kept = [s for s in entry.requirement.specifier if s.operator != "==" or s.version[-2:] == ".*"]
    return SpecifierSet(",".join(map(str, kept)))


class PinSearch:
    """One search. Pins that are not changed stay, unpinned requirements may move."""

    def __init__(
        self,
        inquiry: Inquiry,
        pins: Mapping[str, Sequence[RequirementEntry]],
        checks: Sequence[DistributionCheck],
        blocked: Set[str],
    ) -> None:
        """Take the lines of each pin, the verdicts, and the names of what blocks."""
        self._inquiry = inquiry
        self._pins = pins
        #: What is installed from source all the same, and may be.
        self._built = {c.name for c in checks if c.installs and c.verdict != "wheel"} - blocked
        #: What unpinned requirements get today: the lowest versions are not meant for them.
        self._today = {c.name: c.version for c in checks if c.installs}
        self._known_nearest: dict[str, Version | None] = {}

    def find(self, offending: Set[str]) -> tuple[Versions, tuple[str, ...]]:
        """Return new versions of ``offending`` and of as few other pins as can be, or why not.

        Raises:
            UndeterminedError: the index does not answer.
        """
        why = ""
        # Rather more pins upwards than one of them back by years.
        for upwards in (True, False):
            found, reason = self._widening(set(offending), upwards=upwards)
            if found:
                return found, ()
            why = why or reason
        return {}, (why or "no change of its pins mends it",)

    def _widening(self, names: set[str], *, upwards: bool) -> tuple[Versions, str]:
        """Relax ``names``, and whatever else the resolver names, until something does."""
        reasons: tuple[str, ...] = ()
        for _ in range(_ROUNDS):
            answer = self._relaxed(names, upwards=upwards)
            if not isinstance(answer, NoSolution):
                return answer, ""
            reasons = answer.reasons
            wider = names_in(" ".join(reasons), [name for name in self._pins if name not in names])
            if not wider:
                break
            single = self._with_one_more(names, wider, upwards=upwards)
            if single is not None:
                return single, ""
            names |= set(wider)
        which = ", ".join(sorted(names)) or "the pins"
        conclusion = reasons[0] if reasons else "no versions meet all requirements"
        return {}, f"no other versions of {which} mend it: {conclusion}"

    def _with_one_more(
        self, names: set[str], wider: Sequence[str], *, upwards: bool
    ) -> Versions | None:
        """Return what changes one more pin, and changes it least; None where none is enough."""
        if len(wider) > _MOST_SINGLE:
            return None
        answers = [self._relaxed(names | {one}, upwards=upwards) for one in wider]
        found = [answer for answer in answers if not isinstance(answer, NoSolution)]
        return min(found, key=self._distance, default=None)

    def _distance(self, versions: Versions) -> tuple[int, list[int]]:
        """Return how many pins change, and how far: the place of the first number that differs."""
        steps = []
        for name, version in versions.items():
            pairs = list(zip(self._lowest(name).release, version.release, strict=False))
            steps.append(next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs)))
        return len(steps), sorted(-step for step in steps)

    def _relaxed(self, names: Set[str], *, upwards: bool) -> Versions | NoSolution:
        """Return the nearest versions of ``names`` that do; what has none above goes down."""
        nearest = self._nearest(names)
        if upwards:
            exact = {name: f"=={version}" for name, version in nearest.items()}
            if len(exact) == len(names):
                # Each by itself as near as can be, and together.
                answer = self._resolve(self._question(names, exact), names)
                if isinstance(answer, Resolution):
                    return self._changed(names, answer)
            ways = [self._question(names, self._from(names, nearest), lowest=True)]
        else:
            below = {name: f"<{self._lowest(name)}" for name in names}
            ways = [self._question(names, below), self._question(names, {})]
        refused = NoSolution(())
        for question in ways:
            answer = self._resolve(question, names)
            if isinstance(answer, Resolution):
                return self._nearer(names, self._changed(names, answer))
            refused = answer
        return refused

    def _nearer(self, names: Set[str], found: Versions) -> Versions:
        """Return ``found`` moved towards the pins as far as it goes, one name after the other.

        The resolver turns to what stands in its way first, and then no longer looks for the
        lowest: so it is asked whether something nearer would do.
        """
        for name in sorted(found):
            for _ in range(_MOST_STEPS):
                pins = {other: self._lowest(other) for other in found}
                upwards = found[name] > pins[name]
                bounds = {
                    other: f">={pins[other]},<={v}" if v > pins[other] else f">={v},<{pins[other]}"
                    for other, v in found.items()
                }
                bounds[name] = (
                    f">={pins[name]},<{found[name]}" if upwards else f">{found[name]},<{pins[name]}"
                )
                answer = self._resolve(self._question(names, bounds, lowest=upwards), names)
                changed = self._changed(names, answer) if isinstance(answer, Resolution) else {}
                if name not in changed or set(changed) - set(found):
                    break
                found = changed
        return found

    def _resolve(self, question: Question, names: Set[str]) -> Resolution | NoSolution:
        """Ask, with ``names`` free to be passed over where they refuse the target's Python."""
        project = self._inquiry.project
        kept = [e for e in project.requirements if _name(e) not in names]
        loose = replace(self._inquiry, project=replace(project, requirements=kept))
        return loose.resolve(question, loose.target)

    def _changed(self, names: Set[str], answer: Resolution) -> Versions:
        return {
            name: answer.versions[name]
            for name in sorted(names)
            if name in answer.versions
            and answer.versions[name] not in {pinned_version(e) for e in self._pins[name]}
        }

    def _nearest(self, names: Set[str]) -> Versions:
        """Return, for each name alone, the nearest version whose whole chain has wheels."""
        asked = [name for name in sorted(names) if name not in self._known_nearest]
        target = self._inquiry.target
        ups = self._inquiry.resolve_each([(self._alone(name), target) for name in asked])
        for name, answer in zip(asked, ups, strict=True):
            self._known_nearest[name] = _version(answer, name)
        stuck = [name for name in asked if self._known_nearest[name] is None]
        downs = self._inquiry.resolve_each([(self._below(name), target) for name in stuck])
        for name, answer in zip(stuck, downs, strict=True):
            self._known_nearest[name] = _version(answer, name)
        return {name: v for name in names if (v := self._known_nearest[name]) is not None}

    def _from(self, names: Set[str], nearest: Versions) -> dict[str, str]:
        """Return bounds: upwards from the pins; what has nothing above goes down at once."""
        bounds = {}
        for name in names:
            pin = self._lowest(name)
            near = nearest.get(name, pin)
            bounds[name] = f">={near},<{pin}" if near < pin else f">={pin}"
        return bounds

    def _lowest(self, name: str) -> Version:
        return min(v for e in self._pins[name] if (v := pinned_version(e)) is not None)

    def _alone(self, name: str) -> Question:
        return self._lone(name, f">={self._lowest(name)}", lowest=True)

    def _below(self, name: str) -> Question:
        return self._lone(name, f"<{self._lowest(name)}", lowest=False)

    def _lone(self, name: str, bound: str, *, lowest: bool) -> Question:
        entry = self._pins[name][0]
        return self._strict(
            (_text(entry, beside_pin(entry) & SpecifierSet(bound)),), (), {name}, lowest=lowest
        )

    def _question(
        self, names: Set[str], bounds: Mapping[str, str], *, lowest: bool = False
    ) -> Question:
        """Return the whole project as a question, with the pins of ``names`` in ``bounds``."""

        def loosened(entry: RequirementEntry) -> str:
            name = _name(entry)
            if pinned_version(entry) is not None:
                if name not in names:
                    return stated(entry)
                return _text(entry, beside_pin(entry) & SpecifierSet(bounds.get(name, "")))
            today = self._today.get(name) if lowest and name not in names else None
            floor = SpecifierSet(f">={today}" if today else "")
            return _text(entry, entry.requirement.specifier & floor)

        project = self._inquiry.project
        return self._strict(
            tuple(map(loosened, project.requirements)),
            tuple(map(loosened, project.constraints)),
            names,
            lowest=lowest,
        )

    def _strict(
        self,
        requirements: tuple[str, ...],
        constraints: tuple[str, ...],
        names: Set[str],
        *,
        lowest: bool,
    ) -> Question:
        question = self._inquiry.question(())
        return replace(
            question,
            requirements=requirements,
            constraints=constraints,
            strict=True,
            strict_lowest=lowest,
            no_binary=(*question.no_binary, *sorted(self._built - names)),
        )


def _name(entry: RequirementEntry) -> str:
    return canonicalize_name(entry.requirement.name)


def _text(entry: RequirementEntry, specifier: SpecifierSet) -> str:
    extras = ",".join(sorted(entry.requirement.extras))
    return f"{entry.requirement.name}{f'[{extras}]' if extras else ''}{specifier}"


def _version(answer: Resolution | NoSolution, name: str) -> Version | None:
    return answer.versions.get(name) if isinstance(answer, Resolution) else None
