"""The line format of requirement files: text becomes lines, and option lines options. Pure.

Source of the format: pip's "Requirements File Format". Reading loses nothing.
"""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

_COMMENT = re.compile(r"(^|\s+)#.*$")
#: Options whose value is another word; the rest of what pip knows are flags.
WITH_VALUE = {
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
FLAGS = {"--no-index", "--pre", "--prefer-binary", "--require-hashes", "--always-unzip", "-Z"}


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
class StatedOption:
    """An option as it is written, and what it means."""

    #: As in the file: "-r", "--requirement".
    spelled: str
    #: The long name without dashes; "" for one that pip does not know here.
    name: str
    value: str
    needs_value: bool


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


def split_options(text: str) -> tuple[str, str]:
    """Return a requirement line as the requirement and its options."""
    found = re.search(r"\s-{1,2}[A-Za-z]", text)
    return (text[: found.start()].strip(), text[found.start() :].strip()) if found else (text, "")


def read_options(text: str) -> tuple[StatedOption, ...]:
    """Return the options of a line that begins with one; it may have several.

    Raises:
        ValueError: a quotation is not closed.
    """
    found = []
    words = iter(shlex.split(text))
    for word in words:
        name, equals, value = word.partition("=")
        if name in FLAGS:
            found.append(StatedOption(name, name.lstrip("-"), "", needs_value=False))
            continue
        if name not in WITH_VALUE and re.match(r"-[rceif].", word) and word[:2] != "--":
            name, equals, value = word[:2], "=", word[2:]
        if name not in WITH_VALUE:
            found.append(StatedOption(name, "", value, needs_value=False))
            continue
        value = value if equals else next(words, "")
        found.append(StatedOption(name, WITH_VALUE[name], value, needs_value=True))
    return tuple(found)
