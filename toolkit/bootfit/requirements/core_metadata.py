"""Dependencies as an sdist states them, where no wheel and no metadata file does. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version


@dataclass(frozen=True)
class SdistMetadata:
    """What `uv` needs to know of a version; not ``promised`` where machines may differ."""

    requires_dist: tuple[str, ...] = ()
    requires_python: str = ""
    provides_extra: tuple[str, ...] = ()
    promised: bool = False
    #: Where it was read, for people.
    source: str = ""
    #: False where there was nothing to read it from.
    readable: bool = True


def metadata_of(texts: Mapping[str, str]) -> SdistMetadata:
    """Return the metadata in an sdist's ``PKG-INFO`` and ``*.egg-info/requires.txt``.

    Metadata 2.2 and later says which fields are dynamic; anything older promises nothing
    (PEP 643), and sdists of old setuptools keep their dependencies in requires.txt alone.
    """
    raw, _ = parse_email(texts.get("PKG-INFO", ""))
    version = tuple(int(n) for n in re.findall(r"\d+", raw.get("metadata_version") or "0"))
    dynamic = {name.lower() for name in raw.get("dynamic") or ()}
    promised = version >= (2, 2) and "requires-dist" not in dynamic
    requires = [text for text in raw.get("requires_dist") or () if _sound(text)]
    source = "PKG-INFO"
    if not promised and not requires:
        for path, text in texts.items():
            if path.endswith(".egg-info/requires.txt"):
                requires = [line for line in _requires_txt(text) if _sound(line)]
                source = "egg-info/requires.txt"
    return SdistMetadata(
        requires_dist=tuple(requires),
        requires_python=raw.get("requires_python") or "",
        provides_extra=tuple(raw.get("provides_extra") or ()),
        promised=promised,
        source=source,
    )


def other_project(pkg_info: str, name: str, version: Version) -> str:
    """Return what an sdist's ``PKG-INFO`` calls it where that is not ``name`` ``version``.

    "" where it agrees, or does not say. An installer discards what is built of such an sdist:
    neither may be dynamic (PEP 643), and pip compares both.
    """
    raw, _ = parse_email(pkg_info)
    own_name, own_version = raw.get("name") or "UNKNOWN", raw.get("version") or ""
    try:
        same = not own_version or Version(own_version) == version
    except InvalidVersion:
        same = False
    # What an old setuptools wrote where it did not know.
    if own_name == "UNKNOWN" or (canonicalize_name(own_name) == canonicalize_name(name) and same):
        return ""
    return f"its PKG-INFO says that it is {own_name} {own_version}"


def _sound(text: str) -> bool:
    try:
        return Requirement(text).url is None
    except InvalidRequirement:
        return False


def _requires_txt(text: str) -> Iterator[str]:
    """Yield PEP 508 lines from the section format of setuptools: ``[extra:marker]``."""
    condition = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
            terms = [f"({marker})"] if marker else []
            if extra:
                terms.append(f'extra == "{extra}"')
            condition = " and ".join(terms)
        elif line and not line.startswith("#"):
            yield f"{line} ; {condition}" if condition else line
