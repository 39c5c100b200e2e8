"""Reading poetry.lock: what it pins for one target; its files are looked up on the index."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.lock_walk import Edge, Node, Reached, holds, version_of, walk
from bootfit.requirements.locked import Lock, LockedPackage, key_place, package_places
from bootfit.requirements.named_parts import refuse_unknown
from bootfit.requirements.requirement_file import OptionEntry, UncheckableEntry
from bootfit.requirements.toml_text import load_toml


class _File(msgspec.Struct):
    file: str
    hash: str


class _Source(msgspec.Struct):
    type: str
    url: str = ""


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    version: str
    optional: bool = False
    python_versions: str = "*"
    #: Since lock version 2.1.
    groups: list[str] = []
    markers: str | dict[str, str] = ""
    #: Before lock version 2.0.
    category: str = ""
    files: list[_File] = []
    source: _Source | None = None
    dependencies: dict[str, Any] = {}
    extras: dict[str, list[str]] = {}


class _Metadata(msgspec.Struct, rename="kebab"):
    lock_version: str
    python_versions: str = "*"
    files: dict[str, list[_File]] = {}


class _Document(msgspec.Struct):
    metadata: _Metadata
    package: list[_Package] = []
    extras: dict[str, list[str]] = {}


def read_poetry_lock(
    text: str,
    file: str,
    target: Target,
    extras: frozenset[str],
    pyproject: str | None,
    *,
    groups: frozenset[str] = frozenset(),
) -> Lock:
    """Return what ``text`` pins on ``target`` for the main group, with the project's ``extras``.

    Where ``groups`` are named, they count instead of the main group.

    Locks before version 2.1 do not say what belongs to which group: the ``pyproject`` beside
    them does. Without it, everything that is not optional counts.

    Raises:
        UsageError: it is no poetry.lock of a version that is known, or has none of ``extras`` or
            ``groups``.
    """
    try:
        document = msgspec.convert(load_toml(text, file), _Document)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{file}: this is no poetry.lock: {error}", "write it anew with `poetry lock`"
        ) from None
    if document.metadata.lock_version.partition(".")[0] not in {"1", "2"}:
        raise UsageError(
            f"{file}: version {document.metadata.lock_version} of the format is not known",
            "export it: poetry export -o requirements.txt",
        )
    refuse_unknown(extras, document.extras, "extra", file)
    grouped = {group for package in document.package for group in package.groups} - {"main"}
    refuse_unknown(groups, grouped, "group", file, none="write it anew with Poetry 2")
    places = package_places(text, file, "package")
    places += [Place(file)] * (len(document.package) - len(places))
    nodes = [
        _node(number, package, place)
        for number, (package, place) in enumerate(zip(document.package, places, strict=False))
    ]
    found = Lock()
    if document.metadata.python_versions not in {"", "*"} and "^" not in (
        document.metadata.python_versions
    ):
        place = key_place(text, file, "python-versions")
        found.requires_python.append((document.metadata.python_versions, place))
    for reached in _selected(document, nodes, target, extras, pyproject, groups=groups):
        _add(found, document, reached)
    return found


def _selected(
    document: _Document,
    nodes: Sequence[Node],
    target: Target,
    extras: frozenset[str],
    pyproject: str | None,
    *,
    groups: frozenset[str],
) -> list[Reached]:
    """Return what the target gets, with chains where the project's own requirements are known."""
    counted = sorted(groups) or ["main"]
    roots = [] if groups else _roots(pyproject, document, extras)
    ways = {reached.node.key: reached for reached in walk(roots, nodes, target, extras)}
    wanted = {
        canonicalize_name(name)
        for extra, names in document.extras.items()
        if canonicalize_name(extra) in extras
        for name in names
    }
    if not any(package.groups or package.category for package in document.package) and roots:
        return list(ways.values())
    selected = []
    for node, package in zip(nodes, document.package, strict=True):
        among = [group for group in counted if group in package.groups]
        if (package.groups and not among) or package.category == "dev":
            continue
        marker = package.markers
        markers = (
            [marker.get(group, "") for group in among] if isinstance(marker, dict) else [marker]
        )
        if not any(holds(one, target, extras, node.place) for one in markers or [""]):
            continue
        # With markers the lock itself says which extra brings it in.
        said = any(markers) or bool(groups)
        if package.optional and not said and not (node.name in wanted or node.key in ways):
            continue
        own = f"{node.place} {node.name}=={node.version}"
        selected.append(ways.get(node.key) or Reached(node, not roots, (own,)))
    return selected


def _add(found: Lock, document: _Document, reached: Reached) -> None:
    package, node = document.package[reached.node.key], reached.node
    kind = package.source.type if package.source else ""
    if package.source and kind in {"git", "url", "file", "directory"}:
        why = "it comes from version control" if kind == "git" else f"it is a {kind}"
        found.uncheckable.append(UncheckableEntry(package.name, why, node.place))
        return
    if package.source and package.source.url:
        option = OptionEntry("extra-index-url", package.source.url, node.place)
        if option.value not in {known.value for known in found.options}:
            found.options.append(option)
    files = package.files or document.metadata.files.get(package.name, [])
    found.packages.append(
        LockedPackage(
            name=node.name,
            version=version_of(node),
            files=(),
            # Carets and stars are Poetry's own; the index says the same as a specifier.
            requires_python="",
            place=node.place,
            direct=reached.direct,
            chain=reached.chain,
            on_index=True,
            filenames=frozenset(one.file for one in files),
        )
    )


def _node(number: int, package: _Package, place: Place) -> Node:
    edges: list[Edge] = []
    by_extra: dict[str, list[Edge]] = {}
    for name, stated in package.dependencies.items():
        for one in stated if isinstance(stated, list) else [stated]:
            edges += _edge(name, one)
    for extra, texts in package.extras.items():
        for text in texts:
            # Written `name (>=1)`: what it needs besides the name is in the dependencies.
            by_extra.setdefault(canonicalize_name(extra), []).append(Edge(text.split(" ")[0]))
    return Node(
        key=number,
        name=canonicalize_name(package.name),
        version=package.version,
        place=place,
        edges=tuple(edges),
        extras={extra: tuple(stated) for extra, stated in by_extra.items()},
    )


def _edge(name: str, stated: Any) -> list[Edge]:
    """Return the dependency, none where it is optional: then an extra brings it in."""
    if not isinstance(stated, dict):
        return [Edge(name)]
    if stated.get("optional"):
        return []
    marker = str(stated.get("markers", ""))
    return [Edge(name, marker, tuple(map(str, stated.get("extras", ()))))]


def _roots(pyproject: str | None, document: _Document, extras: frozenset[str]) -> list[Edge]:
    """Return what the project asks for, by both ways of writing it."""
    if pyproject is None:
        return []
    tables = load_toml(pyproject, "pyproject.toml")
    project, poetry = _table(tables, "project"), _table(_table(tables, "tool"), "poetry")
    edges: list[Edge] = []
    stated = list(project.get("dependencies", ()))
    optional = _table(project, "optional-dependencies")
    for extra in sorted(extras):
        stated += optional.get(extra, ())
    for text in stated:
        try:
            requirement = Requirement(str(text))
        except InvalidRequirement:
            continue
        marker = str(requirement.marker) if requirement.marker else ""
        edges.append(Edge(requirement.name, marker, tuple(requirement.extras)))
    for name, dependency in _table(poetry, "dependencies").items():
        if name == "python":
            continue
        for one in dependency if isinstance(dependency, list) else [dependency]:
            edges += _edge(name, one)
    for extra, names in document.extras.items():
        if canonicalize_name(extra) in extras:
            edges += [Edge(name) for name in names]
    return edges


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key, {})
    return value if isinstance(value, dict) else {}
