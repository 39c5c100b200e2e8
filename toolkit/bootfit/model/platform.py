"""A platform is where the app will run; a target is a platform with one Python version."""

from dataclasses import dataclass
from typing import Literal

Libc = Literal["glibc", "musl"]
Architecture = Literal["x86_64", "aarch64"]
System = Literal["linux", "macos", "windows"]


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
    operating_system: System
    architecture: Architecture
    #: "" outside Linux.
    libc: Libc | Literal[""]
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
    #: The release of macOS; "" for other systems.
    system_version: str = ""


def minor_version(python: str) -> str:
    """Return ``3.11`` for ``3.11.9``: what distributions are built for, and figures belong to."""
    return ".".join(python.split(".")[:2])


@dataclass(frozen=True)
class Target:
    """What a wheel must match: an interpreter, an operating system, a libc, an architecture."""

    #: "3.12" or "3.12.4".
    python: str
    #: "" outside Linux.
    libc: Libc | Literal[""]
    libc_version: str
    architecture: Architecture
    implementation: Literal["cpython"] = "cpython"
    system: System = "linux"
    #: The release of macOS; "" for other systems.
    system_version: str = ""
    #: A build without the global interpreter lock (PEP 703): "3.13t".
    free_threaded: bool = False

    @property
    def python_minor(self) -> tuple[int, int]:
        """Return ``(3, 11)`` for ``3.11.9``."""
        major, minor = self.python.split(".")[:2]
        return int(major), int(minor)

    @property
    def python_name(self) -> str:
        """Return the Python as tools name it, ``3.13.1t`` for a free-threaded build."""
        return f"{self.python}t" if self.free_threaded else self.python

    @property
    def machine(self) -> str:
        """Return all but the Python, as people say it: ``x86_64 Linux, glibc 2.36``."""
        if self.system == "linux":
            return f"{self.architecture} Linux, {self.libc} {self.libc_version}"
        if self.system == "macos":
            return f"{self.architecture} macOS {self.system_version}"
        return f"{self.architecture} Windows"

    def __str__(self) -> str:
        return f"CPython {self.python_name}, {self.machine}"
