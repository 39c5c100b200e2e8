"""What an attribution run tells: every import in the order in which it began. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

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
    #: Pauses of the collector from the beginning of each phase to the end.
    collector_seconds: tuple[float, ...]
    memory_known: bool
    #: (package, package): the first holds something of the second.
    uses: tuple[tuple[str, str], ...]
    #: Modules that hold something of the module that was asked about.
    users: tuple[str, ...]
    #: Modules that were loaded before the first import was traced.
    at_start: frozenset[str]


def trace_of(event: Mapping[str, object]) -> Trace:
    """Return what the agent told in its event "attributed"."""
    told = json.loads(str(event["told"]))
    return Trace(
        imports=tuple(
            Import(name, parent, importer, path, line, Cost(cpu, anonymous, file_backed), kind)
            for name, parent, importer, path, line, cpu, anonymous, file_backed, kind in told[
                "nodes"
            ]
        ),
        phases=tuple(told["phases"]),
        collector_seconds=tuple(told["collector"]),
        memory_known=told["memory_known"],
        uses=tuple((one, other) for one, other in told["uses"]),
        users=tuple(told["users"]),
        at_start=frozenset(told["at_start"]),
    )
