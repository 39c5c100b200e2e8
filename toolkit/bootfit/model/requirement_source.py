"""How a requirement file is named: a path, with extras or dependency groups of it where it has any.

``requirements.txt``, ``pyproject.toml[export,ml]`` (the project with two extras, which a lock
or a setup.cfg may have as well),
``pyproject.toml:dev`` (one dependency group and nothing else, as pip's ``--group``).
"""

import re
from dataclasses import dataclass

from bootfit.model.errors import UsageError

_NAMED = re.compile(
    r"(?P<file>.+?\.(?:toml|lock|cfg))(?:\[(?P<extras>[^\]]*)\])?(?::(?P<groups>[\w.,\s-]*))?"
)


@dataclass(frozen=True)
class RequirementSource:
    """A file and what of it is meant."""

    file: str
    extras: tuple[str, ...] = ()
    #: Where there are any, they alone are meant.
    groups: tuple[str, ...] = ()


def parse_source(text: str) -> RequirementSource:
    """Return what ``text`` names.

    Raises:
        UsageError: it names extras and groups at once.
    """
    match = _NAMED.fullmatch(text)
    if match is None:
        return RequirementSource(text)
    extras, groups = _names(match["extras"]), _names(match["groups"])
    if extras and groups:
        raise UsageError(
            f"{text!r} names extras and dependency groups at once",
            f"name two: {match['file']}[{','.join(extras)}] and {match['file']}:{groups[0]}",
        )
    return RequirementSource(match["file"], extras, groups)


def with_choices(
    files: tuple[str, ...], extras: tuple[str, ...], groups: tuple[str, ...]
) -> tuple[str, ...]:
    """Return ``files`` with ``extras`` of those that have some, and with ``groups`` beside them.

    Where no file is one that can have extras or groups, the project's pyproject.toml is meant.
    A group may name its file: ``tools/pyproject.toml:dev``.

    Raises:
        UsageError: a file in ``files`` is named wrongly.
    """
    sources = [parse_source(file) for file in files]
    rich = [
        (number, one)
        for number, one in enumerate(sources)
        if not one.groups and _NAMED.fullmatch(one.file)
    ]
    chosen = list(files)
    if extras:
        for number, one in rich:
            asked = dict.fromkeys((*one.extras, *extras))
            chosen[number] = f"{one.file}[{','.join(asked)}]"
        if not rich:
            chosen.append(f"pyproject.toml[{','.join(dict.fromkeys(extras))}]")
    home = rich[0][1].file if rich else "pyproject.toml"
    chosen += [group if ":" in group else f"{home}:{group}" for group in groups]
    return tuple(dict.fromkeys(chosen))


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())
