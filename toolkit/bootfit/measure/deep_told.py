"""What the agent told of memray's records becomes a list of who held memory. Pure."""

import json
from pathlib import PurePosixPath

from bootfit.measure.owners import Owners
from bootfit.model.attribution import PROJECT, PYTHON, OwnerKind
from bootfit.model.deep_dive import DeepDive, HeldBytes, HoldingLine
from bootfit.model.environment import Environment
from bootfit.model.finding import Place

#: What native code allocated before any Python frame was there.
NATIVE = "(native)"
_MOST_LINES = 15
_KINDS: dict[str, OwnerKind] = {PROJECT: "project", PYTHON: "python", NATIVE: "python"}

#: What a reader has to know to read memray's figures rightly.
BLIND = (
    "not seen: child processes, thread stacks, data of libraries, what asks the kernel by itself",
    "counted: bytes asked for, touched or not; a container is killed for the kernel's figure",
    "a module's code is read before it runs, and charged to the line that imports it",
    "small objects are charged to whoever made Python's allocator ask for its next arena",
)


def deep_dive_of(
    text: str, installed: Environment, implementation: str, kernel_bytes: int, flame_graph: str
) -> DeepDive:
    """Return what the agent told.

    Args:
        text: what it told, as JSON.
        installed: whose modules are whose.
        implementation: "plugin:implementation".
        kernel_bytes: anonymous bytes that the kernel counted without memray, less the app.
        flame_graph: where memray's page lies.
    """
    told = json.loads(text)
    owners = Owners((), installed)
    whose = {path: _owner(path, kind, owners) for path, kind, _ in told["files"]}
    held: dict[str, int] = {}
    for path, _, size in told["files"]:
        held[whose[path]] = held.get(whose[path], 0) + size
    return DeepDive(
        implementation=implementation,
        memray=told["version"],
        seen_bytes=told["peak"],
        allocations=told["allocations"],
        kernel_bytes=kernel_bytes,
        owners=tuple(
            HeldBytes(name, _KINDS.get(name, "distribution"), size)
            for name, size in sorted(held.items(), key=lambda one: (-one[1], one[0]))
        ),
        lines=tuple(
            HoldingLine(Place(path, line or None) if path else None, function, whose[path], size)
            for path, line, function, size in told["lines"][:_MOST_LINES]
        ),
        flame_graph=flame_graph,
        blind=BLIND,
    )


def _owner(path: str, kind: str, owners: Owners) -> str:
    """Return whose a file is: by where it lies, then by the module that it is."""
    if not path:
        return NATIVE
    if kind == "project":
        return PROJECT
    if kind == "python" or path.startswith("<"):
        return PYTHON
    parts = PurePosixPath(path).with_suffix("").parts
    return owners.brought_by(".".join(parts)) or PROJECT
