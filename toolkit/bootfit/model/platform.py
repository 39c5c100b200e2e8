"""A platform is where the app will run; a target is a platform with one Python version."""

from dataclasses import dataclass
from typing import Literal

Libc = Literal["glibc", "musl"]


@dataclass(frozen=True)
class Fact:
    """Where a profile's fact comes from, and when it was read (ISO date)."""

    about: str
    source: str
    read_on: str


@dataclass(frozen=True)
class Builder:
    """What the machine that installs the requirements has."""

    c_compiler: bool
    cxx_compiler: bool
    fortran_compiler: bool
    rust: bool
    #: False where a toolchain cannot be fetched during the build (a read-only cargo home).
    writable_home: bool


@dataclass(frozen=True)
class PythonDefaults:
    """Which Python runs when the project does not say, and where the project can say it."""

    default: str
    allowed: tuple[str, ...]
    #: Files and variables that are read for the version, the first one wins.
    read_from: tuple[str, ...]
    #: Files that look as if they were read, and are not: "runtime.txt".
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Platform:
    """A profile of ``bootfit_profiles/platforms``."""

    name: str
    title: str
    family: str
    plan: str
    memory_bytes: int
    cpu_share: float
    operating_system: Literal["linux"]
    architecture: Literal["x86_64", "aarch64"]
    libc: Libc
    libc_version: str
    python: PythonDefaults
    builder: Builder
    #: Environment that the platform itself sets for the web process.
    environment: dict[str, str]
    #: Names of the artefacts (emitters) that this platform reads.
    artefacts: tuple[str, ...]
    #: The variable that holds the port to bind.
    port_variable: str
    facts: tuple[Fact, ...]
    swaps: bool = False


def minor_version(python: str) -> str:
    """Return ``3.11`` for ``3.11.9``: what distributions are built for, and figures belong to."""
    return ".".join(python.split(".")[:2])


@dataclass(frozen=True)
class Target:
    """What a wheel must match: an interpreter, an operating system, a libc, an architecture."""

    python: str
    libc: Libc
    libc_version: str
    architecture: Literal["x86_64", "aarch64"]
    implementation: Literal["cpython"] = "cpython"

    @property
    def python_minor(self) -> tuple[int, int]:
        """Return ``(3, 11)`` for ``3.11.9``."""
        major, minor = minor_version(self.python).split(".")
        return int(major), int(minor)

    def __str__(self) -> str:
        return f"CPython {self.python}, {self.architecture} Linux, {self.libc} {self.libc_version}"
