"""A target as markers, wheel tags and `uv` see it. Nothing here looks at the host."""

from functools import lru_cache

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms

from bootfit.model.platform import Target

#: glibc versions that `uv --python-platform` knows, as minor versions of 2.
_UV_GLIBC = (17, 28, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40)
#: The musl that it takes ``unknown-linux-musl`` to mean.
_UV_MUSL = "1.2"


#: What `os.name`, `sys.platform` and `platform.system()` say, and `platform.machine()` of each
#: architecture.
_SYSTEMS = {
    "linux": ("posix", "linux", "Linux", {"x86_64": "x86_64", "aarch64": "aarch64"}),
    "macos": ("posix", "darwin", "Darwin", {"x86_64": "x86_64", "aarch64": "arm64"}),
    "windows": ("nt", "win32", "Windows", {"x86_64": "AMD64", "aarch64": "ARM64"}),
}


def marker_environment(target: Target) -> dict[str, str]:
    """Return the values of the environment markers of PEP 508 on ``target``."""
    major, minor = target.python_minor
    full = full_python(target)
    os_name, sys_platform, system, machines = _SYSTEMS[target.system]
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": os_name,
        "platform_machine": machines[target.architecture],
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "python_full_version": full,
        "python_version": f"{major}.{minor}",
        "sys_platform": sys_platform,
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
    platforms = platform_tags(target)
    version = target.python_minor
    tags = [
        # The ABI is named: without one, that of the host's own Python is looked at.
        *cpython_tags(version, abis=[abi_tag(target)], platforms=platforms),
        *compatible_tags(version, f"cp{version[0]}{version[1]}", platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


def abi_tag(target: Target) -> str:
    """Return the ABI of extension modules: ``cp312``, ``cp313t`` (PEP 703), ``cp37m`` (PEP 425)."""
    major, minor = target.python_minor
    flags = "m" if (major, minor) < (3, 8) else "t" if target.free_threaded else ""
    return f"cp{major}{minor}{flags}"


def uv_platform(target: Target) -> str:
    """Return the ``--python-platform`` of `uv` that is nearest below ``target``."""
    if target.system == "macos":
        return f"{target.architecture}-apple-darwin"
    if target.system == "windows":
        return f"{target.architecture}-pc-windows-msvc"
    if target.libc == "musl":
        return f"{target.architecture}-unknown-linux-musl"
    return f"{target.architecture}-manylinux_2_{_uv_glibc(target)}"


def uv_environment(target: Target) -> dict[str, str]:
    """Return variables for `uv` that say what ``--python-platform`` leaves open.

    Source: uv's documentation of ``--python-platform``.
    """
    if target.system == "macos":
        return {"MACOSX_DEPLOYMENT_TARGET": target.system_version}
    return {}


def approximations(target: Target) -> tuple[str, ...]:
    """Return in what `uv` resolves for another target than ``target``; nothing where it does not.

    It matters where a version has no sdist and wheels for one of the two alone: an installer on
    the target may choose another version then. Wheels themselves are matched exactly.
    """
    found = []
    if target.libc == "musl" and target.libc_version != _UV_MUSL:
        found.append(f"versions were resolved for musl {_UV_MUSL}, the one that uv knows")
    if target.libc == "glibc" and (known := f"2.{_uv_glibc(target)}") != target.libc_version:
        found.append(f"versions were resolved for glibc {known}, the nearest that uv knows")
    return tuple(found)


def _uv_glibc(target: Target) -> int:
    minor = int(target.libc_version.split(".")[1])
    return max((known for known in _UV_GLIBC if known <= minor), default=_UV_GLIBC[0])


def platform_tags(target: Target) -> list[str]:
    """Return the platform tags that ``target`` accepts, the most specific first."""
    if target.system == "macos":
        major, minor = (int(part) for part in target.system_version.split(".")[:2])
        machine = "arm64" if target.architecture == "aarch64" else target.architecture
        return list(mac_platforms((major, minor), machine))
    if target.system == "windows":
        return ["win_arm64" if target.architecture == "aarch64" else "win_amd64"]
    return _linux_tags(target)


def _linux_tags(target: Target) -> list[str]:
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
