"""What an index says about a project: its files, by version. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Literal

import msgspec
from packaging.utils import canonicalize_version
from packaging.version import Version

FileKind = Literal["wheel", "sdist"]


class IndexFile(msgspec.Struct, frozen=True, gc=False):
    """One file of a project.

    A struct for speed alone: a check reads some 50,000 of them, which takes a dataclass three
    times as long. It refers to nothing that could refer back to it (``gc=False``).
    """

    filename: str
    url: str
    kind: FileKind
    version: Version
    size_bytes: int | None = None
    requires_python: str = ""
    #: The reason, which may be empty; None where it is not yanked.
    yanked: str | None = None
    #: "algorithm:digest", lower case.
    digests: tuple[str, ...] = ()
    uploaded: datetime | None = None


def sdist_of(files: Iterable[IndexFile]) -> IndexFile | None:
    """Return the sdist among the files of one version: not yanked, a tar file before a zip file."""
    sdists = [file for file in files if file.kind == "sdist"]
    return min(
        sdists,
        key=lambda file: (file.yanked is not None, file.filename.endswith(".zip")),
        default=None,
    )


#: Canonical version → the files of that version. Versions that are equal have one key.
Groups = Mapping[str, tuple[IndexFile, ...]]


class ProjectFiles:
    """All files of a project that count; ``on_index`` is False where the index has no such name.

    The files of a version may stay packed until they are asked for: of the hundreds that a
    project has, a check looks at one.
    """

    def __init__(
        self,
        name: str,
        files: Iterable[IndexFile] = (),
        on_index: bool = True,
        *,
        groups: Groups | None = None,
        moment: datetime | None = None,
    ) -> None:
        self.name = name
        self.on_index = on_index
        self._groups = grouped(files) if groups is None else groups
        self._moment = moment

    @property
    def files(self) -> tuple[IndexFile, ...]:
        """Return all files, those of one version together."""
        return tuple(file for key in self._groups for file in self._of(key))

    def of(self, version: Version) -> tuple[IndexFile, ...]:
        """Return the files of exactly ``version``."""
        return self._of(canonicalize_version(version))

    def by_version(self) -> dict[Version, tuple[IndexFile, ...]]:
        """Return all files by version, the oldest first."""
        groups = (files for key in self._groups if (files := self._of(key)))
        return {
            files[0].version: files for files in sorted(groups, key=lambda files: files[0].version)
        }

    def before(self, moment: datetime | None) -> "ProjectFiles":
        """Return what had been uploaded at ``moment``; all of it where that is None.

        A file whose upload time the index does not tell does not count, as in `uv`.
        """
        if moment is None:
            return self
        return ProjectFiles(self.name, on_index=self.on_index, groups=self._groups, moment=moment)

    def _of(self, key: str) -> tuple[IndexFile, ...]:
        files = self._groups.get(key, ())
        moment = self._moment
        if moment is None:
            return files
        return tuple(f for f in files if f.uploaded is not None and f.uploaded < moment)


def grouped(files: Iterable[IndexFile]) -> dict[str, tuple[IndexFile, ...]]:
    """Return ``files`` by canonical version, in their order."""
    groups: dict[str, list[IndexFile]] = {}
    keys: dict[Version, str] = {}
    for file in files:
        key = keys.get(file.version)
        if key is None:
            key = keys[file.version] = canonicalize_version(file.version)
        groups.setdefault(key, []).append(file)
    return {key: tuple(group) for key, group in groups.items()}


def merge(name: str, pages: Iterable[ProjectFiles]) -> ProjectFiles:
    """Return the files of several indexes as one, the first to name a file wins (as in pip)."""
    known = tuple(pages)
    if len(known) == 1:
        return known[0]
    files: dict[str, IndexFile] = {}
    for page in known:
        for file in page.files:
            files.setdefault(file.filename, file)
    return ProjectFiles(name, files.values(), any(page.on_index for page in known))


def moment_of(text: str) -> datetime:
    """Return the moment that ``2026-01-31`` (its end, UTC) or an RFC 3339 time means.

    Raises:
        ValueError: it is neither.
    """
    if len(text) == len("2026-01-31"):
        from datetime import timedelta

        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
        return day + timedelta(days=1)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
