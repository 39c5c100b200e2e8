"""The line format of requirement files: text becomes lines, and lines become entries. Pure.

Source of the format: pip's "Requirements File Format". A requirement itself (PEP 508) is parsed
by `packaging`; here is only what surrounds it: comments, continuations, options.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place

_COMMENT = re.compile(r"(^|\s+)#.*$")
#: Options whose value is another word; the rest of what pip knows are flags.
_WITH_VALUE = {
    "-r": "requirement",
    "--requirement": "requirement",
    "-c": "constraint",
    "--constraint": "constraint",
    "-e": "editable",
    "--editable": "editable",
    "-i": "index-url",
    "--index-url": "index-url",
    "--pypi-url": "index-url",
    "--extra-index-url": "extra-index-url",
    "-f": "find-links",
    "--find-links": "find-links",
    "--no-binary": "no-binary",
    "--only-binary": "only-binary",
    "--trusted-host": "trusted-host",
    "--use-feature": "use-feature",
}
_FLAGS = {"--no-index", "--pre", "--prefer-binary", "--require-hashes", "--always-unzip", "-Z"}
_NOT_NAMED = re.compile(
    r"(?:git|hg|svn|bzr)\+|[a-z][a-z0-9+.-]*://|file:|[./~\\]|[A-Za-z]:[\\/]", re.IGNORECASE
)
_ARCHIVE = re.compile(
    r"\S+\.(?:whl|zip|tgz|tar\.(?:gz|bz2|xz))(?:\[[^\]]*\])?(?=\s|$)", re.IGNORECASE
)


@dataclass(frozen=True)
class LogicalLine:
    """One or more physical lines that belong together.

    ``raw`` is exactly what stands in the file, line ends included; ``text`` is what it says:
    continuations joined, comments gone, blanks stripped.
    """

    number: int
    raw: str
    text: str
    #: Where each physical part begins: (offset in ``text``, line number, column of that offset).
    parts: tuple[tuple[int, int, int], ...]

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column in the file of ``offset`` in ``text``."""
        start, number, column = self.parts[0]
        for candidate in self.parts:
            if candidate[0] <= offset:
                start, number, column = candidate
        return number, column + offset - start


@dataclass(frozen=True)
class RequirementEntry:
    """A requirement with its options."""

    requirement: Requirement
    text: str
    place: Place
    #: "sha256:…" strings of its ``--hash`` options.
    hashes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OptionEntry:
    """An option line, by its long name without dashes."""

    name: str
    value: str
    place: Place


@dataclass(frozen=True)
class UncheckableEntry:
    """What no index can answer for: a path, a URL, a version control address."""

    text: str
    reason: str
    place: Place


Entry = RequirementEntry | OptionEntry | UncheckableEntry


@dataclass
class _Joining:
    """The logical line that is being put together."""

    number: int
    raw: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    parts: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, piece: str, number: int) -> None:
        self.parts.append((sum(map(len, self.pieces)), number, 1))
        self.pieces.append(piece)

    def line(self) -> LogicalLine:
        joined = "".join(self.pieces)
        text = _COMMENT.sub("", joined)
        lead = len(text) - len(text.lstrip())
        parts = tuple(
            (start - lead, number, column) if start >= lead else (0, number, column + lead - start)
            for start, number, column in self.parts
        )
        return LogicalLine(self.number, "".join(self.raw), text.strip(), parts)


def split_lines(text: str) -> tuple[LogicalLine, ...]:
    """Return the logical lines of ``text``; their ``raw`` put together is ``text`` again."""
    lines: list[LogicalLine] = []
    joining: _Joining | None = None
    for number, raw in enumerate(text.splitlines(keepends=True), start=1):
        content = raw.splitlines()[0] if raw else ""
        comment = _COMMENT.match(content) is not None
        if joining is None:
            joining = _Joining(number)
        joining.raw.append(raw)
        if content.endswith("\\") and not comment:
            joining.add(content[:-1], number)
            continue
        # A comment ends a continuation; the blank keeps its "#" apart from what stood before.
        joining.add(" " + content if comment else content, number)
        lines.append(joining.line())
        joining = None
    if joining is not None:
        lines.append(joining.line())
    return tuple(lines)


def write_back(lines: Iterable[LogicalLine]) -> str:
    """Return the text that ``lines`` were read from."""
    return "".join(line.raw for line in lines)


def parse_entries(text: str, path: str) -> Iterator[Entry]:
    """Yield what each line of ``text`` says, in order; ``path`` names it in errors and places.

    Raises:
        UsageError: a line is neither a requirement nor a known option; says where.
    """
    for line in split_lines(text):
        if line.text:
            yield from _entries(line, path)


def _entries(line: LogicalLine, path: str) -> Iterator[Entry]:
    number, column = line.position(0)
    place = Place(path, number, column)
    if line.text.startswith("-"):
        yield from _options(line, path)
        return
    stated, options = _split_options(line.text)
    if reason := uncheckable_reason(stated):
        yield UncheckableEntry(stated, reason, place)
        return
    requirement = parse_requirement(stated, line, path)
    if requirement.url:
        yield UncheckableEntry(stated, "it is a URL, not a version on an index", place)
        return
    yield RequirementEntry(requirement, stated, place, _hashes(options, line, path))


def uncheckable_reason(stated: str) -> str:
    """Return why no index can answer for ``stated``; "" where one can."""
    if re.match(r"(?:git|hg|svn|bzr)\+", stated, re.IGNORECASE):
        return "it comes from version control"
    if _NOT_NAMED.match(stated):
        return "it is a URL" if "://" in stated else "it is a local path"
    return "it is a local file" if _ARCHIVE.match(stated) else ""


def parse_requirement(stated: str, line: LogicalLine, path: str) -> Requirement:
    """Return ``stated`` parsed.

    Raises:
        UsageError: it is no requirement; names file, line, column and the likely remedy.
    """
    try:
        return Requirement(stated)
    except InvalidRequirement as error:
        reason, offset = reason_and_offset(error)
        number, column = line.position(min(offset, max(len(line.text) - 1, 0)))
        raise UsageError(
            f"{path}:{number}:{column}: {stated!r} is not a requirement: {reason}",
            requirement_hint(stated),
        ) from None


def reason_and_offset(error: InvalidRequirement) -> tuple[str, int]:
    """Return what `packaging` says in one line, and the offset its marker points at."""
    lines = str(error).splitlines()
    pointer = next((text for text in lines[1:] if set(text.strip()) <= set("~^")), "")
    offset = max(pointer.rfind("^") - 4, 0) if pointer else 0
    if pointer and "~" in pointer:
        offset = max(pointer.find("~") - 4, 0)
    return lines[0].rstrip(":"), offset


def requirement_hint(stated: str) -> str:
    """Return how a requirement like ``stated`` is written."""
    if re.search(r"(?<![=<>!~])=(?![=<>])", stated):
        return "one version is written name==1.2.3, with two equal signs"
    if "=>" in stated or "=<" in stated:
        return "write >= or <=, not => or =<"
    if re.match(r"\S+\s+\d", stated):
        return "a version needs an operator: name==1.2.3"
    return "write it like name==1.2.3, name>=1,<2 or name[extra]; python_version < '3.12'"


def _split_options(text: str) -> tuple[str, str]:
    found = re.search(r"\s-{1,2}[A-Za-z]", text)
    return (text[: found.start()].strip(), text[found.start() :].strip()) if found else (text, "")


def _words(text: str, line: LogicalLine, path: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise UsageError(
            f"{path}:{line.number}: {text!r} cannot be read: {str(error).lower()}",
            "close the quotation",
        ) from None


def _hashes(options: str, line: LogicalLine, path: str) -> tuple[str, ...]:
    hashes = []
    words = iter(_words(options, line, path))
    for word in words:
        name, equals, value = word.partition("=")
        if name not in {"--hash", "--config-settings", "--config-setting", "-C", "--global-option"}:
            raise _unknown(name, line, path)
        value = value if equals else next(words, "")
        if name == "--hash":
            hashes.append(value.lower())
    return tuple(hashes)


def _options(line: LogicalLine, path: str) -> Iterator[Entry]:
    place = Place(path, *line.position(0))
    words = iter(_words(line.text, line, path))
    for word in words:
        name, equals, value = word.partition("=")
        if name in _FLAGS:
            yield OptionEntry(name.lstrip("-"), "", place)
            continue
        if name not in _WITH_VALUE and re.match(r"-[rceif].", word) and word[:2] != "--":
            name, equals, value = word[:2], "=", word[2:]
        if name not in _WITH_VALUE:
            raise _unknown(name, line, path)
        value = value if equals else next(words, "")
        if not value:
            raise UsageError(f"{path}:{line.number}: {name} needs a value", f"write {name} VALUE")
        long_name = _WITH_VALUE[name]
        if long_name == "editable":
            yield UncheckableEntry(f"-e {value}", "it is editable", place)
        else:
            yield OptionEntry(long_name, value, place)


def _unknown(name: str, line: LogicalLine, path: str) -> UsageError:
    from difflib import get_close_matches

    number, column = line.position(max(line.text.find(name), 0))
    known = [*(n for n in _WITH_VALUE if n.startswith("--")), *sorted(_FLAGS), "--hash"]
    near = get_close_matches(name, known, n=1)
    return UsageError(
        f"{path}:{number}:{column}: unknown option {name}",
        f"did you mean {near[0]}?" if near else "see pip's requirements file format",
    )
