"""What wheels take on disk: the sizes in their directories, which stand at the end of each.

That costs a request or two a wheel, so it is done on request; answers are kept for good, since a
file on an index never changes.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bootfit.model.errors import UndeterminedError
from bootfit.requirements.archives import UnreadableArchive, expanded_bytes
from bootfit.requirements.index import Index
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.page_cache import Freshness, keep_file

_JOBS = 8


class InstalledSizes:
    """The sizes of wheels, asked of an index and kept in a folder; None keeps nothing."""

    def __init__(self, folder: Path | None, freshness: Freshness = "young") -> None:
        self._folder = folder
        self._freshness = freshness

    def of(self, index: Index, wheels: Sequence[IndexFile]) -> Mapping[str, int]:
        """Return the bytes that each wheel expands to, by filename, of those that can be read.

        Compiled bytecode, which installers add, is not counted. An index that does not serve
        parts of files, or is out of reach, tells nothing.
        """
        with ThreadPoolExecutor(_JOBS) as pool:
            sizes = pool.map(lambda wheel: self._one(index, wheel), wheels)
            return {
                wheel.filename: size
                for wheel, size in zip(wheels, sizes, strict=True)
                if size is not None
            }

    def _one(self, index: Index, wheel: IndexFile) -> int | None:
        path = self._path(wheel)
        if path is not None and self._freshness != "refresh":
            try:
                return int(path.read_bytes())
            except (OSError, ValueError):
                pass
        try:
            size = expanded_bytes(index, wheel)
        except (UnreadableArchive, UndeterminedError):
            return None
        if path is not None:
            keep_file(path, str(size).encode())
        return size

    def _path(self, wheel: IndexFile) -> Path | None:
        digest = next((d for d in wheel.digests if d.startswith("sha256:")), "")
        name = digest.removeprefix("sha256:")
        sound = len(name) == 64 and all(char in "0123456789abcdef" for char in name)
        return self._folder / f"{name}.size" if self._folder and sound else None
