"""What `check` learns: for each distribution, whether and how it installs on a target."""

from dataclasses import dataclass
from typing import Literal

from bootfit.model.finding import Place

InstallVerdict = Literal[
    "wheel",
    "pure-sdist",
    "optional-c-sdist",
    "c-sdist",
    "rust-sdist",
    "refusing-sdist",
    "requires-python",
    "conflict",
    "no-such-version",
    "not-checkable",
    "unverified",
]


@dataclass(frozen=True)
class RequirementLine:
    """One requirement as the project states it, and where."""

    name: str
    text: str
    place: Place


@dataclass(frozen=True)
class Wheel:
    """A wheel on the index."""

    filename: str
    size_bytes: int | None
    #: What its files take, without bytecode; None where that was not asked for, or is not told.
    installed_bytes: int | None = None


@dataclass(frozen=True)
class DistributionCheck:
    """One distribution at the version that the target would get."""

    name: str
    version: str
    direct: bool
    verdict: InstallVerdict
    #: True where it installs on the platform's builder as it is.
    installs: bool
    #: Who brought it in: ("app's requirements.txt:3", "pandas 3.1.1", "numpy 2.4.6").
    chain: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    wheel: Wheel | None = None
    requires_python: str = ""
    yanked: str | None = None
    place: Place | None = None


@dataclass(frozen=True)
class MatrixCell:
    """One distribution on one Python; ``version`` is "" where a conflict leaves it open."""

    version: str
    verdict: InstallVerdict
    installs: bool


@dataclass(frozen=True)
class MatrixRow:
    """One distribution on all Pythons of a matrix, None where one does not need it."""

    name: str
    cells: tuple[MatrixCell | None, ...]

    @property
    def plain(self) -> bool:
        """Return whether it is a wheel wherever it is needed."""
        return all(cell is None or cell.verdict == "wheel" for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """The same requirement files on several Pythons."""

    pythons: tuple[str, ...]
    #: Pythons on which everything installs without compiling.
    works: tuple[str, ...]
    #: Pythons on which everything installs if what has no wheel compiles on the builder.
    compiles: tuple[str, ...]
    #: Pythons that the platform offers.
    offered: tuple[str, ...]
    #: For each Python why the files are refused as a whole; "" where they are not.
    refusals: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True)
class PinEdit:
    """Another version for one pin."""

    name: str
    before: str
    after: str
    place: Place


@dataclass(frozen=True)
class Fix:
    """What `check --fix` would change so that everything installs, or why it changes nothing."""

    edits: tuple[PinEdit, ...]
    #: The unified diff of all files that would change.
    diff: str
    #: Why no change of pins helps; empty where one does, or where none is needed.
    reasons: tuple[str, ...] = ()
    written: bool = False
    #: What else has to be done by hand.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """The answer of `check` for one target."""

    target: str
    requirement_files: tuple[str, ...]
    distributions: tuple[DistributionCheck, ...]
    #: False where the resolver met a conflict: then only direct requirements were audited.
    resolved: bool
    download_bytes: int | None
    #: None where it was not asked for (`--sizes`), or is not known of all distributions.
    installed_bytes: int | None = None
    matrix: Matrix | None = None
    #: Where `--fix` asked for it.
    fix: Fix | None = None
