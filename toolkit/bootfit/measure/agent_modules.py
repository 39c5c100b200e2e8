"""The agent that tells which modules an app has loaded, and which distribution brings which.

CPython 3.8 and later, run by its path. Nothing but the app is imported: metadata is read, and
modules are looked up by the path of the package they lie in.
"""

from __future__ import annotations

import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING or __name__ != "__main__":
    from bootfit.measure.agent import ProbedCodeError, attempt, begin, failure, resolve
else:
    # Run by its path: its folder is first on the path, until `begin` takes it off.
    from agent import ProbedCodeError, attempt, begin, failure, resolve

    del sys.modules["agent"]  # the project may have a module of that name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from bootfit.measure.agent import Channel

_CODE = (".py", ".so", ".pyd")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)")
#: Extras that nobody installs to run something.
_FOR_WORK = re.compile(r"tests?|testing|dev(el|elop|elopment)?|docs?|documentation|lint|typing")
_COMMANDS = ("console_scripts", "gui_scripts")


def look(order: dict[str, Any], channel: Channel) -> None:
    """Import the app, if one is named, and tell what is loaded, installed and to be found."""
    if order["app"]:
        attempt("app", "", resolve, order["app"], ("application", "app"))
    loaded = {name: module for name, module in sys.modules.items() if name != "__main__"}
    channel.tell(
        phase="surveyed",
        loaded=sorted(loaded) if order["app"] else [],
        own=sorted(files_below(order["paths"][0], loaded.values())) if order["app"] else [],
        found=[(name, importable(name)) for name in order["modules"]],
        distributions=distributions(),
    )


def files_below(root: str, modules: Iterable[Any]) -> set[str]:
    """Return the files of ``modules`` that lie below ``root``, relative to it."""
    prefix = os.path.realpath(root) + os.sep
    found = set()
    for module in modules:
        path = getattr(module, "__file__", None)
        if isinstance(path, str):
            path = os.path.realpath(path)
            if path.startswith(prefix):
                found.add(path[len(prefix) :].replace(os.sep, "/"))
    return found


def importable(name: str) -> str:
    """Return the longest part of a dotted name that is a module, "" for none; imports nothing."""
    from importlib.machinery import PathFinder
    from importlib.util import find_spec

    parts = name.split(".")
    found = ""
    where: Any = None
    for count, part in enumerate(parts, start=1):
        try:
            whole = ".".join(parts[:count])
            spec = find_spec(part) if count == 1 else PathFinder.find_spec(whole, where)
        except (ImportError, ValueError, AttributeError):
            spec = None
        if spec is None:
            return found
        found = whole
        where = spec.submodule_search_locations
        if where is None:
            return found
    return found


def distributions() -> list[tuple[str, list[str], list[str], list[str], list[str]]]:
    """Return name, modules, needs, entry point groups and commands of each distribution."""
    from importlib.metadata import distributions as all_distributions

    found: dict[str, tuple[str, list[str], list[str], list[str], list[str]]] = {}
    for one in all_distributions():
        name, requirements = name_and_requirements(one)
        if not name or name.lower() in found:
            continue
        needs = {match.group() for match in map(_NAME.match, to_run(requirements)) if match}
        entries = [(str(entry.group), str(entry.name)) for entry in one.entry_points]
        found[name.lower()] = (
            name,
            modules_of(one),
            sorted(needs),
            sorted({group for group, _ in entries if group not in _COMMANDS}),
            sorted({entry for group, entry in entries if group in _COMMANDS}),
        )
    return list(found.values())


def name_and_requirements(distribution: Any) -> tuple[str, list[str]]:
    """Return what the head of METADATA says: parsing the description takes most of the time."""
    head = (distribution.read_text("METADATA") or "").partition("\n\n")[0]
    if not head:  # an egg
        return str(distribution.metadata["Name"] or ""), list(distribution.requires or ())
    fields = [line.partition(":")[::2] for line in head.splitlines()]
    names = [value.strip() for key, value in fields if key == "Name"]
    return names[0] if names else "", [v.strip() for key, v in fields if key == "Requires-Dist"]


def to_run(requirements: Iterable[str]) -> list[str]:
    """Return the requirements that something may need to run: no extras for tests or documents."""
    kept = []
    for line in requirements:
        extras = _EXTRA.findall(line)
        if not extras or any(not _FOR_WORK.fullmatch(extra) for extra in extras):
            kept.append(line)
    return kept


def modules_of(distribution: Any) -> list[str]:
    """Return the shallowest packages and modules of a distribution; none where it is editable."""
    record = distribution.read_text("RECORD") or ""
    if record:
        paths = [line.partition(",")[0].strip('"') for line in record.splitlines()]
        return sorted(shallowest(path.split("/") for path in paths if path.endswith(_CODE)))
    return (distribution.read_text("top_level.txt") or "").split()


def shallowest(files: Iterable[list[str]]) -> set[str]:
    """Return the dotted names of the packages that lie in no other one, and of lone modules."""
    files = [parts for parts in files if parts[0] not in ("..", "")]
    packages = {tuple(parts[:-1]) for parts in files if parts[-1].startswith("__init__.")}
    found = set()
    for parts in files:
        folders = tuple(parts[:-1])
        above = [folders[:n] for n in range(1, len(folders) + 1) if folders[:n] in packages]
        names = above[0] if above else folders[:1] or (parts[-1].partition(".")[0],)
        if all(name.isidentifier() for name in names):
            found.add(".".join(names))
    return {name for name in found if not name.startswith("__editable__")}


def main(folder: str) -> None:
    """Do what the order says; tell what the app raised."""
    order, channel = begin(folder)
    try:
        look(order, channel)
    except ProbedCodeError as error:
        channel.tell(phase="failed", **failure(error))


if __name__ == "__main__":
    main(sys.argv[1])
