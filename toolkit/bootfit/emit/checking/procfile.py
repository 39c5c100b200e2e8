"""An existing Procfile: one process a line, ``name: command``.

Source: https://devcenter.heroku.com/articles/procfile.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bootfit.emit import rules
from bootfit.model.finding import Finding, Place

PATH = "Procfile"
_LINE = re.compile(r"(?P<name>[A-Za-z0-9_-]+):[ \t]*(?P<command>.*?)[ \t]*")


@dataclass(frozen=True)
class Process:
    """One line of a Procfile."""

    name: str
    command: str
    line: int


def _lines(text: str) -> list[str]:
    """Return the lines as a Procfile's reader has them: other separators are part of a line."""
    return [line.rstrip("\r") for line in text.split("\n")]


def processes(text: str) -> list[Process]:
    """Return the lines of a Procfile that can be read."""
    return [
        Process(match["name"], match["command"], number)
        for number, line in enumerate(_lines(text), 1)
        if (match := _LINE.fullmatch(line)) and match["command"]
    ]


def check_procfile(text: str, path: str = PATH) -> Iterator[Finding]:
    """Yield what is wrong with the Procfile in ``text``, each finding with its line."""
    seen: dict[str, int] = {}
    for number, line in enumerate(_lines(text), 1):
        at = Place(path, number)
        match = _LINE.fullmatch(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if match is None:
            yield rules.PlatformRefuses.finding(
                f"line {number}",
                f"{line.strip()[:60]!r} is no process: a Procfile has `name: command` on each line",
                remedy="write name, colon, command, on one line, without indentation",
                place=at,
            )
            continue
        name = match["name"]
        if not match["command"]:
            yield rules.PlatformRefuses.finding(
                name, f"{name}: has no command", remedy="write it behind the colon", place=at
            )
        if name in seen:
            yield rules.PlatformRefuses.finding(
                name,
                f"{name}: stands in line {seen[name]} already",
                remedy="give each process a name of its own",
                place=at,
            )
        seen.setdefault(name, number)
    near = {"Web": "web", "WEB": "web", "Release": "release", "Worker": "worker"}
    for name, number in seen.items():
        if name in near:
            yield rules.PlatformIgnores.finding(
                name,
                f"{name}: is a process of its own kind, and not {near[name]}",
                remedy=f"write it small: {near[name]}:",
                place=Place(path, number),
            )
    if seen and "web" not in seen and not near.keys() & seen.keys():
        yield rules.PlatformIgnores.finding(
            "web",
            "no web: process: the platform starts nothing that answers requests by itself",
            remedy="add `web: gunicorn ...`, unless this app only works in the background",
            place=Place(path),
        )
