"""What is wrong with a change, in words."""

from collections.abc import Iterator

from bootfit.compare.profile import MODULES_OF, REQUIREMENTS, Profile
from bootfit.compare.rules import (
    BaselineOutOfDate,
    ImportTimeRegression,
    InstallationRegression,
    MemoryRegression,
    ModulesRegression,
    MoreDependencies,
    NoLongerMeasured,
    OverAllowance,
    SubjectsDiffer,
    WeakComparison,
)
from bootfit.compare.subjects import Matched
from bootfit.compare.weaknesses import weaknesses_of
from bootfit.model.amounts import amount, by_how_much
from bootfit.model.comparison import UNITS, Change, Comparison, FigureName
from bootfit.model.finding import Finding, Rule
from bootfit.model.tolerances import Allowances

_RULES: dict[FigureName, type[Rule]] = {
    "memory": MemoryRegression,
    "import-time": ImportTimeRegression,
    "download": InstallationRegression,
    "installed": InstallationRegression,
    "dependencies": MoreDependencies,
}
_SAYS: dict[FigureName, str] = {
    "memory": "memory of {} grew",
    "import-time": "import of {} takes longer",
    "download": "download of {} grew",
    "installed": "size on disk of {} grew",
    "dependencies": "{} bring more distributions",
}
_REMEDIES: dict[FigureName, str] = {
    "memory": "load less or later; if it is wanted, take it into the baseline or allow it with "
    "`memory` in [tool.bootfit.compare]",
    "import-time": "import less or later; if it is wanted, take it into the baseline or allow it "
    "with `import-time` in [tool.bootfit.compare]",
    "download": "do without one, or move it to an extra; `download` in [tool.bootfit.compare] "
    "allows it",
    "installed": "do without one, or move it to an extra; `installed` in [tool.bootfit.compare] "
    "allows it",
    "dependencies": "do without, or say `dependencies` in [tool.bootfit.compare]",
}
_DECIDED = {
    "noise": "the noise of both runs explains up to {}",
    "absolute": "{} more are tolerated",
    "relative": "{} more are tolerated, a share of the base",
    "": "",
}


def findings_of(
    comparison: Comparison, base: Profile, head: Profile, matched: Matched, allowances: Allowances
) -> tuple[Finding, ...]:
    """Return what is wrong, and what is worth knowing, about a comparison."""
    return (
        *_regressions(comparison),
        *_over_allowance(head, allowances),
        *_differing_subjects(matched),
        *_no_longer_measured(base, head, matched),
        *(
            WeakComparison.finding(
                one.subject,
                one.text,
                evidence=one.evidence,
                severity=one.severity,
                remedy="measure base and head in the same way",
            )
            for one in weaknesses_of(base, head, comparison.pace)
        ),
    )


def out_of_date(comparison: Comparison) -> tuple[Finding, ...]:
    """Return that a baseline no longer says what is, where it does not and nothing grew."""
    stale = [one for one in comparison.changes if one.verdict in ("better", "new", "removed")]
    if not stale:
        return ()
    told = [
        f"{one.figure} of {one.subject} "
        + {
            "better": f"fell by {by_how_much(one)}",
            "new": "is new",
            "removed": "is gone",
        }[one.verdict]
        for one in stale
    ]
    return (
        BaselineOutOfDate.finding(
            "baseline",
            f"{len(stale)} figures of {comparison.base} are out of date",
            evidence=told,
            remedy="take them over with `bootfit baseline write`",
        ),
    )


def _regressions(comparison: Comparison) -> Iterator[Finding]:
    for change in comparison.changes:
        if change.verdict != "worse" or change.base is None or change.head is None:
            continue
        what = _SAYS[change.figure].format(change.subject)
        of_modules = change.subject.startswith(MODULES_OF)
        rule = ModulesRegression if of_modules else _RULES[change.figure]
        yield rule.finding(
            _subject(change),
            f"{what} by {by_how_much(change)}: {amount(change.base.value, change.unit)} in the "
            f"base, {amount(change.head.value, change.unit)} now",
            evidence=tuple(_evidence(change, comparison)),
            remedy=_REMEDIES[change.figure],
        )


def _subject(change: Change) -> str:
    """Return what a finding is about: two figures of one rule are two findings."""
    return change.figure if change.subject == REQUIREMENTS else change.subject


def _evidence(change: Change, comparison: Comparison) -> Iterator[str]:
    if change.detail:
        yield change.detail
    yield _DECIDED[change.decided_by].format(amount(change.threshold, change.unit))
    if change.subject == REQUIREMENTS:
        yield from (f"+ {one}" for one in comparison.added)
        yield from (f"- {one}" for one in comparison.dropped)
    elif change.base and change.head and not change.subject.startswith(MODULES_OF):
        yield f"medians of {change.base.samples} and {change.head.samples} fresh processes"


def _over_allowance(head: Profile, allowances: Allowances) -> Iterator[Finding]:
    for (subject, name), figure in head.figures.items():
        most = allowances.most(subject, name)
        if most is not None and figure.value > most:
            unit = UNITS[name]
            yield OverAllowance.finding(
                f"{subject} {name}",
                f"{name} of {subject} is {amount(figure.value, unit)}, and the project allows "
                f"{amount(most, unit)}",
                remedy=f"make it smaller, or raise max-{name} in [tool.bootfit.compare]",
            )


def _differing_subjects(matched: Matched) -> Iterator[Finding]:
    for subject in matched.new:
        yield SubjectsDiffer.finding(subject, f"{subject} is new: there is no base for it")
    for subject in matched.gone:
        yield SubjectsDiffer.finding(subject, f"{subject} is gone")
    for older, subject in matched.renamed:
        text = f"{subject} was {older} in the base, and is compared with it"
        yield SubjectsDiffer.finding(subject, text)


def _no_longer_measured(base: Profile, head: Profile, matched: Matched) -> Iterator[Finding]:
    for subject, older in matched.same.items():
        if subject in head.unmeasured and (older, "memory") in base.figures:
            yield NoLongerMeasured.finding(
                subject,
                f"{subject} was measured in the base and could not be in the head: "
                f"{head.unmeasured[subject]}",
                remedy="`bootfit measure` tells what is wrong with it",
            )
