"""What the resolver said: versions, a conflict, or what it cannot know. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.errors import UndeterminedError

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?:.*?# via (?P<via>.+))?")
_BUILD = r"(?:build|extract|download|read metadata|fetch|process)[^`\n]*`([\w.-]+)==([^`]+)`"
_ABSENT = r"([\w.-]+)==(\S+)\s+needs\s+to\s+be\s+downloaded\s+from\s+a\s+registry"
_UNREACHABLE = (
    r"(?i)Request failed|error sending request|Failed to fetch|timed? ?out|HTTP status|"
    r"Connection reset|decod\w+ response|Received some unexpected HTML|Unsupported `Content-Type`|"
    r"Couldn't parse|Failed to parse|Network connectivity"
)


@dataclass(frozen=True)
class Resolution:
    """The versions that the target would get, and who wants each."""

    versions: Mapping[str, Version]
    #: name → names of the distributions that require it; none for what is only direct.
    wanted_by: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class NoSolution:
    """The resolver's explanation, sentence by sentence."""

    reasons: tuple[str, ...]

    @property
    def summary(self) -> str:
        """Return the explanation in one line."""
        return self.reasons[0] if self.reasons else "no versions meet all requirements"


@dataclass(frozen=True)
class NeedsMetadata:
    """The resolver cannot go on without the dependencies of this version."""

    name: str
    version: Version
    #: It may not be fetched: only what an earlier run read of it can help.
    offline: bool = False


Answer = Resolution | NoSolution | NeedsMetadata


def read_answer(code: int, output: str, errors: str) -> Answer:
    """Return what `uv` said. Pure.

    Raises:
        UndeterminedError: it said neither versions nor a conflict.
    """
    if code == 0:
        return _resolution(output)
    if "network was disabled" in errors or "not found in the cache" in errors:
        if absent := re.search(_ABSENT, errors):
            return NeedsMetadata(canonicalize_name(absent[1]), Version(absent[2]), offline=True)
        raise not_kept()
    needed = re.search(_BUILD, errors)
    if needed and "No solution found" not in errors:
        return NeedsMetadata(canonicalize_name(needed[1]), Version(needed[2]))
    if "No solution found" in errors:
        return NoSolution(_sentences(errors))
    first, *causes = [line.strip() for line in errors.splitlines() if line.strip()] or [
        f"uv ended with code {code}"
    ]
    line = first.removeprefix("error: ")
    causes = [text.removeprefix("cause: ") for text in causes if text.startswith("cause: ")]
    detail = ": ".join(dict.fromkeys((*causes[:1], *causes[-1:])))
    if broken := re.search(r"Failed to (?:unzip|read|parse) wheel: (\S+\.whl)", errors):
        raise UndeterminedError(
            f"{broken[1]} is no sound wheel: {detail or line}",
            "choose another version of it, or ask another index",
        )
    if re.search(_UNREACHABLE, errors):
        raise UndeterminedError(
            f"the index did not answer the resolver: {detail or line}",
            "is the index URL right, and is there a network? set --index-url",
        )
    raise UndeterminedError(
        f"the resolver failed: {line}" + (f": {detail}" if detail else ""),
        "run again; if it stays, report it with the requirement file",
    )


def not_kept() -> UndeterminedError:
    """Return the error that says that without a network there is no answer."""
    return UndeterminedError(
        "offline, and the cache of the resolver does not hold all that it needs",
        "run once without --offline",
    )


def _resolution(output: str) -> Resolution:
    versions: dict[str, Version] = {}
    wanted_by: dict[str, tuple[str, ...]] = {}
    for line in output.splitlines():
        match = _PINNED.match(line.strip())
        if match:
            name = canonicalize_name(match["name"])
            versions[name] = Version(match["version"])
            via = (part.strip() for part in (match["via"] or "").split(","))
            wanted_by[name] = tuple(
                canonicalize_name(v) for v in via if re.match(r"[\w.]+$", v.replace("-", "_"))
            )
    return Resolution(versions, wanted_by)


def _sentences(errors: str) -> tuple[str, ...]:
    """Return the explanation as sentences, the conclusion first: it is what people quote."""
    text = errors.partition("cause:")[2] or errors.partition("╰─▶")[2]
    explanation, *hints = re.split(r"\n\s*\n\s*hint:\s*", text)
    parts = re.split(r"(?<=\.)\s*\n\s*(?=And |Because )", explanation)
    lines = [" ".join(part.split()) for part in (*parts, *hints) if part.strip()]
    return tuple(line for line in lines if line)
