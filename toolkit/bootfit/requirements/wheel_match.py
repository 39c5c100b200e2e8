"""Which wheel of a version a target would install, and why the others do not match. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from bootfit.model.platform import Target
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.target_environment import full_python, ranked_tags


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

    Args:
        files: files of one version.
        target: where it must install.
        hashes: "algorithm:digest"; where given, only a file with one of them counts.
    """
    wheels = [file for file in files if file.kind == "wheel"]
    if not wheels:
        return WheelMatch(None, ("this version has no wheels at all",))
    ranks = ranked_tags(target)
    usable: list[tuple[int, str, IndexFile]] = []
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
            usable.append((rank, file.filename, file))
    if usable:
        return WheelMatch(min(usable)[2], ())
    return WheelMatch(None, (*refused, *_explain(unusable, target)))


def admits_python(requires_python: str, target: Target) -> bool:
    """Return whether Requires-Python, upper bounds included, admits the target's Python.

    A specifier that cannot be parsed admits everything, as installers take it.
    """
    if not requires_python:
        return True
    try:
        specifier = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return True
    return specifier.contains(full_python(target), prereleases=True)


def tags_of(file: IndexFile) -> frozenset[Tag]:
    """Return the tags of a wheel's name; none for a name that is not a wheel's."""
    try:
        return frozenset(parse_wheel_filename(file.filename)[3])
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
    minor = "cp{}{}".format(*target.python_minor)
    if here:
        names = {tag.abi if tag.abi != "none" else tag.interpreter for tag in here}
        known = _in_order({n for n in names if n[:2] in {"cp", "ab"}} or names)
        lines.append(f"Python does not match: wheels for this platform are {known}, not {minor}")
    if this_python:
        lines.append(_platform_line(this_python, target))
    if not here and not this_python and all_tags:
        abis = _in_order({tag.abi for tag in all_tags})
        systems = _in_order(Counter(_system(tag.platform) for tag in all_tags))
        lines.append(f"neither Python nor platform matches: wheels are {abis} for {systems}")
    unread = ["its wheels have names that cannot be read"] if unusable else []
    return lines or unread


def _platform_line(tags: Sequence[Tag], target: Target) -> str:
    same_libc = [
        tag
        for tag in tags
        if tag.platform.endswith(target.architecture)
        and tag.platform.startswith("musllinux" if target.libc == "musl" else "manylinux")
    ]
    names = _in_order({tag.platform for tag in tags})
    if same_libc:
        return (
            f"{target.libc} is too old: wheels for this Python need "
            f"{_in_order({tag.platform for tag in same_libc})}, the target has "
            f"{target.libc} {target.libc_version}"
        )
    if any(_system(tag.platform) == "Linux" for tag in tags):
        machines = {tag.platform for tag in tags if _system(tag.platform) == "Linux"}
        wrong = "libc" if any(m.endswith(target.architecture) for m in machines) else "architecture"
        return f"{wrong} does not match: Linux wheels for this Python are {_in_order(machines)}"
    return f"platform does not match: wheels for this Python are {names}"


def _system(platform: str) -> str:
    for prefix, name in (("macosx", "macOS"), ("win", "Windows"), ("ios", "iOS")):
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
