"""A target as markers, wheel tags and `uv` see it. Nothing here looks at the host."""

from functools import lru_cache

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags

from bootfit.model.platform import Target

#: glibc versions that `uv --python-platform` knows, as minor versions of 2.
_UV_GLIBC = (17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40)


def marker_environment(target: Target) -> dict[str, str]:
    """Return the values of the environment markers of PEP 508 on ``target``."""
    major, minor = target.python_minor
    full = full_python(target)
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": target.architecture,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{major}.{minor}",
        "sys_platform": "linux",
    }


def full_python(target: Target) -> str:
    """Return the target's Python with three numbers.

    Where only ``3.11`` is given, a late patch release is meant: the newest is what platforms
    install, and the few Requires-Python that name a patch release ask for one that is not the
    first (``>=3.9.2``, ``!=3.9.7``).
    """
    return target.python if target.python.count(".") > 1 else f"{target.python}.99"


def applies(marker: Marker | None, target: Target, extras: frozenset[str] = frozenset()) -> bool:
    """Return whether ``marker`` holds on ``target``, with none or any of ``extras`` asked for."""
    if marker is None:
        return True
    environment = marker_environment(target)
    return any(marker.evaluate({**environment, "extra": extra}) for extra in (extras or {""}))


@lru_cache(maxsize=64)
def ranked_tags(target: Target) -> dict[Tag, int]:
    """Return the tags that ``target`` accepts with their rank; 0 is the most specific.

    PEP 600 and PEP 656: wheels for an older glibc or musl of the same major version are accepted.
    """
    platforms = _platforms(target)
    version = target.python_minor
    tags = [
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, f"cp{version[0]}{version[1]}", platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


def uv_platform(target: Target) -> str:
    """Return the ``--python-platform`` of `uv` that is nearest below ``target``."""
    if target.libc == "musl":
        return f"{target.architecture}-unknown-linux-musl"
    minor = int(target.libc_version.split(".")[1])
    known = max((m for m in _UV_GLIBC if m <= minor), default=17)
    return f"{target.architecture}-manylinux_2_{known}"


def _platforms(target: Target) -> list[str]:
    major, minor = (int(part) for part in target.libc_version.split(".")[:2])
    arch = target.architecture
    if target.libc == "musl":
        return [f"musllinux_{major}_{m}_{arch}" for m in range(minor, -1, -1)] + [f"linux_{arch}"]
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    # Every architecture but x86 begins with manylinux2014 (PEP 599).
    lowest = 5 if arch == "x86_64" else 17
    platforms = []
    for m in range(minor, lowest - 1, -1):
        platforms.append(f"manylinux_{major}_{m}_{arch}")
        if m in legacy:
            platforms.append(f"{legacy[m]}_{arch}")
    return [*platforms, f"linux_{arch}"]
