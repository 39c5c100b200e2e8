"""Reading pylock.toml (PEP 751): what it pins for one target, checked as it stands."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.platform import Target
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.named_parts import refuse_unknown
from bootfit.requirements.requirement_file import OptionEntry, UncheckableEntry
from bootfit.requirements.target_environment import marker_environment
from bootfit.requirements.toml_text import load_toml

if TYPE_CHECKING:
    from packaging.pylock import Package, PackageWheel


@dataclass(frozen=True)
class LockedPackage:
    """One package that the lock pins for the target."""

    name: str
    version: Version
    files: tuple[IndexFile, ...]
    requires_python: str
    place: Place
    #: The project itself asks for it.
    direct: bool = True
    #: Who brought it in; empty where the lock does not tell.
    chain: tuple[str, ...] = ()
    #: The lock names no addresses: what it pins is looked up on the index.
    on_index: bool = False
    #: "algorithm:digest" that the lock lists, where it does so for the version as a whole.
    hashes: frozenset[str] = frozenset()
    #: File names that the lock lists, where it does.
    filenames: frozenset[str] = frozenset()
    #: The address or folder that it comes from, where that is not the lock's main index.
    index: str = ""

    @property
    def subject(self) -> str:
        """Return the pin as a requirement file would have it."""
        return f"{self.name}=={self.version}"


@dataclass
class Lock:
    """What a lock file says for one target."""

    packages: list[LockedPackage] = field(default_factory=list)
    uncheckable: list[UncheckableEntry] = field(default_factory=list)
    requires_python: list[tuple[str, Place]] = field(default_factory=list)
    #: The index that the lock names, and others beside it.
    options: list[OptionEntry] = field(default_factory=list)


def read_lock(
    text: str,
    file: str,
    target: Target,
    extras: frozenset[str],
    groups: frozenset[str] = frozenset(),
) -> Lock:
    """Return what the lock in ``text`` pins on ``target``.

    Raises:
        UsageError: it is not TOML or not a lock file of a version that is known, or has none of
            ``groups``.
    """
    from packaging import pylock

    document = load_toml(text, file)
    try:
        lock = pylock.Pylock.from_dict(document)
        lock.validate()
    except pylock.PylockUnsupportedVersionError as error:
        raise UsageError(f"{file}: {error}", "write it anew with a current tool") from None
    except pylock.PylockValidationError as error:
        place = _place_of_error(str(error), text, file)
        raise UsageError(
            f"{place}: this is no valid lock file: {error}",
            "write it anew with `uv export --format pylock.toml` or `pip lock`",
        ) from None
    refuse_unknown(groups, lock.dependency_groups or (), "dependency group", file)
    found = Lock()
    main = main_index(package.index or "" for package in lock.packages)
    found.options += index_option(main, key_place(text, file, "index"))
    if lock.requires_python is not None:
        found.requires_python.append((str(lock.requires_python), _place(text, file, None, 0)))
    environment: dict[str, Any] = {
        **marker_environment(target),
        "extras": extras,
        "dependency_groups": groups or frozenset(lock.default_groups or ()),
    }
    for number, package in enumerate(lock.packages):
        if package.marker and not package.marker.evaluate(environment, context="lock_file"):
            continue
        place = _place(text, file, package.name, number)
        if package.vcs or package.directory or package.archive or package.version is None:
            source = "version control" if package.vcs else "a folder or an archive"
            found.uncheckable.append(
                UncheckableEntry(package.name, f"it comes from {source}", place)
            )
            continue
        found.packages.append(
            LockedPackage(
                name=canonicalize_name(package.name),
                version=package.version,
                files=_files(package, package.version),
                requires_python=str(package.requires_python or ""),
                place=place,
                index="" if package.index in {None, main} else str(package.index),
            )
        )
    return found


def main_index(indexes: Iterable[str]) -> str:
    """Return where most packages of a lock come from; "" where it does not say."""
    counted = Counter(filter(None, indexes))
    return counted.most_common(1)[0][0] if counted else ""


def index_option(main: str, place: Place) -> list[OptionEntry]:
    """Return the option that says what the lock says: which index to ask. A folder is none."""
    return [OptionEntry("index-url", main, place)] if is_address(main) else []


def is_address(index: str) -> bool:
    """Return whether ``index`` can be asked over HTTP."""
    return index.startswith(("https://", "http://"))


def _files(package: "Package", version: Version) -> tuple[IndexFile, ...]:
    from packaging.pylock import PackageSdist

    stated: list[PackageWheel | PackageSdist] = list(package.wheels or ())
    if package.sdist:
        stated.append(package.sdist)
    files = [
        IndexFile(
            filename=entry.filename,
            url=entry.url or "",
            kind="sdist" if isinstance(entry, PackageSdist) else "wheel",
            version=version,
            size_bytes=entry.size,
            digests=tuple(f"{k}:{v}".lower() for k, v in entry.hashes.items()),
        )
        for entry in stated
    ]
    return tuple(files)


def _place(text: str, file: str, name: str | None, number: int) -> Place:
    """Return the line of the package's name, or of requires-python for no name."""
    if name is None:
        return key_place(text, file, "requires-python")
    places = package_places(text, file, "packages")
    return places[number] if number < len(places) else Place(file)


def key_place(text: str, file: str, key: str) -> Place:
    """Return the line that begins with ``key``; the file alone where none does."""
    match = re.search(rf"^{re.escape(key)}\b", text, re.MULTILINE)
    return Place(file, text.count("\n", 0, match.start()) + 1) if match else Place(file)


def package_places(text: str, file: str, table: str) -> list[Place]:
    """Return, for each ``[[table]]`` in order, the line of its name."""
    lines = text.splitlines()
    heads = [at for at, line in enumerate(lines) if line.strip() == f"[[{table}]]"]
    named = re.compile(r"name\s*=")
    places = []
    for head in heads:
        body = range(head + 1, len(lines))
        at = next((i for i in body if named.match(lines[i]) or lines[i].startswith("[")), head)
        places.append(Place(file, (at if named.match(lines[at]) else head) + 1))
    return places


def _place_of_error(message: str, text: str, file: str) -> Place:
    """The message names ``packages[3].…``: return that table's line."""
    match = re.search(r"packages\[(\d+)\]", message)
    return _place(text, file, "", int(match[1])) if match else Place(file, 1, 1)
