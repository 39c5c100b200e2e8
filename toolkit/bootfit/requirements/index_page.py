"""What an index says about a project: its files, by version. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Literal

import msgspec
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


@dataclass(frozen=True)
class ProjectFiles:
    """All files of a project that count; ``on_index`` is False where the index has no such name."""

    name: str
    files: tuple[IndexFile, ...] = ()
    on_index: bool = True

    def of(self, version: Version) -> tuple[IndexFile, ...]:
        """Return the files of exactly ``version``."""
        return tuple(file for file in self.files if file.version == version)

    def by_version(self) -> dict[Version, tuple[IndexFile, ...]]:
        """Return all files by version, the oldest first."""
        groups: dict[Version, list[IndexFile]] = {}
        for file in self.files:
            groups.setdefault(file.version, []).append(file)
        return {version: tuple(groups[version]) for version in sorted(groups)}

    def before(self, moment: datetime | None) -> "ProjectFiles":
        """Return what had been uploaded at ``moment``; all of it where that is None.

        A file whose upload time the index does not tell does not count, as in `uv`.
        """
        if moment is None:
            return self
        kept = tuple(f for f in self.files if f.uploaded is not None and f.uploaded < moment)
        return ProjectFiles(self.name, kept, self.on_index)


def merge(name: str, pages: Iterable[ProjectFiles]) -> ProjectFiles:
    """Return the files of several indexes as one, the first to name a file wins (as in pip)."""
    files: dict[str, IndexFile] = {}
    on_index = False
    for page in pages:
        on_index = on_index or page.on_index
        for file in page.files:
            files.setdefault(file.filename, file)
    return ProjectFiles(name, tuple(files.values()), on_index)


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
