"""Installing from a lock that pip cannot read: its own tool writes it as requirements first."""

import re
from collections.abc import Sequence

from bootfit.emit.quoting import command

_LOCK = re.compile(
    r"(?P<folder>(?:[^\[]*/)?)(?P<name>uv\.lock|poetry\.lock|Pipfile\.lock)(?:\[(?P<extras>[^\]]*)\])?"
)
#: lock → (what its tool is installed from, how it is exported, its option for an extra). Source:
#: `uv export --help`, poetry-plugin-export, `pipenv requirements --help`.
_TOOLS = {
    "uv.lock": (
        ("uv",),
        ("uv", "export", "--quiet", "--frozen", "--no-default-groups", "--no-emit-project"),
        "--extra",
    ),
    "poetry.lock": (("poetry", "poetry-plugin-export"), ("poetry", "export"), "--extras"),
    "Pipfile.lock": (("pipenv",), ("pipenv", "requirements"), ""),
}
_EXPORTED = "requirements-locked.txt"


def is_tool_lock(path: str) -> bool:
    """Return whether ``path`` (with extras or without) is a lock that pip cannot read."""
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
    packages, words, option = _TOOLS[match["name"]]
    extras = [name.strip() for name in (match["extras"] or "").split(",") if name.strip()]
    exporting = command([*words, *(word for extra in extras for word in (option, extra))])
    if match["folder"]:
        exporting = f"(cd {command([match['folder']])} && {exporting})"
    return [
        command(["pip", "install", *packages]),
        f"{exporting} > {_EXPORTED}",
        command(["pip", "install", *wheels, "-r", _EXPORTED]),
    ]
