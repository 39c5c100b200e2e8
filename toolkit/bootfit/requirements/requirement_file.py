"""What the lines of requirement files say: lines become entries. Pure.

Source of the format: pip's "Requirements File Format". A requirement itself (PEP 508) is parsed
by `packaging`; here is only what surrounds it: comments, continuations, options.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.requirement_lines import (
    FLAGS,
    WITH_VALUE,
    LogicalLine,
    read_options,
    split_lines,
    split_options,
)
from bootfit.requirements.stated_requirement import (
    read_requirement,
    reason_and_offset,
    requirement_hint,
    shortened,
)

_NOT_NAMED = re.compile(
    r"(?:git|hg|svn|bzr)\+|[a-z][a-z0-9+.-]*://|file:|[./~\\]|[A-Za-z]:[\\/]", re.IGNORECASE
)
_HASH = re.compile(r"\w+:[0-9A-Fa-f]+")
_ARCHIVE = re.compile(
    r"\S+\.(?:whl|zip|tgz|tar\.(?:gz|bz2|xz))(?:\[[^\]]*\])?(?=\s|$)", re.IGNORECASE
)


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
    stated, options = split_options(line.text)
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
    if not re.search(r"[^\W_]", stated) and stated not in {".", ".."} and "/" not in stated:
        return ""
    if _NOT_NAMED.match(stated):
        return "it is a URL" if "://" in stated else "it is a local path"
    return "it is a local file" if _ARCHIVE.match(stated) else ""


def parse_requirement(stated: str, line: LogicalLine, path: str) -> Requirement:
    """Return ``stated`` parsed.

    Raises:
        UsageError: it is no requirement; names file, line, column and the likely remedy.
    """
    try:
        return read_requirement(stated)
    except InvalidRequirement as error:
        reason, offset = reason_and_offset(error)
        number, column = line.position(min(offset, max(len(line.text) - 1, 0)))
        shown = shortened(without_credentials(stated))
        raise UsageError(
            f"{path}:{number}:{column}: {shown!r} is not a requirement: {reason}",
            requirement_hint(stated),
        ) from None


def _words(text: str, line: LogicalLine, path: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise _unclosed(text, line, path, error) from None


def _unclosed(text: str, line: LogicalLine, path: str, error: ValueError) -> UsageError:
    shown = without_credentials(text)
    return UsageError(
        f"{path}:{line.number}: {shown!r} cannot be read: {str(error).lower()}",
        "close the quotation",
    )


def _hashes(options: str, line: LogicalLine, path: str) -> tuple[str, ...]:
    hashes = []
    words = iter(_words(options, line, path))
    for word in words:
        name, equals, value = word.partition("=")
        if name not in {"--hash", "--config-settings", "--config-setting", "-C", "--global-option"}:
            raise _unknown(name, line, path)
        value = value if equals else next(words, "")
        if name == "--hash":
            if not _HASH.fullmatch(value):
                raise UsageError(
                    f"{path}:{line.number}: --hash={value} is not a hash",
                    "write it like --hash=sha256:0123abcd…",
                )
            hashes.append(value.lower())
    return tuple(hashes)


def _options(line: LogicalLine, path: str) -> Iterator[Entry]:
    place = Place(path, *line.position(0))
    try:
        options = read_options(line.text)
    except ValueError as error:
        raise _unclosed(line.text, line, path, error) from None
    for option in options:
        if not option.name:
            raise _unknown(option.spelled, line, path)
        if option.needs_value and not option.value:
            spelled = option.spelled
            raise UsageError(
                f"{path}:{line.number}: {spelled} needs a value", f"write {spelled} VALUE"
            )
        if option.name == "editable":
            yield UncheckableEntry(f"-e {option.value}", "it is editable", place)
        else:
            yield OptionEntry(option.name, option.value, place)


def _unknown(name: str, line: LogicalLine, path: str) -> UsageError:
    from difflib import get_close_matches

    number, column = line.position(max(line.text.find(name), 0))
    if name == "--hash":
        raise UsageError(
            f"{path}:{number}:{column}: --hash stands without a requirement",
            "write it behind one, on the same line or after a backslash",
        )
    known = [*(n for n in WITH_VALUE if n.startswith("--")), *sorted(FLAGS), "--hash"]
    near = get_close_matches(name, known, n=1)
    return UsageError(
        f"{path}:{number}:{column}: unknown option {name}",
        f"did you mean {near[0]}?" if near else "see pip's requirements file format",
    )
