"""Reading uv.lock: what it pins for one target, with the files that it lists."""

from collections.abc import Sequence
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.index_page import FileKind, IndexFile
from bootfit.requirements.lock_walk import Edge, Node, version_of, walk
from bootfit.requirements.locked import (
    Lock,
    LockedPackage,
    index_option,
    key_place,
    main_index,
    package_places,
)
from bootfit.requirements.named_parts import refuse_unknown
from bootfit.requirements.page_formats import moment_or_none
from bootfit.requirements.requirement_file import UncheckableEntry
from bootfit.requirements.toml_text import load_toml


class _Dependency(msgspec.Struct):
    name: str
    marker: str = ""
    version: str = ""
    extra: list[str] = []


class _File(msgspec.Struct, rename="kebab"):
    url: str = ""
    path: str = ""
    filename: str = ""
    hash: str = ""
    size: int | None = None
    upload_time: Any = None


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    source: dict[str, Any]
    version: str = ""
    resolution_markers: list[str] = []
    dependencies: list[_Dependency] = []
    optional_dependencies: dict[str, list[_Dependency]] = {}
    dev_dependencies: dict[str, list[_Dependency]] = {}
    sdist: _File | None = None
    wheels: list[_File] = []


class _Document(msgspec.Struct, rename="kebab"):
    version: int
    requires_python: str = ""
    package: list[_Package] = []


#: Sources that are the project's own folders.
_OWN = ("virtual", "editable")
_ELSEWHERE = {
    "git": "it comes from version control",
    "url": "it is a URL",
    "path": "it is a file",
    "directory": "it is a folder",
}


def read_uv_lock(
    text: str,
    file: str,
    target: Target,
    extras: frozenset[str],
    groups: frozenset[str] = frozenset(),
) -> Lock:
    """Return what ``text`` pins on ``target``: what the project at its root asks for.

    In a workspace whose root is no project, all members count. Where ``groups`` are named, they
    are what is asked for.

    Raises:
        UsageError: it is no uv.lock of version 1, or has none of ``extras`` or ``groups``.
    """
    try:
        document = msgspec.convert(load_toml(text, file), _Document)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{file}: this is no uv.lock: {error}", "write it anew with `uv lock`"
        ) from None
    if document.version != 1:
        raise UsageError(
            f"{file}: version {document.version} of the format is not known",
            "export it: uv export --format pylock.toml -o pylock.toml",
        )
    places = package_places(text, file, "package")
    places += [Place(file)] * (len(document.package) - len(places))
    nodes = [
        _node(number, package, place)
        for number, (package, place) in enumerate(zip(document.package, places, strict=False))
    ]
    members = [package for package in document.package if _is_own(package)]
    root = [m for m in members if "." in {m.source.get(kind) for kind in _OWN}]
    asked_of = root or members
    known = [name for member in asked_of for name in member.optional_dependencies]
    refuse_unknown(extras, known, "extra", file)
    known = [name for member in asked_of for name in member.dev_dependencies]
    refuse_unknown(groups, known, "group", file)
    edges = [Edge(m.name, extras=tuple(sorted(extras))) for m in asked_of]
    if groups:
        edges = [
            edge
            for member in asked_of
            for group, stated in member.dev_dependencies.items()
            if canonicalize_name(group) in groups
            for edge in _edges(stated)
        ]
    found = Lock()
    main = main_index(_registry(package) for package in document.package)
    found.options += index_option(main, key_place(text, file, "source"))
    if document.requires_python:
        place = key_place(text, file, "requires-python")
        found.requires_python.append((document.requires_python, place))
    for reached in walk(edges, nodes, target, extras):
        package = document.package[reached.node.key]
        if _is_own(package):
            continue
        why = next((text for kind, text in _ELSEWHERE.items() if kind in package.source), "")
        if why:
            found.uncheckable.append(UncheckableEntry(package.name, why, reached.node.place))
            continue
        version = version_of(reached.node)
        found.packages.append(
            LockedPackage(
                name=reached.node.name,
                version=version,
                files=(
                    *(_index_file(one, "wheel", version) for one in package.wheels),
                    *(_index_file(one, "sdist", version) for one in _present(package.sdist)),
                ),
                requires_python="",
                place=reached.node.place,
                direct=reached.direct,
                chain=reached.chain,
                index=_registry(package) if _registry(package) != main else "",
            )
        )
    return found


def _registry(package: _Package) -> str:
    """Return the address or folder of the index that ``package`` comes from."""
    return str(package.source.get("registry", ""))


def _is_own(package: _Package) -> bool:
    return any(kind in package.source for kind in _OWN)


def _node(number: int, package: _Package, place: Place) -> Node:
    return Node(
        key=number,
        name=canonicalize_name(package.name),
        version=package.version,
        place=place,
        edges=_edges(package.dependencies),
        extras={
            canonicalize_name(extra): _edges(stated)
            for extra, stated in package.optional_dependencies.items()
        },
        markers=tuple(package.resolution_markers),
        own=_is_own(package),
    )


def _edges(stated: Sequence[_Dependency]) -> tuple[Edge, ...]:
    return tuple(Edge(one.name, one.marker, tuple(one.extra), one.version) for one in stated)


def _present(sdist: _File | None) -> tuple[_File, ...]:
    return (sdist,) if sdist and (sdist.url or sdist.path or sdist.filename) else ()


def _index_file(stated: _File, kind: FileKind, version: Any) -> IndexFile:
    from urllib.parse import unquote, urlsplit

    path = urlsplit(stated.url).path or stated.path
    return IndexFile(
        filename=stated.filename or unquote(path.rpartition("/")[2]),
        url=stated.url,
        kind=kind,
        version=version,
        size_bytes=stated.size,
        digests=(stated.hash.lower(),) if stated.hash else (),
        uploaded=moment_or_none(stated.upload_time),
    )
