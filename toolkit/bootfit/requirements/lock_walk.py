"""Walking a lock from what the project asks for to all that it brings in on a target. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.target_environment import applies


@dataclass(frozen=True)
class Edge:
    """Something asks for a package, with extras, where a marker holds."""

    name: str
    marker: str = ""
    extras: tuple[str, ...] = ()
    #: Where a lock pins several versions of a name: which one.
    version: str = ""


@dataclass(frozen=True)
class Node:
    """A package of a lock; ``key`` is its number there."""

    key: int
    name: str
    version: str
    place: Place
    edges: tuple[Edge, ...] = ()
    #: What an extra adds, by normalized name.
    extras: Mapping[str, tuple[Edge, ...]] = field(default_factory=dict)
    #: It holds where one of these markers does; for all targets where there are none.
    markers: tuple[str, ...] = ()
    #: The project's own code: it is followed, and is nothing to install from an index.
    own: bool = False


@dataclass(frozen=True)
class Reached:
    """A package that the target gets, and who brought it in."""

    node: Node
    direct: bool
    chain: tuple[str, ...]


def walk(
    roots: Sequence[Edge], nodes: Sequence[Node], target: Target, asked: frozenset[str]
) -> list[Reached]:
    """Return what ``roots`` bring in on ``target``, by the shortest ways, nearest first.

    Args:
        roots: what the project itself asks for.
        nodes: the packages of the lock.
        target: what markers are evaluated for.
        asked: the project's extras that are asked for.

    Raises:
        UsageError: a marker cannot be read.
    """
    named: dict[str, list[Node]] = {}
    for node in nodes:
        named.setdefault(node.name, []).append(node)
    reached: dict[int, Reached] = {}
    followed: set[tuple[int, str]] = set()
    ways: deque[tuple[Edge, tuple[str, ...], frozenset[str]]] = deque(
        (edge, (), asked) for edge in roots
    )
    while ways:
        edge, chain, extras = ways.popleft()
        if not holds(edge.marker, target, extras, None):
            continue
        for node in _matching(edge, named.get(canonicalize_name(edge.name), []), target):
            step = f"{node.place} {node.name}=={node.version}" if not chain else _step(node)
            way = chain if node.own else (*chain, step)
            if node.key not in reached:
                reached[node.key] = Reached(node, not chain, way)
            way = reached[node.key].chain
            wanted = ["", *map(canonicalize_name, edge.extras)]
            for extra in wanted:
                if (node.key, extra) in followed:
                    continue
                followed.add((node.key, extra))
                onward = node.extras.get(extra, ()) if extra else node.edges
                ways.extend((one, way, frozenset(wanted[1:])) for one in onward)
    return list(reached.values())


def holds(marker: str, target: Target, extras: frozenset[str], place: Place | None) -> bool:
    """Return whether ``marker`` holds on ``target``; "" always does.

    Raises:
        UsageError: it is no marker.
    """
    if not marker:
        return True
    try:
        return applies(Marker(marker), target, extras)
    except InvalidMarker:
        where = f"{place}: " if place else ""
        raise UsageError(
            f"{where}{marker!r} is no environment marker", "write the lock file anew"
        ) from None


def version_of(node: Node) -> Version:
    """Return the version that is pinned.

    Raises:
        UsageError: it is none.
    """
    try:
        return Version(node.version)
    except InvalidVersion:
        raise UsageError(
            f"{node.place}: {node.version!r} is not a version", "write the lock file anew"
        ) from None


def _matching(edge: Edge, nodes: Sequence[Node], target: Target) -> list[Node]:
    return [
        node
        for node in nodes
        if (not edge.version or edge.version == node.version)
        and (
            not node.markers
            or any(holds(marker, target, frozenset(), node.place) for marker in node.markers)
        )
    ]


def _step(node: Node) -> str:
    return f"{node.name} {node.version}"
