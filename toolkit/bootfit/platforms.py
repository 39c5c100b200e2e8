"""Profiles become `Platform` and `Target`: by name, or by the path of a TOML file."""

import difflib
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from bootfit.model.errors import UsageError
from bootfit.model.platform import (
    Architecture,
    Builder,
    Fact,
    Libc,
    Platform,
    PythonDefaults,
    System,
    Target,
)
from bootfit.model.sizes import parse_size
from bootfit.model.target_names import parse_target, with_python

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TWO_NUMBERS = re.compile(r"\d+\.\d+")
_VERSION = re.compile(r"(\d+\.\d+)(?:\.\d+)?(t)?")
#: What can be checked where no platform says what it offers.
ANY_PYTHON = (*(f"3.{minor}" for minor in range(8, 16)), "3.13t", "3.14t", "3.15t")
_NUMBER = r"(\d+\.\d+(?:\.\d+)?t?)"
#: Where a Python can be pinned → (its file, how that says it).
_PIN_FILES = {
    # As pyenv and uv write it; of several lines the first counts.
    ".python-version": (
        ".python-version",
        re.compile(
            r"\A(?:[ \t]*(?:#.*)?\r?\n)*"
            rf"[ \t]*(?:(?:c?python)-?)?{_NUMBER}[ \t]*(?:#.*)?\r?(?:\n|\Z)"
        ),
    ),
    "runtime.txt": ("runtime.txt", re.compile(rf"\A\s*python-{_NUMBER}\s*\Z")),
    "PYTHON_VERSION": (
        "render.yaml",
        re.compile(rf"key:\s*[\"']?PYTHON_VERSION[\"']?\s*\n\s*value:\s*[\"']?{_NUMBER}\b"),
    ),
    "Pipfile.lock": ("Pipfile.lock", re.compile(rf'"python(?:_full)?_version":\s*"{_NUMBER}"')),
    # The last stage is the one that runs.
    "Dockerfile": ("Dockerfile", re.compile(rf"(?im)^FROM\s+(?:\S+/)?python:{_NUMBER}\b")),
}
_NO_BUILDER = Builder(
    c_compiler=False, cxx_compiler=False, fortran_compiler=False, rust=False, writable_home=True
)


class ProfileFile(Protocol):
    """A TOML file that holds one profile: a path, or a resource inside a package."""

    @property
    def name(self) -> str:
        """Return the file's own name, ``render-free.toml``."""
        ...

    def read_bytes(self) -> bytes:
        """Return the file's content."""
        ...


class _Table(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    """Base of the tables below: written with dashes, closed to unknown keys."""


class _Fact(_Table, frozen=True):
    about: str
    source: str
    read_on: str


class _Python(_Table, frozen=True):
    default: str
    allowed: tuple[str, ...]
    read_from: tuple[str, ...]
    ignored: tuple[str, ...] = ()


class _Builder(_Table, frozen=True):
    c_compiler: bool
    cxx_compiler: bool
    fortran_compiler: bool
    rust: bool
    writable_home: bool


class _Profile(_Table, frozen=True):
    name: str
    title: str
    family: str
    plan: str
    memory: str
    cpu_share: float
    operating_system: System
    architecture: Architecture
    port_variable: str
    artefacts: tuple[str, ...]
    python: _Python
    builder: _Builder
    facts: tuple[_Fact, ...]
    libc: Libc | Literal[""] = ""
    libc_version: str = ""
    system_version: str = ""
    environment: Mapping[str, str] = {}
    swaps: bool = False


def platform_names(files: Sequence[ProfileFile] | None = None) -> tuple[str, ...]:
    """Return the names of the platforms in ``files`` (the built-in ones), sorted."""
    return tuple(sorted(_by_name(files)))


def load_platform(name: str, files: Sequence[ProfileFile] | None = None) -> Platform:
    """Return the platform called ``name``, or the one in the TOML file at that path.

    Args:
        name: a name of :func:`platform_names`, or a path that ends in ``.toml``.
        files: profiles to choose from; the built-in ones where it is None.

    Raises:
        UsageError: there is no such platform, or the profile cannot be understood.
    """
    if name.endswith(".toml"):
        return _read(Path(name), name)
    known = _by_name(files)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise UsageError(
            f"there is no platform {name!r}",
            f"did you mean {near[0]!r}?"
            if near
            else f"choose one of {', '.join(sorted(known))}, or the path of a TOML profile",
        )
    return _read(known[name], name)


def readable(files: Iterable[ProfileFile]) -> tuple[ProfileFile, ...]:
    """Return ``files``, each of which holds a profile.

    Raises:
        UsageError: one cannot be understood.
    """
    found = tuple(files)
    for file in found:
        _read(file, file.name)
    return found


def family_of(platform: Platform, files: Sequence[ProfileFile] | None = None) -> list[Platform]:
    """Return the platforms of the same family, the smallest in memory first, then in CPU."""
    found = [_read(file, name) for name, file in _by_name(files).items()]
    return sorted(
        (candidate for candidate in found if candidate.family == platform.family),
        key=lambda candidate: (candidate.memory_bytes, candidate.cpu_share, candidate.name),
    )


def target_for(platform: Platform, python: str | None = None) -> Target:
    """Return what a wheel must match on ``platform`` with ``python`` (its default if None).

    ``3.11`` and ``3.11.9`` are both understood. ``3.11`` is kept as it is, since which patch
    release it becomes is the platform's business; none of the answers depends on it.

    Raises:
        UsageError: ``python`` is no version, or one that the platform does not offer.
    """
    wanted = python or platform.python.default
    match = _VERSION.fullmatch(wanted)
    # "3.14t" has to be offered by itself.
    offered = match is None or f"{match[1]}{match[2] or ''}" in platform.python.allowed
    target = with_python(machine_of(platform), wanted) if offered else None
    if target is None:
        raise UsageError(
            f"{platform.title} does not offer Python {wanted}",
            f"choose one of {', '.join(platform.python.allowed)}",
        )
    return target


def machine_of(platform: Platform) -> Target:
    """Return what a wheel must match on ``platform``, whatever the Python (which is "")."""
    return Target(
        "",
        platform.libc,
        platform.libc_version,
        platform.architecture,
        system=platform.operating_system,
        system_version=platform.system_version,
    )


@dataclass(frozen=True)
class PinnedPython:
    """The Python that a file of the project asks for."""

    version: str
    file: str


def pinned_python(root: Path, names: Sequence[str]) -> PinnedPython | None:
    """Return the Python that the project in ``root`` asks for, None where no file says one.

    Args:
        root: the project folder.
        names: where a platform looks, the first that says something counts: files, and
            ``PYTHON_VERSION``, which is looked for in render.yaml.
    """
    for name in names:
        file, pattern = _PIN_FILES.get(name, (name, None))
        if pattern is None:
            continue
        try:
            text = (root / file).read_text(encoding="utf-8-sig", errors="replace")
        except OSError:
            continue
        if found := pattern.findall(text):
            return PinnedPython(found[-1], file)
    return None


def by_hand(platform: Platform, name: str, python: str | None = None) -> tuple[Platform, Target]:
    """Return the target called ``name`` with ``python``, and ``platform`` as what builds for it.

    Any Python is offered. What has no wheel is compiled as on ``platform``, where that is the same
    operating system; on others nothing is known to be there.

    Raises:
        UsageError: ``name`` or ``python`` mean nothing; see `bootfit.model.target_names`.
    """
    target = parse_target(name, python or platform.python.default)
    builder = platform.builder if target.system == platform.operating_system else _NO_BUILDER
    pythons = replace(platform.python, allowed=ANY_PYTHON, ignored=(), read_from=())
    return replace(platform, builder=builder, python=pythons), target


def _by_name(files: Sequence[ProfileFile] | None) -> dict[str, ProfileFile]:
    if files is None:
        from bootfit_profiles import PLATFORM_FILES

        files = PLATFORM_FILES
    return {file.name.removesuffix(".toml"): file for file in files}


def _read(file: ProfileFile, shown: str) -> Platform:
    try:
        profile = msgspec.convert(tomllib.loads(file.read_bytes().decode()), _Profile)
        memory_bytes = parse_size(profile.memory)
    except OSError as error:
        raise UsageError(
            f"cannot read the platform {shown!r}: {error.strerror or error}",
            "give the name of a platform, or the path of a TOML profile",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise UsageError(
            f"platform {shown!r} cannot be understood: {error}",
            "the shape is described by platform.schema.json in bootfit_profiles",
        ) from None
    if profile.cpu_share <= 0:
        raise UsageError(f"platform {shown!r}: cpu-share must be above 0", "give it in CPUs: 0.5")
    _check_system(profile, shown)
    return Platform(
        name=profile.name,
        title=profile.title,
        family=profile.family,
        plan=profile.plan,
        memory_bytes=memory_bytes,
        cpu_share=profile.cpu_share,
        operating_system=profile.operating_system,
        architecture=profile.architecture,
        libc=profile.libc,
        libc_version=profile.libc_version,
        python=PythonDefaults(
            default=profile.python.default,
            allowed=profile.python.allowed,
            read_from=profile.python.read_from,
            ignored=profile.python.ignored,
        ),
        builder=Builder(
            c_compiler=profile.builder.c_compiler,
            cxx_compiler=profile.builder.cxx_compiler,
            fortran_compiler=profile.builder.fortran_compiler,
            rust=profile.builder.rust,
            writable_home=profile.builder.writable_home,
        ),
        environment=dict(profile.environment),
        artefacts=profile.artefacts,
        port_variable=profile.port_variable,
        facts=tuple(Fact(fact.about, fact.source, fact.read_on) for fact in profile.facts),
        swaps=profile.swaps,
        system_version=profile.system_version,
    )


def _check_system(profile: _Profile, shown: str) -> None:
    """Refuse a system that is told by halves: Linux has a libc, macOS a release."""
    hint = "Linux has libc and libc-version (2.36), macOS has system-version (14.0)"
    system = profile.operating_system
    for key, value, owner in (
        ("libc", profile.libc, "linux"),
        ("libc-version", profile.libc_version, "linux"),
        ("system-version", profile.system_version, "macos"),
    ):
        if bool(value) != (system == owner):
            what = "does not go with" if value else "is missing for"
            raise UsageError(f"platform {shown!r}: {key} {what} {system}", hint)
        if key.endswith("version") and value and not _TWO_NUMBERS.fullmatch(value):
            raise UsageError(f"platform {shown!r}: {key} {value!r} is no version", hint)
