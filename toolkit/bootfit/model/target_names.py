"""Targets as people name them become `Target`. Pure; nothing looks at the host.

Understood are the names of uv's ``--python-platform`` (``x86_64-manylinux_2_28``,
``aarch64-apple-darwin``), wheel tags as pip's ``--platform`` has them (``manylinux_2_28_x86_64``,
``macosx_14_0_arm64``, ``win_amd64``) and what reads well (``x86_64-linux-gnu2.28``,
``aarch64-linux-musl1.2``, ``macos-14-arm64``, ``windows-amd64``).
"""

import re
from dataclasses import replace
from typing import Literal

from bootfit.model.errors import UsageError
from bootfit.model.platform import Architecture, Libc, Target

#: Without a version: what uv takes the name to mean (`uv help pip compile`), which is also the
#: oldest that current images have: AlmaLinux 8, Alpine 3.13, macOS 13.
_GLIBC, _MUSL, _MACOS = "2.28", "1.2", "13.0"
_ARCH = r"(?P<arch>x86_64|amd64|x64|aarch64|arm64)"
_LINUX = (
    re.compile(rf"{_ARCH}-(?:unknown-)?linux(?:-(?P<libc>gnu|musl)[-_]?(?P<version>[\d.]+)?)?"),
    re.compile(rf"linux(?:-{_ARCH})?"),
    re.compile(rf"{_ARCH}-(?P<libc>many|musl)linux_?(?P<version>2014|\d+_\d+)"),
    re.compile(rf"(?P<libc>many|musl)linux_?(?P<version>2014|\d+_\d+)_{_ARCH}"),
)
_MAC = (
    re.compile(rf"{_ARCH}-(?:apple-darwin|macos)(?:[-_]?(?P<version>\d+(?:\.\d+)?))?"),
    re.compile(rf"macos(?:-(?P<version>\d+(?:\.\d+)?))?(?:-{_ARCH})?"),
    re.compile(rf"macosx_(?P<version>\d+_\d+)_{_ARCH}"),
)
_WINDOWS = (
    re.compile(rf"{_ARCH}-(?:pc-windows-msvc|windows)"),
    re.compile(rf"win(?:dows)?(?:[-_]{_ARCH})?"),
)
_MACHINES: dict[str, Architecture] = {
    "x86_64": "x86_64",
    "amd64": "x86_64",
    "x64": "x86_64",
    "aarch64": "aarch64",
    "arm64": "aarch64",
}
_PYTHON = re.compile(r"(\d)\.(\d{1,2})(?:\.\d{1,3})?(?P<threaded>t|\+freethreaded)?")
#: The oldest Python that is checked, and the first that has free-threaded builds (PEP 703).
_OLDEST, _FIRST_FREE = (3, 7), (3, 13)
HINT = "write it like x86_64-manylinux_2_28, aarch64-linux-musl1.2, macos-14-arm64 or windows-amd64"


def parse_target(name: str, python: str) -> Target:
    """Return the target that ``name`` and ``python`` (``3.12``, ``3.12.4``, ``3.13t``) mean.

    Raises:
        UsageError: one of them means nothing, or they do not go together.
    """
    text = name.strip().lower()
    where = _linux(text) or _mac(text) or _windows(text)
    if where is None:
        raise UsageError(f"{name!r} is no target", HINT)
    return with_python(where, python)


def with_python(target: Target, python: str) -> Target:
    """Return ``target`` with another Python; a ``t`` behind it means the free-threaded build.

    Raises:
        UsageError: ``python`` is no version that can be checked.
    """
    match = _PYTHON.fullmatch(python.strip())
    if match is None:
        raise UsageError(
            f"{python!r} is not a Python version", "write it like 3.12, 3.12.4 or 3.13t"
        )
    minor, threaded = (int(match[1]), int(match[2])), match["threaded"] or ""
    if threaded and minor < _FIRST_FREE:
        raise UsageError(
            f"Python {match[1]}.{match[2]} has no free-threaded build",
            "the first is {}.{}t".format(*_FIRST_FREE),
        )
    if minor < _OLDEST:
        raise UsageError(
            f"Python {python} is too old to be checked", "choose one from {}.{} on".format(*_OLDEST)
        )
    plain = python.strip().removesuffix(threaded)
    return replace(target, python=plain, free_threaded=bool(threaded))


def _linux(text: str) -> Target | None:
    for pattern in _LINUX:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        found = match.groupdict()
        libc: Libc = "musl" if found.get("libc") == "musl" else "glibc"
        version = found.get("version") or (_MUSL if libc == "musl" else _GLIBC)
        version = "2.17" if version == "2014" else version.replace("_", ".")
        major = "1" if libc == "musl" else "2"
        if not re.fullmatch(rf"{major}\.\d{{1,2}}", version):
            raise UsageError(f"there is no {libc} {version}", HINT)
        return Target("", libc, version, _MACHINES[found.get("arch") or "x86_64"])
    return None


def _mac(text: str) -> Target | None:
    for pattern in _MAC:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        machine = _MACHINES[match["arch"] or "aarch64"]
        version = (match["version"] or _MACOS).replace("_", ".")
        version = version if "." in version else f"{version}.0"
        # Apple's first release for its own processors was macOS 11; CPython asks for 10.9.
        oldest = (11, 0) if machine == "aarch64" else (10, 9)
        if tuple(map(int, version.split("."))) < oldest:
            raise UsageError(f"there is no macOS {version} for {machine}", HINT)
        return _elsewhere("macos", machine, version)
    return None


def _windows(text: str) -> Target | None:
    for pattern in _WINDOWS:
        match = pattern.fullmatch(text)
        if match:
            return _elsewhere("windows", _MACHINES[match["arch"] or "x86_64"], "")
    return None


def _elsewhere(system: Literal["macos", "windows"], machine: Architecture, version: str) -> Target:
    return Target("", "", "", machine, system=system, system_version=version)
