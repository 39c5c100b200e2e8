"""Two profiles become a `Comparison` and findings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bootfit.compare.findings import findings_of
from bootfit.compare.in_turn import Ratio, ratio_of
from bootfit.compare.judge import judge, noise_of_difference
from bootfit.compare.pace import at_pace, pace_of, restlessness_of
from bootfit.compare.profile import APP, MODULES_OF, REQUIREMENTS, TOGETHER, Profile
from bootfit.compare.subjects import match_subjects
from bootfit.compare.weaknesses import weaknesses_of
from bootfit.model.comparison import UNITS, Change, ChangeVerdict, Comparison, FigureName
from bootfit.model.errors import UndeterminedError
from bootfit.model.finding import Finding
from bootfit.model.tolerances import Allowances


def compare_profiles(
    base: Profile, head: Profile, allowances: Allowances, *, in_turn: bool = False
) -> tuple[Comparison, tuple[Finding, ...]]:
    """Return what changed from ``base`` to ``head``, and what is wrong with it.

    Args:
        base: what was.
        head: what is.
        allowances: what the project tolerates.
        in_turn: both were measured in turn: their n-th samples belong together.

    Raises:
        UndeterminedError: they have no figure in common.
    """
    matched = match_subjects(base, head)
    pace = 1.0 if in_turn else pace_of(base, head, matched.same)
    sides = _Sides(base, head, pace, restlessness_of(base, head), allowances, in_turn)
    groups = [one for one in (*head.subjects, *base.subjects) if one.startswith(MODULES_OF)]
    together = {one: one for one in (TOGETHER, *groups, REQUIREMENTS)}
    changes = [
        change
        for subject, older in {**matched.same, **together}.items()
        for change in _changes(subject, older, sides)
    ]
    changes += [
        Change(subject, name, UNITS[name], None, figure, "new")
        for (subject, name), figure in head.figures.items()
        if subject in matched.new
    ]
    changes += [
        Change(subject, name, UNITS[name], figure, None, "removed")
        for (subject, name), figure in base.figures.items()
        if subject in matched.gone
    ]
    if not any(change.base and change.head for change in changes):
        raise UndeterminedError(
            f"{base.origin} and {head.origin} have no figure in common",
            "compare two runs of `bootfit measure`, or two of `bootfit fit`",
        )
    comparison = Comparison(
        base=base.origin,
        head=head.origin,
        changes=tuple(_in_order(changes, head)),
        weaknesses=tuple(one.text for one in weaknesses_of(base, head, pace)),
        pace=pace,
        in_turn=in_turn,
        added=_beyond(head, base),
        dropped=_beyond(base, head),
    )
    return comparison, findings_of(comparison, base, head, matched, allowances)


@dataclass(frozen=True)
class _Sides:
    """Both runs, and what is known of them together."""

    base: Profile
    head: Profile
    pace: float
    restlessness: float
    allowances: Allowances
    in_turn: bool

    def ratio(self, older: str, subject: str, name: FigureName) -> Ratio | None:
        """Return what the rounds say of a time, None where it has none."""
        before, after = self.base.rounds.get(older, ()), self.head.rounds.get(subject, ())
        if not self.in_turn or name != "import-time" or len(before) != len(after):
            return None
        return ratio_of(before, after)


def _changes(subject: str, older: str, sides: _Sides) -> Iterable[Change]:
    base, head = sides.base, sides.head
    for name in UNITS:
        before, after = base.figures.get((older, name)), head.figures.get((subject, name))
        detail = _detail(subject, older, base, head)
        if before and after:
            before = at_pace(name, before, sides.pace)
            noise = noise_of_difference(name, before, after, sides.restlessness)
            ratio = sides.ratio(older, subject, name)
            if ratio is not None:
                after = replace(after, value=before.value * ratio.value)
                noise = before.value * (ratio.noise - 1)
            tolerance = sides.allowances.tolerance(subject, name)
            judged = judge(before, after, tolerance, noise)
            yield Change(
                subject,
                name,
                UNITS[name],
                before,
                after,
                _unless_lost(subject, judged.verdict, base, head),
                judged.threshold,
                judged.decided_by,
                detail,
            )
        elif before and subject in head.unmeasured:
            yield Change(
                subject,
                name,
                UNITS[name],
                before,
                None,
                "removed",
                detail=head.unmeasured[subject],
            )
        elif after and older in base.unmeasured:
            why = f"{detail}; " if detail else ""
            yield Change(
                subject,
                name,
                UNITS[name],
                None,
                after,
                "new",
                detail=f"{why}in the base {base.unmeasured[older]}",
            )


def _unless_lost(
    subject: str, verdict: ChangeVerdict, base: Profile, head: Profile
) -> ChangeVerdict:
    """Return ``verdict``; with fewer members it is no merit of all together to take less."""
    fewer = subject == TOGETHER and not set(base.together) <= set(head.together)
    return "same" if fewer and verdict == "better" else verdict


def _detail(subject: str, older: str, base: Profile, head: Profile) -> str:
    """Return what the name of a subject does not say."""
    if subject == TOGETHER:
        came = [f"with {one}" for one in head.together if one not in base.together]
        went = [f"without {one}" for one in base.together if one not in head.together]
        return ", ".join((*came, *went))
    return f"was {older}" if older != subject else ""


def _beyond(more: Profile, less: Profile) -> tuple[str, ...]:
    """Return the distributions of one that the other has not, or not in that version."""
    if not more.distributions or not less.distributions:
        return ()
    return tuple(one for one in more.distributions if one not in less.distributions)


def _in_order(changes: list[Change], head: Profile) -> list[Change]:
    """Return ``changes``: the app, the plugins as the head has them, what holds for all."""
    last = {TOGETHER: 1, REQUIREMENTS: 3}
    plugins = list(dict.fromkeys(one.partition(":")[0] for one in head.subjects))

    def place(change: Change) -> tuple[int, int]:
        plugin = change.subject.partition(":")[0]
        known = plugins.index(plugin) if plugin in plugins else len(plugins)
        late = 2 if change.subject.startswith(MODULES_OF) else last.get(change.subject, 0)
        return late, -1 if change.subject == APP else known

    return sorted(changes, key=place)
