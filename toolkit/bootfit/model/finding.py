"""A finding: one thing that is wrong or worth knowing; and the rules that findings come from."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from inspect import cleandoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bootfit.model.run import Run


class Severity(str, Enum):
    """How much a finding matters; ``--fail-on`` compares by :attr:`rank`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for a note, 1 for a warning, 2 for an error."""
        return list(Severity).index(self)


@dataclass(frozen=True, order=True)
class Place:
    """Where in a file: a path relative to the project, and 1-based line and column if known."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)


@dataclass(frozen=True)
class Finding:
    """What was found, about what, how it is known and how to mend it."""

    code: str
    slug: str
    severity: Severity
    subject: str
    message: str
    evidence: tuple[str, ...] = ()
    remedy: str = ""
    place: Place | None = None

    @property
    def fingerprint(self) -> str:
        """A hash of code, path and subject: it outlives moved lines and changed values."""
        identity = "\0".join((self.code, self.place.path if self.place else "", self.subject))
        return hashlib.sha256(identity.encode()).hexdigest()[:32]


class Rule:
    """Base of all rules: a subclass states code, slug and severity.

    Its docstring is what ``bootfit explain CODE`` prints: what, why, how to mend, source.
    """

    code: str
    slug: str
    severity: Severity

    @classmethod
    def explanation(cls) -> str:
        """Return the rule's docstring, dedented."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def examine(cls, run: "Run") -> Iterable[Finding]:
        """Return what this rule finds in what a run learned.

        Asked of the rules that extensions bring, once a command has done its work, whichever it
        is: a part of ``run`` that the command does not fill is None or empty. Bootfit's own legs
        make their findings while they work.
        """
        del run
        return ()

    @classmethod
    def finding(
        cls,
        subject: str,
        message: str,
        *,
        evidence: Sequence[str] = (),
        remedy: str = "",
        place: Place | None = None,
        severity: Severity | None = None,
    ) -> Finding:
        """Return a finding of this rule, of the rule's own severity unless one is given."""
        return Finding(
            code=cls.code,
            slug=cls.slug,
            severity=severity or cls.severity,
            subject=subject,
            message=message,
            evidence=tuple(evidence),
            remedy=remedy,
            place=place,
        )


def worst(findings: Sequence[Finding]) -> Severity | None:
    """Return the highest severity among ``findings``, or None when there are none."""
    return max((f.severity for f in findings), key=lambda s: s.rank, default=None)


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return ``findings`` for reading: errors first, then by code and subject."""
    return tuple(sorted(findings, key=lambda f: (-f.severity.rank, f.code, f.subject)))
