"""Reading Pipfile.lock: what it pins for one target; its files are looked up on the index."""

import json
import re
from typing import Any

import msgspec
from packaging.utils import canonicalize_name

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.lock_walk import Node, holds, version_of
from bootfit.requirements.locked import Lock, LockedPackage
from bootfit.requirements.requirement_file import OptionEntry, UncheckableEntry


class _Package(msgspec.Struct):
    version: str = ""
    markers: str = ""
    hashes: list[str] = []
    git: str = ""
    path: str = ""
    file: str = ""
    index: str = ""


class _Source(msgspec.Struct):
    url: str
    name: str = ""


class _Meta(msgspec.Struct, rename="kebab"):
    pipfile_spec: int
    sources: list[_Source] = []
    requires: dict[str, Any] = {}


class _Document(msgspec.Struct):
    meta: _Meta = msgspec.field(name="_meta")
    default: dict[str, _Package] = {}
    develop: dict[str, _Package] = {}


def read_pipfile_lock(
    text: str, file: str, target: Target, groups: frozenset[str] = frozenset()
) -> Lock:
    """Return what the ``default`` section of ``text`` pins on ``target``, or its ``develop`` one.

    Raises:
        UsageError: it is no Pipfile.lock of version 6, or has none of ``groups``.
    """
    if unknown := sorted(groups - {"develop"}):
        raise UsageError(
            f"{file} has no dependency group called {unknown[0]!r}", "its group is called develop"
        )
    hint = "write it anew with `pipenv lock`"
    try:
        document = msgspec.convert(json.loads(text), _Document)
    except json.JSONDecodeError as error:
        raise UsageError(
            f"{file}:{error.lineno}:{error.colno}: this is not JSON: {error.msg}", hint
        ) from None
    except (msgspec.ValidationError, RecursionError) as error:
        raise UsageError(f"{file}: this is no Pipfile.lock: {error}", hint) from None
    if document.meta.pipfile_spec != 6:
        raise UsageError(
            f"{file}: version {document.meta.pipfile_spec} of the format is not known", hint
        )
    found = Lock()
    _sources(found, document.meta.sources, text, file)
    version = document.meta.requires.get("python_version")
    if isinstance(version, str) and re.fullmatch(r"\d+\.\d+", version):
        place = _place(text, file, "python_version")
        found.requires_python.append((f"=={version}.*", place))
    for number, (name, package) in enumerate(
        (document.develop if groups else document.default).items()
    ):
        place = _place(text, file, name)
        if not holds(package.markers, target, frozenset(), place):
            continue
        if package.git or package.path or package.file or not package.version:
            why = "it comes from version control" if package.git else "it is a folder or a file"
            found.uncheckable.append(UncheckableEntry(name, why, place))
            continue
        pinned = package.version.removeprefix("==").strip()
        node = Node(number, canonicalize_name(name), pinned, place)
        found.packages.append(
            LockedPackage(
                name=node.name,
                version=version_of(node),
                files=(),
                requires_python="",
                place=place,
                on_index=True,
                hashes=frozenset(digest.lower() for digest in package.hashes),
            )
        )
    return found


def _sources(found: Lock, sources: list[_Source], text: str, file: str) -> None:
    """Take the first source as the index and the others beside it, as `pipenv` does."""
    for source in sources:
        place = _place(text, file, "sources")
        if "$" in source.url:
            why = "the address of this index stands in the environment"
            found.uncheckable.append(UncheckableEntry(source.name or "source", why, place))
            continue
        name = "extra-index-url" if found.options else "index-url"
        found.options.append(OptionEntry(name, source.url, place))


def _place(text: str, file: str, key: str) -> Place:
    at = text.find(json.dumps(key) + ":")
    return Place(file, text.count("\n", 0, at) + 1) if at >= 0 else Place(file)
