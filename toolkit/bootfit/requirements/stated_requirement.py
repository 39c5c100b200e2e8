"""A requirement as it is written (PEP 508), and what is wrong with one that is none. Pure.

`packaging` reads it. What it takes and no index can have, a version of no known form or a number
that no resolver holds, is refused here, so that the answer names the line.
"""

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

#: Longer names cannot be files: file systems end at 255 bytes, and a version and tags follow.
MAX_NAME = 200
#: Resolvers hold the numbers of a version in 64 bits.
_MAX_NUMBER = 2**64 - 2
_COMPARED = re.compile(r"(?P<operator>===|[=<>!~]=|[<>])\s*(?P<version>[^\s,;)<>=!~]+)")
_SHOWN = 80


def read_requirement(stated: str) -> Requirement:
    """Return ``stated`` parsed.

    Raises:
        InvalidRequirement: it is none, or one that nothing can ever meet.
    """
    if not re.search(r"[^\W_]", stated):
        raise InvalidRequirement(_pointed("no name is left when it is normalized", stated, 0))
    if len(re.split(r"[\s\[;<>=!~@(]", stated, maxsplit=1)[0]) > MAX_NAME:
        raise InvalidRequirement(_pointed(f"a name has at most {MAX_NAME} letters", stated, 0))
    try:
        requirement = Requirement(stated)
    except InvalidRequirement:
        if why := _wrong_version(stated):
            raise InvalidRequirement(why) from None
        raise
    if why := _wrong_version(stated):
        raise InvalidRequirement(why)
    return requirement


def reason_and_offset(error: InvalidRequirement) -> tuple[str, int]:
    """Return what is wrong in one line, and the offset that the error points at."""
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


def shortened(stated: str) -> str:
    """Return ``stated`` for a message: its beginning, where it is long."""
    return stated if len(stated) <= _SHOWN else f"{stated[:_SHOWN]}…"


def _wrong_version(stated: str) -> str:
    """Return what is wrong with the first version of ``stated`` that is none; "" for nothing."""
    head = stated.partition(";")[0]
    if "@" in head:
        return ""
    for match in _COMPARED.finditer(head):
        operator, version = match["operator"], match["version"]
        at = match.start("version")
        if operator in {"==", "!="}:
            version = version.removesuffix(".*")
        elif version.endswith(".*"):
            # `packaging` says that the star goes with == and != alone.
            continue
        try:
            Version(version)
        except InvalidVersion:
            return _pointed(f"{shortened(version)!r} is not a version", stated, at)
        if any(int(number) > _MAX_NUMBER for number in re.findall(r"\d{19,}", version)):
            return _pointed(f"{shortened(version)!r} has a number beyond all versions", stated, at)
        if operator == "~=" and not re.search(r"\d\.\d", version):
            return _pointed(f"~= needs two numbers, as in ~={version}.0", stated, at)
    return ""


def _pointed(reason: str, stated: str, at: int) -> str:
    """Return an error as `packaging` writes it: the reason, the text, a pointer below it."""
    return f"{reason}\n    {stated.splitlines()[0] if stated else ''}\n    {' ' * at}^"
