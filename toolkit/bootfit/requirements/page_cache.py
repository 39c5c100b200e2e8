"""Index pages kept on disk between runs: one file a page, written whole, safe in parallel runs.

What a page says is kept packed, not as it was sent (`packed_page`).

uv is told to keep its own cache in the same way, so both see an index at the same age.
"""

import contextlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Literal

#: Whether what was kept may answer: while it is young, never, or always and nothing else.
Freshness = Literal["young", "refresh", "offline"]
#: As long as the public index lets its pages be kept.
MAX_AGE_SECONDS = 600.0


class PageCache:
    """The pages in one folder. A folder that cannot be used costs speed alone."""

    def __init__(
        self,
        folder: Path,
        freshness: Freshness = "young",
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.freshness = freshness
        self._folder = folder
        self._now = now

    def find(self, index: str, name: str, *, any_age: bool = False) -> bytes | None:
        """Return the page of project ``name`` that may still be used; None where there is none.

        Args:
            index: the address of the index.
            name: the normalized name of the project.
            any_age: an old one may be used as well, even where none is to be: it was read before.
        """
        if self.freshness == "refresh" and not any_age:
            return None
        try:
            head, _, page = self._path(index, name).read_bytes().partition(b"\n")
            known = json.loads(head)
            age = self._now() - known["fetched"]
            whole = (len(page), zlib.crc32(page)) == (known["bytes"], known["crc"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        usable = any_age or self.freshness == "offline" or 0 <= age < MAX_AGE_SECONDS
        return page if whole and usable else None

    def keep(self, index: str, name: str, page: bytes) -> None:
        """Keep ``page``, readable for this user alone: an index may be private."""
        head = {"fetched": self._now(), "bytes": len(page), "crc": zlib.crc32(page)}
        keep_file(self._path(index, name), json.dumps(head).encode() + b"\n" + page)

    def _path(self, index: str, name: str) -> Path:
        key = sha256(index.encode()).hexdigest()[:16]
        return self._folder / key / f"{name}.page"


def keep_file(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all, or do nothing where that cannot be done.

    What is lost with the power is fetched again: there is no fsync.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
