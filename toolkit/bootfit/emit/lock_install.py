"""Installing from a lock that pip cannot read: its own tool writes it as requirements first."""

import re
from collections.abc import Sequence

from bootfit.emit.quoting import command

_LOCK = re.compile(
    r"(?P<folder>(?:[^\[]*/)?)(?P<name>uv\.lock|poetry\.lock|Pipfile\.lock)(?:\[(?P<extras>[^\]]*)\])?"
    r"(?::(?P<groups>[\w.,\s-]+))?"
)
#: lock → (what its tool is installed from, how it is exported, its options for an extra and for a
#: group alone). Source: `uv export --help`, poetry-plugin-export, `pipenv requirements --help`.
_TOOLS = {
    "uv.lock": (
        ("uv",),
        ("uv", "export", "--quiet", "--frozen", "--no-default-groups", "--no-emit-project"),
        ("--extra", "--only-group"),
    ),
    "poetry.lock": (
        ("poetry", "poetry-plugin-export"),
        ("poetry", "export"),
        ("--extras", "--only"),
    ),
    "Pipfile.lock": (("pipenv",), ("pipenv", "requirements"), ("", "--categories")),
}
_EXPORTED = "requirements-locked.txt"


def is_tool_lock(path: str) -> bool:
    """Return whether ``path`` (maybe with extras or groups) is a lock that pip cannot read."""
    return _LOCK.fullmatch(path) is not None


def install_steps(path: str, wheels: Sequence[str]) -> list[str]:
    """Return the shell commands that install what the lock at ``path`` pins.

    Args:
        path: for which `is_tool_lock` holds.
        wheels: pip's options that say what may be built.
    """
    match = _LOCK.fullmatch(path)
    if match is None:
        raise ValueError(path)
    packages, words, (extra, group) = _TOOLS[match["name"]]
    chosen = [(extra, name) for name in _names(match["extras"])]
    chosen += [(group, name) for name in _names(match["groups"])]
    exporting = command([*words, *(word for pair in chosen for word in pair)])
    if match["folder"]:
        exporting = f"(cd {command([match['folder']])} && {exporting})"
    return [
        command(["pip", "install", *packages]),
        f"{exporting} > {_EXPORTED}",
        command(["pip", "install", *wheels, "-r", _EXPORTED]),
    ]


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]
