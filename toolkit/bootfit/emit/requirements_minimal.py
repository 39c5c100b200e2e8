"""requirements-minimal.txt: what the app needs to boot with every plugin on its fallback."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment
from bootfit.model.app import PluginDeclaration
from bootfit.model.plan import Plan

PATH = "requirements-minimal.txt"

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:$|[\s\[(<>=!~;@,#\\])")
_INCLUDE = re.compile(
    r"(?P<option>\s*(?:-r|--requirement|(?P<constraint>-c|--constraint))(?:\s+|=|(?=[^\s=])))"
    r"(?P<path>\S+)"
    r"(?P<rest>.*)",
    re.DOTALL,
)


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"requirements-minimal.txt": text}``, or nothing where there are no requirements.

    Lines stay as the project wrote them (markers, hashes, comments and continuation lines), in
    their order; files that they include are written out in place, once.
    """
    files = context.requirements
    if not files:
        return {}
    stripped = only_for_plugins(context.plugins)
    lines = [
        comment("The project's requirements, less what only plugins above their fallback need:"),
        comment(", ".join(sorted(stripped)) or "nothing"),
    ]
    seen: set[str] = set()
    for path in top_level(files):
        lines += _without(path, files, stripped, seen)
    return {PATH: "".join(lines)}


def only_for_plugins(plugins: Iterable[PluginDeclaration]) -> frozenset[str]:
    """Return the distributions that rungs above the fallback need, and no fallback does."""
    rungs = [(rung, rung is plugin.ladder[-1]) for plugin in plugins for rung in plugin.ladder]
    return frozenset(_names(rung.distributions for rung, last in rungs if not last)) - frozenset(
        _names(rung.distributions for rung, last in rungs if last)
    )


def top_level(files: Mapping[str, str]) -> list[str]:
    """Return the files that no other one includes, in their order."""
    included = {
        _resolved(path, match)
        for path, text in files.items()
        for line in logical_lines(text)
        if (match := _INCLUDE.fullmatch(line.text))
    }
    # Files that include each other in a ring are all kept.
    return [path for path in files if path not in included] or list(files)


@dataclass(frozen=True)
class LogicalLine:
    """One requirement, option or comment, with the physical lines that make it up."""

    text: str
    #: A comment that pip-compile wrote below the requirement: it goes with it.
    belongs_above: bool = False


def logical_lines(text: str) -> Iterator[LogicalLine]:
    """Yield the logical lines of a requirements file; joined, they are ``text`` again."""
    pending = ""
    after_requirement = False
    for line in text.splitlines(keepends=True):
        if not pending and re.match(r"[ \t]+#", line):
            yield LogicalLine(line, belongs_above=after_requirement)
            continue
        pending += line
        # A comment ends a logical line even where it ends in a backslash, as pip reads it.
        if line.rstrip("\r\n").endswith("\\") and not line.lstrip().startswith("#"):
            continue
        after_requirement = _NAME.match(pending) is not None
        yield LogicalLine(pending)
        pending = ""
    if pending:
        yield LogicalLine(pending)


def _without(
    path: str, files: Mapping[str, str], stripped: frozenset[str], seen: set[str]
) -> Iterator[str]:
    """Yield the lines of ``path`` that stay, with included files in place."""
    if path in seen:
        return
    seen.add(path)
    dropped = False
    for line in logical_lines(files[path]):
        if line.belongs_above and dropped:
            continue
        include = _INCLUDE.fullmatch(line.text)
        name = None if include or line.belongs_above else _NAME.match(line.text)
        dropped = name is not None and canonicalize_name(name[1]) in stripped
        if dropped:
            continue
        if include and _resolved(path, include) in files and not include["constraint"]:
            yield from _without(_resolved(path, include), files, stripped, seen)
        elif include:
            yield f"{include['option']}{_resolved(path, include)}{_ended(include['rest'])}"
        else:
            yield _ended(line.text)


def _resolved(path: str, include: re.Match[str]) -> str:
    """Return the included file relative to the project: includes are relative to their file."""
    target = include["path"]
    if "://" in target:
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _names(groups: Iterable[Iterable[str]]) -> Iterator[str]:
    for distributions in groups:
        for distribution in distributions:
            match = _NAME.match(distribution)
            if match:
                yield canonicalize_name(match[1])
