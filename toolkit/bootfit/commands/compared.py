"""What is compared: run documents and baselines from files, and the findings of a comparison."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bootfit.model.compare_table import CompareTable, allowances_of
from bootfit.model.document import decode_run
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding, Place, in_order
from bootfit.model.run import Run
from bootfit.model.tolerances import Allowances

if TYPE_CHECKING:
    from bootfit.compare import Profile

_HINT = "write one with `bootfit measure --format json=FILE` or `bootfit baseline write`"


def read_document(path: Path) -> Run:
    """Return the run document at ``path``.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    return decode_run(_read(path), str(path))


def read_profile(path: Path) -> "tuple[Profile, Run | None]":
    """Return the figures in ``path``, and its run unless it is a baseline.

    Raises:
        UsageError: it cannot be read, or is neither.
    """
    from bootfit.compare import profile_of
    from bootfit.compare.baseline import read_baseline

    data = _read(path)
    if path.suffix == ".toml":
        try:
            return read_baseline(data.decode(), str(path)), None
        except UnicodeDecodeError:
            raise UsageError(f"{path} is no text", _HINT) from None
    run = decode_run(data, str(path))
    return profile_of(run, str(path)), run


def compare_runs(
    base: "Profile",
    head: Run,
    origin: str,
    allowances: Allowances,
    *,
    place: Place | None = None,
    in_turn: bool = False,
) -> Run:
    """Return ``head`` with what changed since ``base``.

    Args:
        base: the figures of the base.
        head: the run of the head.
        origin: where that comes from, as people name it.
        allowances: what the project tolerates.
        place: the file that holds the base.
        in_turn: both were measured in turn.

    Raises:
        UndeterminedError: they have no figure in common.
        UsageError: the project allows something to a subject that neither has.
    """
    from bootfit.compare import compare_profiles, known_subjects, profile_of

    profile = profile_of(head, origin)
    known_subjects(base, profile, allowances)
    comparison, findings = compare_profiles(base, profile, allowances, in_turn=in_turn)
    placed = (replace(one, place=place) if place else one for one in findings)
    known = dict.fromkeys((*head.findings, *placed))
    return replace(head, comparison=comparison, findings=in_order(tuple(known)))


def allowances(table: CompareTable, options: Sequence[str]) -> Allowances:
    """Return what the project allows, with what ``--allow`` says over it."""
    return allowances_of(table, options)


def only(findings: Sequence[Finding], *prefixes: str) -> tuple[Finding, ...]:
    """Return the findings whose code starts with one of ``prefixes``."""
    return tuple(one for one in findings if one.code.startswith(prefixes))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", _HINT) from None
