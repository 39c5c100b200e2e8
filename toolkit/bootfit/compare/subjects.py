"""Which subject of the head is which of the base: the same, renamed, new or gone."""

from dataclasses import dataclass
from difflib import get_close_matches

from bootfit.compare.profile import APP, MODULES_OF, REQUIREMENTS, TOGETHER, Profile
from bootfit.model.errors import UsageError
from bootfit.model.tolerances import Allowances


@dataclass(frozen=True)
class Matched:
    """Subjects of two profiles, side by side; a subject is there, measured or not."""

    #: head → base, for what both have; the same name unless it was renamed.
    same: dict[str, str]
    renamed: tuple[tuple[str, str], ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]


def match_subjects(base: Profile, head: Profile) -> Matched:
    """Return what belongs together, in the order of the head."""
    ours, theirs = _declared(head), _declared(base)
    same = {subject: subject for subject in ours if subject in theirs}
    new = [subject for subject in ours if subject not in theirs]
    gone = [subject for subject in theirs if subject not in ours]
    renamed: list[tuple[str, str]] = []
    for subject in list(new):
        older = _older_name(subject, base, head, gone)
        if older is not None:
            renamed.append((older, subject))
            same[subject] = older
            new.remove(subject)
            gone.remove(older)
    ordered = {subject: same[subject] for subject in ours if subject in same}
    return Matched(ordered, tuple(renamed), tuple(new), tuple(gone))


def known_subjects(base: Profile, head: Profile, allowances: Allowances) -> None:
    """Refuse allowances for subjects that neither run has.

    Raises:
        UsageError: there is one.
    """
    named = {*_declared(base), *_declared(head), APP, TOGETHER, REQUIREMENTS}
    modules = [one.removeprefix(MODULES_OF) for one in (*base.subjects, *head.subjects)]
    known = {*named, *_plugins(base), *_plugins(head), *modules}
    for name in allowances.subjects:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(
                f"compare.subjects.{name}: neither run has a plugin or an implementation of that "
                "name",
                f"did you mean {near[0]!r}?" if near else f"there are {', '.join(sorted(known))}",
            )


def _declared(profile: Profile) -> list[str]:
    names = dict.fromkeys([*profile.targets, *profile.subjects, *profile.unmeasured])
    return [
        name
        for name in names
        if name not in (REQUIREMENTS, TOGETHER) and not name.startswith(MODULES_OF)
    ]


def _older_name(subject: str, base: Profile, head: Profile, gone: list[str]) -> str | None:
    """Return what ``subject`` was called: by its target, else by its plugin's rungs."""
    plugin, _, rung = subject.partition(":")
    target = head.targets.get(subject)
    by_target = [one for one in gone if target and base.targets.get(one) == target]
    if len(by_target) == 1:
        return by_target[0]
    ladder = _rungs(head, plugin)
    candidates = {one.partition(":")[0] for one in gone} - set(_plugins(head))
    alike = [one for one in candidates if rung and _rungs(base, one) == ladder]
    others = [one for one in _plugins(head) if one not in _plugins(base)]
    lone = [one for one in others if _rungs(head, one) == ladder]
    return f"{alike[0]}:{rung}" if len(alike) == len(lone) == 1 else None


def _plugins(profile: Profile) -> list[str]:
    names = (name.partition(":")[0] for name in _declared(profile) if ":" in name)
    return list(dict.fromkeys(names))


def _rungs(profile: Profile, plugin: str) -> set[str]:
    pairs = (name.partition(":")[::2] for name in _declared(profile))
    return {rung for owner, rung in pairs if owner == plugin and rung}
