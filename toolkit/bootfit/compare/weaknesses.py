"""What makes a comparison weaker: two runs that were not taken in the same way."""

from collections.abc import Iterator
from dataclasses import dataclass

from bootfit.compare.profile import REQUIREMENTS, Profile
from bootfit.model.finding import Severity
from bootfit.model.platform import minor_version

#: Machines that differ by less are taken to be equally fast: medians of imports do not repeat
#: any better.
_SAME_PACE = 0.05


@dataclass(frozen=True)
class Weakness:
    """One of them: what differs (a stable name), in words, and how much it matters."""

    subject: str
    text: str
    severity: Severity = Severity.NOTE
    evidence: tuple[str, ...] = ()


def weaknesses_of(base: Profile, head: Profile, pace: float) -> tuple[Weakness, ...]:
    """Return what was not the same when ``base`` and ``head`` were taken, the worst first."""
    found = (
        *_other_targets(base, head),
        *_other_interpreters(base, head),
        *_other_installations(base, head),
        *_pace(pace),
        *_single_samples(base, head),
        *_missing_legs(base, head),
    )
    return tuple(sorted(found, key=lambda one: -one.severity.rank))


def _other_targets(base: Profile, head: Profile) -> Iterator[Weakness]:
    for subject, before, after in (
        ("project", base.project, head.project),
        ("target", base.target, head.target),
    ):
        if before and after and before != after:
            text = f"the {subject} was {before} in the base, and is {after} in the head"
            yield Weakness(subject, text, Severity.WARNING)


def _other_interpreters(base: Profile, head: Profile) -> Iterator[Weakness]:
    if base.python and head.python and base.python != head.python:
        minor = minor_version(base.python) != minor_version(head.python)
        yield Weakness(
            "python",
            f"measured with {base.python} in the base and {head.python} in the head",
            Severity.WARNING if minor else Severity.NOTE,
        )
    if base.machine and head.machine and base.machine != head.machine:
        text = f"measured on {base.machine} in the base and {head.machine} in the head"
        yield Weakness("machine", text, Severity.WARNING)


def _other_installations(base: Profile, head: Profile) -> Iterator[Weakness]:
    if not (base.installed_digest and head.installed_digest):
        return
    if base.installed_digest == head.installed_digest:
        return
    known = base.installed and head.installed
    came = tuple(f"+ {one}" for one in head.installed if known and one not in base.installed)
    went = tuple(f"- {one}" for one in base.installed if known and one not in head.installed)
    count = f": {len(came)} came, {len(went)} went" if known else ""
    yield Weakness(
        "installed",
        f"base and head were measured with other installed distributions{count}",
        evidence=(*went, *came),
    )


def _pace(pace: float) -> Iterator[Weakness]:
    if abs(pace - 1) > _SAME_PACE:
        yield Weakness(
            "pace",
            f"imports take {pace:.2f} times as long in the head, all of them: the machine, its "
            "load or the Python is another, and the base's times were multiplied by it",
        )


def _single_samples(base: Profile, head: Profile) -> Iterator[Weakness]:
    for name, profile in (("base", base), ("head", head)):
        if any(figure.noise is None for figure in profile.figures.values()):
            yield Weakness(
                f"samples of the {name}",
                f"one sample does not tell the noise of the {name}, so much of it is assumed",
            )


def _missing_legs(base: Profile, head: Profile) -> Iterator[Weakness]:
    for name, one, other in (("base", base, head), ("head", head, base)):
        checked, measured = _legs(one)
        other_checked, other_measured = _legs(other)
        if other_checked and not checked:
            text = f"requirements were not compared: the {name} does not tell what they install"
            yield Weakness(f"check of the {name}", text)
        if other_measured and not measured:
            text = f"memory and time were not compared: the {name} has no measurements"
            yield Weakness(f"measurements of the {name}", text, Severity.WARNING)


def _legs(profile: Profile) -> tuple[bool, bool]:
    """Return whether requirements were checked, and whether anything was measured."""
    subjects = profile.subjects
    measured = bool(profile.unmeasured) or any(one != REQUIREMENTS for one in subjects)
    return REQUIREMENTS in subjects, measured
