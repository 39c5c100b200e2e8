"""Requirement files with other versions in some pins, and every other character as it was. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from bootfit.model.finding import Place
from bootfit.model.requirement_lines import LogicalLine, split_lines
from bootfit.requirements.requirement_file import Entry, RequirementEntry, parse_entries
from bootfit.requirements.toml_text import load_toml

_HASH = re.compile(r"--hash(?:=|\s+)[\"']?[A-Za-z0-9]+:[0-9A-Fa-f]+[\"']?")
#: A string of one line (basic or literal); comments and strings of several lines are passed over.
_TOML_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|(?P<string>"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')|\#[^\n]*',
    re.DOTALL,
)


class NotEditable(Exception):  # noqa: N818 - a finding, not an error of ours
    """The pin is written in a way that cannot be changed safely; the text says how."""


@dataclass(frozen=True)
class PinChange:
    """Another version for one pin."""

    entry: RequirementEntry
    before: Version
    after: Version
    #: "sha256:…" of all files of the new version; empty where the line lists none.
    hashes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the requirement with the new version, written like the old one.

        Raises:
            NotEditable: the version does not stand in it as a whole.
        """
        return _with_version(self.entry.text, self.entry.requirement, self.after)


def edit_lines(text: str, changes: Sequence[PinChange], file: str) -> str:
    """Return a requirement file with ``changes`` made.

    Raises:
        NotEditable: a line is not the one that was read, or is broken within its version.
    """
    wanted = {(c.entry.place.line, c.entry.place.column): c for c in changes}
    lines = []
    for line in split_lines(text):
        change = wanted.pop(line.position(0), None) if line.text else None
        if change is not None and not line.text.startswith(change.entry.text):
            raise NotEditable(f"{change.entry.place} is no longer {change.entry.text}")
        lines.append(_changed(line, change) if change else line.raw)
    if wanted:
        lost = next(iter(wanted.values()))
        raise NotEditable(f"{lost.entry.place} is no longer there")
    edited = "".join(lines)
    _prove_lines(text, edited, changes, file)
    return edited


def edit_toml(text: str, changes: Sequence[PinChange], file: str) -> str:
    """Return a pyproject.toml with ``changes`` made in all arrays of requirements that have them.

    A pin that stands in several extras or groups in the same words is changed in all of them:
    left behind it would contradict the others.

    Raises:
        NotEditable: a requirement is not written as one plain string.
    """
    edited = text
    for change in changes:
        places = list(_strings_of(edited, change.entry.text, file))
        if not places:
            raise NotEditable(f"{change.entry.text} is not written as one string in {file}")
        for start, end in reversed(places):
            changed = _with_version(edited[start:end], change.entry.requirement, change.after)
            edited = edited[:start] + changed + edited[end:]
    _prove_toml(text, edited, changes, file)
    return edited


def _prove_lines(before: str, after: str, changes: Sequence[PinChange], file: str) -> None:
    """Read both texts: they say the same, but for the new versions and hashes."""
    wanted = {change.entry.place: change for change in changes}

    def said(entry: Entry) -> Entry:
        nowhere = Place(file)
        change = wanted.get(entry.place)
        if change is None or not isinstance(entry, RequirementEntry):
            return replace(entry, place=nowhere)
        requirement = Requirement(change.text)
        return RequirementEntry(requirement, change.text, nowhere, change.hashes)

    expected = [said(entry) for entry in parse_entries(before, file)]
    found = [replace(entry, place=Place(file)) for entry in parse_entries(after, file)]
    if expected != found:
        raise NotEditable(f"{file} would say something else after the change")


def _prove_toml(before: str, after: str, changes: Sequence[PinChange], file: str) -> None:
    texts = {change.entry.text: change.text for change in changes}

    def said(value: Any) -> Any:
        return [texts.get(item, item) if isinstance(item, str) else item for item in value]

    expected = [said(array) for array in _arrays(load_toml(before, file))]
    if expected != [list(array) for array in _arrays(load_toml(after, file))]:
        raise NotEditable(f"{file} would say something else after the change")


def _changed(line: LogicalLine, change: PinChange) -> str:
    """Return the raw line with the version, and the hashes where it has some."""
    # What a comment at the end says of hashes comes after those that count.
    found = list(_HASH.finditer(line.raw))[: len(change.entry.hashes)]
    if not change.entry.hashes:
        return _with_version(line.raw, change.entry.requirement, change.after)
    if len(found) != len(change.entry.hashes):
        raise NotEditable(f"the hashes of {change.entry.place} are written unusually")
    first, last = found[0], found[-1]
    head, tail = line.raw[: first.start()], line.raw[last.end() :]
    requirement = head.rstrip().removesuffix("\\").rstrip()
    between = line.raw[first.end() : found[1].start()] if len(found) > 1 else ""
    between = between or head[len(requirement) :]
    if between.replace("\\", "").strip():
        raise NotEditable(f"something stands between the hashes of {change.entry.place}")
    hashes = between.join(f"--hash={one}" for one in change.hashes)
    return _with_version(head, change.entry.requirement, change.after) + hashes + tail


def _with_version(text: str, requirement: Requirement, after: Version) -> str:
    pin = next(s for s in requirement.specifier if s.operator == "==" and s.version[-2:] != ".*")
    # The first match is the pin: no marker stands before it, and names hold no "==".
    found = re.search(rf"(?<![=!<>~])==\s*(?P<version>{re.escape(pin.version)})(?![\w.*+!-])", text)
    if found is None:
        raise NotEditable(f"{requirement.name}=={pin.version} is not written in one piece")
    start, end = found.span("version")
    return f"{text[:start]}{after}{text[end:]}"


def _strings_of(text: str, wanted: str, file: str) -> Iterator[tuple[int, int]]:
    """Yield where ``wanted`` stands as a string of an array of requirements.

    What an array is, the TOML reader decides: each string in turn is marked, and looked for.
    """
    mark = "bootfit-looks-for-this"
    while mark in text:
        mark += "-"
    for token in _TOML_TOKEN.finditer(text):
        start, end = token.span("string")
        if start < 0 or load_toml(f"it = {text[start:end]}", file)["it"] != wanted:
            continue
        marked = f"{text[: start + 1]}{mark}{text[end - 1 :]}"
        if any(mark in array for array in _arrays(load_toml(marked, file))):
            yield start + 1, end - 1


def _arrays(document: dict[str, Any]) -> Iterator[Sequence[Any]]:
    project = document.get("project", {})
    optional = project.get("optional-dependencies", {}) if isinstance(project, dict) else {}
    groups = document.get("dependency-groups", {})
    own = project.get("dependencies") if isinstance(project, dict) else None
    if isinstance(own, list):
        yield own
    for table in (optional, groups):
        if isinstance(table, dict):
            yield from (array for array in table.values() if isinstance(array, list))
