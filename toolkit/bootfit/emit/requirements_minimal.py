"""requirements-minimal.txt: what the app needs to boot with every plugin on its fallback."""

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment
from bootfit.model.app import PluginDeclaration
from bootfit.model.credentials import without_credentials
from bootfit.model.plan import Plan
from bootfit.model.requirement_lines import (
    LogicalLine,
    StatedOption,
    read_options,
    split_lines,
    split_options,
)

PATH = "requirements-minimal.txt"

_INCLUDES = frozenset({"requirement", "constraint"})


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
    kept = [line for path in top_level(files) for line in _without(path, files, stripped, seen)]
    bare = [_bare(line) for line in kept]
    if bare != kept:
        lines.append(comment("Credentials were taken out of URLs: pip has them from a netrc file."))
    return {PATH: "".join([*lines, *bare])}


def only_for_plugins(plugins: Iterable[PluginDeclaration]) -> frozenset[str]:
    """Return the distributions that rungs above the fallback need, and no fallback does."""
    rungs = [(rung, rung is plugin.ladder[-1]) for plugin in plugins for rung in plugin.ladder]
    return frozenset(_names(rung.distributions for rung, last in rungs if not last)) - frozenset(
        _names(rung.distributions for rung, last in rungs if last)
    )


def top_level(files: Mapping[str, str]) -> list[str]:
    """Return the files that no other one includes, in their order."""
    included = {
        _resolved(path, option.value)
        for path, text in files.items()
        for line in split_lines(text)
        for option in _options(line)
        if option.name in _INCLUDES
    }
    # Files that include each other in a ring are all kept.
    return [path for path in files if path not in included] or list(files)


def _without(
    path: str, files: Mapping[str, str], stripped: frozenset[str], seen: set[str]
) -> Iterator[str]:
    """Yield the lines of ``path`` that stay, with included files in place."""
    if path in seen:
        return
    seen.add(path)
    dropped = after_requirement = False
    for line in split_lines(files[path]):
        # A comment that pip-compile wrote below a requirement goes with it.
        if line.raw[:1] in {" ", "\t"} and line.raw.lstrip().startswith("#"):
            if not (after_requirement and dropped):
                yield _ended(line.raw)
            continue
        name = _name(split_options(line.text)[0])
        after_requirement = bool(name)
        dropped = name in stripped
        if dropped:
            continue
        options = _options(line)
        places = [_resolved(path, o.value) for o in options if o.name in _INCLUDES]
        if places == [o.value for o in options if o.name in _INCLUDES] and not any(
            place in files for place in places
        ):
            yield _ended(line.raw)
            continue
        for option in options:
            place = _resolved(path, option.value)
            if option.name == "requirement" and place in files:
                yield from _without(place, files, stripped, seen)
            else:
                yield _written(option, place if option.name in _INCLUDES else option.value)


def _options(line: LogicalLine) -> tuple[StatedOption, ...]:
    """Return the options of an option line; none for others, and where nobody can read it."""
    if not line.text.startswith("-"):
        return ()
    try:
        return read_options(line.text)
    except ValueError:
        return ()


def _written(option: StatedOption, value: str) -> str:
    if not value:
        return f"{option.spelled}\n"
    equals = "=" if option.spelled.startswith("--") else " "
    return f"{option.spelled}{equals}{shlex.quote(value)}\n"


def _bare(raw: str) -> str:
    """Return a logical line without credentials, which a continuation may cut in two."""
    bare = without_credentials(raw, "")
    stated = [without_credentials(line.text, "") for line in split_lines(raw)]
    if [line.text for line in split_lines(bare)] == stated:
        return bare
    return "".join(f"{text}\n" for text in stated)


def _resolved(path: str, target: str) -> str:
    """Return the included file relative to the project: includes are relative to their file."""
    if "://" in target:
        return target
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _name(stated: str) -> str:
    """Return the normalized name of a requirement; "" for what is none."""
    try:
        return canonicalize_name(Requirement(stated).name)
    except InvalidRequirement:
        return ""


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _names(groups: Iterable[Iterable[str]]) -> Iterator[str]:
    for distributions in groups:
        for distribution in distributions:
            if name := _name(distribution):
                yield name
