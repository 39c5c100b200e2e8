"""What an attribution run tells: every import in the order in which it began. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bootfit.model.attribution import Cost


@dataclass(frozen=True)
class Import:
    """One import as the agent saw it, or what ran outside of imports in one phase (no name)."""

    name: str
    #: The import during which it happened, by its number; -1 for none.
    parent: int
    importer: str
    path: str
    line: int
    own: Cost
    #: "project", "python", "missing" (it failed), "" for what is installed.
    kind: str


@dataclass(frozen=True)
class Trace:
    """All that one attribution run told."""

    imports: tuple[Import, ...]
    #: Number of the entry that each phase begins with: the app, each rung loaded, each exercised.
    phases: tuple[int, ...]
    collector_seconds: float
    memory_known: bool
    #: (package, package): the first holds something of the second.
    uses: tuple[tuple[str, str], ...]
    #: Modules that hold something of the module that was asked about.
    users: tuple[str, ...]
    #: Modules that were loaded before the first import was traced.
    at_start: frozenset[str]


def trace_of(event: Mapping[str, object]) -> Trace:
    """Return what the agent told in its event "attributed"."""
    return Trace(
        imports=tuple(
            Import(name, parent, importer, path, line, Cost(cpu, anonymous, file_backed), kind)
            for name, parent, importer, path, line, cpu, anonymous, file_backed, kind in _list(
                event["nodes"]
            )
        ),
        phases=tuple(_list(event["phases"])),
        collector_seconds=float(str(event["collector"])),
        memory_known=bool(event["memory_known"]),
        uses=tuple((one, other) for one, other in _list(event["uses"])),
        users=tuple(_list(event["users"])),
        at_start=frozenset(_list(event["at_start"])),
    )


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
