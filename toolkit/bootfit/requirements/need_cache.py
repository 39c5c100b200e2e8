"""What sdists need and require, kept on disk: a file on an index never changes, nor the answer."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from bootfit import __version__
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.page_cache import Freshness, keep_file

if TYPE_CHECKING:
    from bootfit.requirements.build_needs import BuildNeed
    from bootfit.requirements.core_metadata import SdistMetadata

#: Another one wherever the same sdist would be read otherwise.
_READING = "2"


class NeedCache:
    """The answers in one folder. A folder that cannot be used costs speed alone."""

    def __init__(self, folder: Path, freshness: Freshness = "young") -> None:
        self._folder = folder
        self._freshness = freshness

    def find(self, files: tuple[IndexFile, ...]) -> "BuildNeed | None":
        """Return what building the version with these ``files`` needs, if it is known."""
        path = self._path(files)
        if path is None or self._freshness == "refresh":
            return None
        from bootfit.requirements.build_needs import BuildNeed

        try:
            return msgspec.json.decode(path.read_bytes(), type=BuildNeed)
        except (OSError, msgspec.DecodeError):
            return None

    def keep(self, files: tuple[IndexFile, ...], need: "BuildNeed | None") -> None:
        """Keep an answer, unless it says that something could not be read."""
        path = self._path(files)
        if path is not None and need is not None and not need.unreadable:
            keep_file(path, msgspec.json.encode(need))

    def find_metadata(self, files: tuple[IndexFile, ...]) -> "SdistMetadata | None":
        """Return what the sdist among ``files`` says of its dependencies, if it is known."""
        path = self._path(files, "metadata")
        if path is None or self._freshness == "refresh":
            return None
        from bootfit.requirements.core_metadata import SdistMetadata

        try:
            return msgspec.json.decode(path.read_bytes(), type=SdistMetadata)
        except (OSError, msgspec.DecodeError):
            return None

    def keep_metadata(self, files: tuple[IndexFile, ...], metadata: "SdistMetadata") -> None:
        """Keep what an sdist says of its dependencies, unless it could not be read."""
        path = self._path(files, "metadata")
        if path is not None and metadata.readable:
            keep_file(path, msgspec.json.encode(metadata))

    def _path(self, files: tuple[IndexFile, ...], what: str = "need") -> Path | None:
        """Return where the answer is: by the files' digests, and by who read them."""
        if not files or not all(file.digests for file in files):
            return None
        digests = sorted(digest for file in files for digest in file.digests)
        key = sha256("\n".join([__version__, _READING, what, *digests]).encode()).hexdigest()
        return self._folder / f"{key[:40]}.json"
