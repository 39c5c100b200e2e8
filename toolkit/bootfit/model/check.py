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
class CheckResult:
    """The answer of `check` for one target."""

    target: str
    requirement_files: tuple[str, ...]
    distributions: tuple[DistributionCheck, ...]
    #: False where the resolver met a conflict: then only direct requirements were audited.
    resolved: bool
    download_bytes: int | None
