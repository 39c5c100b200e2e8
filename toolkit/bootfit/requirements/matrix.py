"""The same files on several Pythons: where they work as they stand, and what stops the others."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from bootfit.model.check import DistributionCheck, Matrix, MatrixCell, MatrixRow
from bootfit.model.errors import UsageError
from bootfit.model.target_names import with_python
from bootfit.requirements.audit import conflict_finding
from bootfit.requirements.inquiry import Inquiry, pinned_version
from bootfit.requirements.judging import judge_all, read_needs
from bootfit.requirements.resolve import NoSolution, Resolution
from bootfit.requirements.verdict import Candidate
from bootfit.requirements.wheel_match import admits_python

#: Each run of `uv` takes some 40 MB.
_JOBS = 2
#: Below that, no current tool installs anything.
_OLDEST = 8
_FIRST_FREE = 13
_MOST = 20
_COMPILED = {"c-sdist", "rust-sdist"}


@dataclass(frozen=True)
class _Draft:
    """A column before its distributions are judged."""

    inquiry: Inquiry
    candidates: tuple[Candidate, ...]
    refusal: str
    contradicting: frozenset[str]


@dataclass(frozen=True)
class _Column:
    checks: tuple[DistributionCheck, ...]
    #: Why nothing installs there as a whole; "" where that is not so.
    refusal: str = ""
    contradicting: frozenset[str] = frozenset()

    @property
    def works(self) -> bool:
        return not self.refusal and all(check.installs for check in self.checks)

    @property
    def compiles(self) -> bool:
        return any(check.verdict in _COMPILED for check in self.checks)

    def cell(self, name: str) -> MatrixCell | None:
        check = next((check for check in self.checks if check.name == name), None)
        if name in self.contradicting and (check is None or check.installs):
            return MatrixCell(check.version if check else "", "conflict", installs=False)
        return MatrixCell(check.version, check.verdict, check.installs) if check else None


def parse_pythons(text: str) -> tuple[str, ...]:
    """Return the Pythons that ``3.9-3.12`` or ``3.9,3.11-3.13,3.14t`` means, the oldest first.

    A range is of ordinary builds; free-threaded ones are named one by one.

    Raises:
        UsageError: it is no such list, or names none that tools support.
    """
    found: set[tuple[int, str]] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*3\.(\d{1,2})(?:(t)|\s*-\s*3\.(\d{1,2}))?\s*", part)
        if match is None:
            raise UsageError(
                f"{part.strip()!r} is not a range of Pythons",
                "write it like 3.9-3.13 or 3.10,3.12,3.14t",
            )
        first, threaded, last = int(match[1]), match[2] or "", int(match[3] or match[1])
        found |= {(minor, threaded) for minor in range(first, last + 1)}
        if last < first or first < _OLDEST or len(found) > _MOST:
            raise UsageError(
                f"the Pythons {part.strip()!r} cannot be checked",
                f"name up to {_MOST}, from 3.{_OLDEST} on, the older first",
            )
        if threaded and first < _FIRST_FREE:
            raise UsageError(
                f"Python 3.{first} has no free-threaded build", f"the first is 3.{_FIRST_FREE}t"
            )
    return tuple(f"3.{minor}{threaded}" for minor, threaded in sorted(found))


def try_pythons(inquiry: Inquiry, pythons: Sequence[str]) -> Matrix:
    """Return what the project's files do on each of ``pythons``, a few resolved at a time.

    Where they contradict one another on a Python, what does not take part is judged all the same.

    Raises:
        UndeterminedError: the index does not answer.
    """
    inquiry.progress(f"Trying Python {', '.join(pythons)}")
    quiet = replace(inquiry, progress=lambda _: None)
    others = [quiet.on(with_python(inquiry.target, python)) for python in pythons]
    with ThreadPoolExecutor(_JOBS) as pool:
        running = [pool.submit(_draft, other) for other in others]
        # While the others are resolved. Pythons share what has no wheel: it is read once.
        for done in as_completed(running):
            draft = done.result()
            read_needs((draft.inquiry, one) for one in draft.candidates)
    drafts = [one.result() for one in running]
    columns = [_judged(draft) for draft in drafts]
    names = sorted(
        {check.name for column in columns for check in column.checks}.union(
            *(column.contradicting for column in columns)
        )
    )
    working = [
        (python, column) for python, column in zip(pythons, columns, strict=True) if column.works
    ]
    return Matrix(
        pythons=tuple(pythons),
        works=tuple(python for python, column in working if not column.compiles),
        compiles=tuple(python for python, column in working if column.compiles),
        offered=tuple(p for p in pythons if p in inquiry.platform.python.allowed),
        refusals=tuple(column.refusal for column in columns),
        rows=tuple(
            MatrixRow(name, tuple(column.cell(name) for column in columns)) for name in names
        ),
    )


def _draft(inquiry: Inquiry) -> _Draft:
    candidates = inquiry.locked()
    refusal = next(
        (
            f"the project requires Python {text}"
            for text, _ in inquiry.project.requires_python
            if not admits_python(text, inquiry.target)
        ),
        "",
    )
    contradicting: frozenset[str] = frozenset()
    entries = inquiry.project.requirements
    if entries:
        answer = inquiry.resolve(inquiry.question(entries), inquiry.target)
        if isinstance(answer, NoSolution):
            conflict = conflict_finding(answer, entries)
            refusal = refusal or answer.summary
            contradicting = frozenset(conflict.subject.split(", "))
            candidates += _despite(inquiry, contradicting)
        else:
            candidates += inquiry.candidates(answer)
    return _Draft(inquiry, tuple(candidates), refusal, contradicting)


def _judged(draft: _Draft) -> _Column:
    judged = judge_all(draft.inquiry, draft.candidates, with_nearest=False)
    return _Column(tuple(one.check for one in judged), draft.refusal, draft.contradicting)


def _despite(inquiry: Inquiry, contradicting: frozenset[str]) -> list[Candidate]:
    """Return what can be judged in spite of a conflict: the pins, and what the others bring in."""
    direct = inquiry.directs()
    others = [entry for name, entry in direct.items() if name not in contradicting]
    answer = inquiry.resolve(inquiry.question(others), inquiry.target) if others else None
    chosen = inquiry.candidates(answer) if isinstance(answer, Resolution) else []
    found = [candidate for candidate in chosen if candidate.name not in contradicting]
    known = {candidate.name for candidate in found}
    pinned = {name: pinned_version(entry) for name, entry in direct.items() if name not in known}
    inquiry.index.pages(name for name, version in pinned.items() if version)
    return [
        *found,
        *(inquiry.candidate(name, version) for name, version in pinned.items() if version),
    ]
