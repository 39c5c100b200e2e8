"""Which wheel of a version a target would install, and why the others do not match. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from bootfit.model.platform import Target
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.target_environment import abi_tag, full_python, ranked_tags


@dataclass(frozen=True)
class WheelMatch:
    """The best usable wheel of a version, or why there is none."""

    wheel: IndexFile | None
    #: One line for each thing that does not match; empty where there is a wheel.
    mismatches: tuple[str, ...]


def best_wheel(
    files: Iterable[IndexFile], target: Target, hashes: frozenset[str] = frozenset()
) -> WheelMatch:
    """Return the wheel that an installer would choose from ``files`` on ``target``.

    That is a yanked one only where no other will do (PEP 592, as pip does).

    Args:
        files: files of one version.
        target: where it must install.
        hashes: "algorithm:digest"; where given, only a file with one of them counts.
    """
    wheels = [file for file in files if file.kind == "wheel"]
    if not wheels:
        return WheelMatch(None, ("this version has no wheels at all",))
    ranks = ranked_tags(target)
    usable: list[tuple[bool, int, str, IndexFile]] = []
    refused: list[str] = []
    unusable: list[frozenset[Tag]] = []
    for file in wheels:
        tags = tags_of(file)
        rank = min((ranks[tag] for tag in tags if tag in ranks), default=None)
        if rank is None:
            unusable.append(tags)
        elif not admits_python(file.requires_python, target):
            refused.append(f"{file.filename} requires Python {file.requires_python}")
        elif hashes and not hashes.intersection(file.digests):
            refused.append(f"{file.filename} has none of the hashes that the requirement lists")
        else:
            usable.append((file.yanked is not None, rank, file.filename, file))
    if usable:
        return WheelMatch(min(usable)[3], ())
    return WheelMatch(None, (*refused, *_explain(unusable, target)))


def offers_wheel(files: Iterable[IndexFile], target: Target) -> bool:
    """Return whether one of the ``files`` is a usable wheel that is not yanked."""
    wheel = best_wheel(files, target).wheel
    return wheel is not None and wheel.yanked is None


def admits_python(requires_python: str, target: Target) -> bool:
    """Return whether Requires-Python, upper bounds included, admits the target's Python.

    A specifier that cannot be parsed admits everything, as installers take it.
    """
    return not requires_python or _contains(requires_python, full_python(target))


@lru_cache(maxsize=4096)
def _contains(specifier: str, version: str) -> bool:
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def tags_of(file: IndexFile) -> frozenset[Tag]:
    """Return the tags of a wheel's name; none for a name that is not a wheel's."""
    return _tags(file.filename)


# Of one check: each file is looked at several times, for each Python of a matrix.
@lru_cache(maxsize=4096)
def _tags(filename: str) -> frozenset[Tag]:
    try:
        return frozenset(parse_wheel_filename(filename)[3])
    except InvalidWheelFilename:
        return frozenset()


def is_pure(files: Iterable[IndexFile]) -> bool:
    """Return whether any wheel is for every platform and needs no particular ABI."""
    return any(tag.platform == "any" and tag.abi == "none" for f in files for tag in tags_of(f))


def _explain(unusable: Sequence[frozenset[Tag]], target: Target) -> list[str]:
    """Say what comes nearest: right Python on the wrong platform, or the other way round."""
    accepted = ranked_tags(target)
    platforms = {tag.platform for tag in accepted}
    pythons = {(tag.interpreter, tag.abi) for tag in accepted}
    all_tags = {tag for tags in unusable for tag in tags}
    here = [tag for tag in all_tags if tag.platform in platforms]
    this_python = [tag for tag in all_tags if (tag.interpreter, tag.abi) in pythons]
    lines = []
    if here:
        names = {_python_of(tag) for tag in here}
        known = _in_order({n for n in names if n[:2] == "cp"} or names)
        lines.append(
            f"Python does not match: wheels for this platform are {known}, not {abi_tag(target)}"
        )
    if this_python:
        lines.append(_platform_line(this_python, target))
    if not here and not this_python and all_tags:
        abis = _in_order({_python_of(tag) for tag in all_tags})
        systems = _in_order(Counter(_system(tag.platform) for tag in all_tags))
        lines.append(f"neither Python nor platform matches: wheels are {abis} for {systems}")
    unread = ["its wheels have names that cannot be read"] if unusable else []
    return lines or unread


def _python_of(tag: Tag) -> str:
    """Return the Python that a tag is for: its ABI, with the oldest Python for the stable one."""
    if tag.abi == "none":
        return tag.interpreter
    return f"{tag.interpreter}-{tag.abi}" if tag.abi.startswith("abi3") else tag.abi


def _platform_line(tags: Sequence[Tag], target: Target) -> str:
    """Say what does not match where Python does: operating system, its age, libc, architecture."""
    own = _SYSTEM_NAMES[target.system]
    names = {tag.platform for tag in tags if _system(tag.platform) == own}
    if not names:
        others = _in_order({tag.platform for tag in tags})
        return f"platform does not match: wheels for this Python are {others}, none is for {own}"
    # macOS writes arm64, and calls wheels for both of its architectures universal2.
    machines = (target.architecture, "arm64" if target.architecture == "aarch64" else "amd64")
    same = {n for n in names if n.endswith((*machines, "universal2"))}
    if not same:
        return f"architecture does not match: {own} wheels for this Python are {_in_order(names)}"
    if target.system == "macos":
        return (
            f"macOS is too old: wheels for this Python need {_in_order(same)}, the target has "
            f"macOS {target.system_version}"
        )
    kind = "musllinux" if target.libc == "musl" else "manylinux"
    if same_libc := {name for name in same if name.startswith(kind)}:
        return (
            f"{target.libc} is too old: wheels for this Python need {_in_order(same_libc)}, "
            f"the target has {target.libc} {target.libc_version}"
        )
    return f"libc does not match: {own} wheels for this Python are {_in_order(names)}"


_SYSTEM_NAMES = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}
#: Beginnings of platform tags (PEP 425, 600, 656, 730, 738, 783) that are not Linux's.
_SYSTEM_TAGS = {
    "macosx": "macOS",
    "win": "Windows",
    "ios": "iOS",
    "android": "Android",
    "pyodide": "WebAssembly",
    "emscripten": "WebAssembly",
}


def _system(platform: str) -> str:
    for prefix, name in _SYSTEM_TAGS.items():
        if platform.startswith(prefix):
            return name
    return "any" if platform == "any" else "Linux"


def _in_order(names: Iterable[str]) -> str:
    import re

    def natural(name: str) -> list[tuple[int, str]]:
        return [(int(p), "") if p.isdigit() else (-1, p) for p in re.split(r"(\d+)", name)]

    def minor(name: str) -> tuple[int, list[tuple[int, str]]]:
        match = re.match(r"(?:cp|pp)(\d)(\d*)", name)
        return (int(match[1]) * 100 + int(match[2] or 0) if match else 0, natural(name))

    ordered = sorted(names, key=minor)
    shown = ordered if len(ordered) <= 8 else [*ordered[:3], "…", *ordered[-4:]]
    return ", ".join(shown)
