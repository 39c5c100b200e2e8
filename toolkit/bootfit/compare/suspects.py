"""What is measured in turn: what both runs have, and then again what may have become slower."""

from bootfit.compare.comparing import compare_profiles
from bootfit.compare.in_turn import UNSUSPICIOUS
from bootfit.compare.profile import APP, TOGETHER, Profile
from bootfit.compare.subjects import match_subjects
from bootfit.model.tolerances import Allowances

#: What a subject is made of: () for the app, one implementation, or those of a union.
Members = tuple[str, ...]


def common_members(base: Profile, head: Profile) -> dict[str, tuple[Members, Members]]:
    """Return what both have measured: subject of the head → its members in base and in head."""
    found: dict[str, tuple[Members, Members]] = {}
    for subject, older in match_subjects(base, head).same.items():
        if (subject, "memory") in head.figures and (older, "memory") in base.figures:
            found[subject] = ((), ()) if subject == APP else ((older,), (subject,))
    if base.together and head.together:
        found[TOGETHER] = base.together, head.together
    return found


def suspects(base: Profile, head: Profile, allowances: Allowances) -> frozenset[str]:
    """Return the subjects of ``head`` whose import may take longer by more than is tolerated."""
    comparison, _ = compare_profiles(base, head, allowances, in_turn=True)
    return frozenset(
        change.subject
        for change in comparison.changes
        if change.figure == "import-time"
        and (change.ratio or 0) > UNSUSPICIOUS
        and change.difference > allowances.tolerance(change.subject, "import-time").absolute / 2
    )
