"""Index pages kept on disk between runs: one file a page, written whole, safe in parallel runs.

uv is told to keep its own cache in the same way, so both see an index at the same age.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

#: Whether what was kept may answer: while it is young, never, or always and nothing else.
Freshness = Literal["young", "refresh", "offline"]
#: As long as the public index lets its pages be kept.
MAX_AGE_SECONDS = 600.0


@dataclass(frozen=True)
class StoredPage:
    """An index page as it was sent."""

    #: Where it came from in the end: links on it are relative to that.
    url: str
    #: The Content-Type header.
    kind: str
    body: bytes


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

    def find(self, index: str, name: str) -> StoredPage | None:
        """Return the page of project ``name`` that may still be used; None where there is none."""
        if self.freshness == "refresh":
            return None
        try:
            head, _, body = self._path(index, name).read_bytes().partition(b"\n")
            known = json.loads(head)
            age = self._now() - known["fetched"]
            page = StoredPage(str(known["url"]), str(known["kind"]), body)
            whole = len(body) == known["bytes"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        young = 0 <= age < MAX_AGE_SECONDS
        return page if whole and (young or self.freshness == "offline") else None

    def keep(self, index: str, name: str, page: StoredPage) -> None:
        """Keep ``page``, readable for this user alone: an index may be private."""
        path = self._path(index, name)
        head = {
            "url": page.url,
            "kind": page.kind,
            "fetched": self._now(),
            "bytes": len(page.body),
        }
        keep_file(path, json.dumps(head).encode() + b"\n" + page.body)

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
