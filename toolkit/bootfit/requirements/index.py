"""Asking a package index: project pages, parts of files.

Works with indexes that have neither JSON pages (PEP 691), file sizes (PEP 700), metadata files
(PEP 658), ETags nor ranges; it only gets slower.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.credentials import without_credentials
from bootfit.requirements.daemon_pool import DaemonPool
from bootfit.requirements.index_address import (
    IndexAddress,
    IndexContradictsError,
    IndexUnreachableError,
    OfflineError,
    index_address,
)
from bootfit.requirements.index_page import IndexFile, ProjectFiles, merge
from bootfit.requirements.packed_page import NotPacked, PackedGroups, pack_page, unpack_page
from bootfit.requirements.page_cache import PageCache

if TYPE_CHECKING:
    import requests

    from bootfit.requirements.index_http import IndexHttp, SentPage

__all__ = ["Index", "IndexAddress", "IndexUnreachableError", "OfflineError", "index_address"]

_THREADS = 3
#: How often a page is read before it is said that the index contradicts itself.
_TRIES = 4
_ONLINE = "run once without --offline"


class Index:
    """One or several indexes, asked in parallel, each page once.

    Safe to use from several threads. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        addresses: tuple[IndexAddress, ...],
        *,
        own: Mapping[str, IndexAddress] | None = None,
        timeout_seconds: float,
        before: datetime | None = None,
        cache: PageCache | None = None,
    ) -> None:
        self.addresses = addresses
        #: By normalized name, for projects that come from an index of their own.
        self.own = dict(own or {})
        self._cache = cache
        self.timeout_seconds = timeout_seconds
        self._before = before
        self._pages: dict[str, Future[ProjectFiles]] = {}
        self._lock = Lock()
        self._pool = DaemonPool(_THREADS)
        self._opening = Lock()
        self._http: IndexHttp | None = None
        #: One page is decoded at a time: it takes ten times its size for a moment.
        self._decoding = Lock()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        # After the first error nobody waits for the other answers.
        self._pool.close()
        if self._http is not None:
            self._http.close()

    def begin(self, names: Iterable[str], failed: Callable[[], None] = lambda: None) -> None:
        """Begin to read the pages of ``names``, which `pages` then returns, or the error.

        Args:
            names: projects whose pages are likely to be asked for.
            failed: called, from any thread, for each page that cannot be had.
        """

        def done(future: Future[ProjectFiles]) -> None:
            if not future.cancelled() and future.exception() is not None:
                failed()

        for future in self._begun(names).values():
            future.add_done_callback(done)

    def pages(self, names: Iterable[str]) -> Mapping[str, ProjectFiles]:
        """Return the files of each project, by normalized name.

        Raises:
            UndeterminedError: the index is out of reach, too slow, or what it sent is no page.
        """
        return {name: future.result() for name, future in self._begun(names).items()}

    def page(self, name: str) -> ProjectFiles:
        """Return the files of one project; errors as `pages`."""
        return self.pages((name,))[canonicalize_name(name)]

    def page_with(self, name: str, version: Version) -> ProjectFiles:
        """Return the files of a project that has ``version``, as the resolver has seen.

        A mirror of several machines may know a release of this minute on some of them only, and
        a page that is kept may be older than what the resolver keeps: the page is read anew.

        Raises:
            UndeterminedError: as `pages`; or none of the answers has that version.
        """
        for _ in range(_TRIES):
            page = self.page(name)
            if page.of(version) or (self._cache and self._cache.freshness == "offline"):
                return page
            future = self._pool.submit(self._page, name, anew=True)
            with self._lock:
                self._pages[canonicalize_name(name)] = future
        raise IndexContradictsError(
            f"the index contradicts itself: it gave the resolver {name} {version}, and its page of "
            f"{name} has no such version",
            "try again in a few minutes: a mirror may be half way through an update",
        )

    @contextmanager
    def stream(
        self, url: str, *, first: int | None = None, last: int | None = None
    ) -> Iterator[tuple["requests.Response", Iterator[bytes]]]:
        """Open a file, or its bytes ``first``..``last`` (a negative ``first`` counts from the end).

        The chunks stop with an error once the whole takes three times the time limit.

        Raises:
            UndeterminedError: it cannot be had.
        """
        self._refuse_offline(without_credentials(url))
        with self._open().stream(url, first=first, last=last) as opened:
            yield opened

    def _begun(self, names: Iterable[str]) -> dict[str, Future[ProjectFiles]]:
        wanted = list(dict.fromkeys(map(canonicalize_name, names)))
        with self._lock:
            for name in wanted:
                if name not in self._pages:
                    self._pages[name] = self._pool.submit(self._page, name)
            return {name: self._pages[name] for name in wanted}

    def _page(self, name: str, *, anew: bool = False) -> ProjectFiles:
        pages = (self._page_of(address, name, anew=anew) for address in self._asked(name))
        return merge(name, pages).before(self._before)

    def _asked(self, name: str) -> tuple[IndexAddress, ...]:
        return (self.own[name],) if name in self.own else self.addresses

    def _page_of(self, address: IndexAddress, name: str, *, anew: bool) -> ProjectFiles:
        cache = None if address.private else self._cache
        stored = cache.find(address.url, name) if cache and not anew else None
        if stored is None or not _is_packed(stored):
            self._refuse_offline(f"the page of {name} on {address.url}")
            stored = self._fetch(address, name)
        if stored is None:
            return ProjectFiles(name, on_index=False)
        in_memory = () if cache and cache.find(address.url, name, any_age=True) else (stored,)

        def load() -> Mapping[str, msgspec.Raw]:
            if in_memory:
                return unpack_page(in_memory[0])
            found = cache.find(address.url, name, any_age=True) if cache else None
            # Whoever emptied the cache in between makes it slower, not wrong.
            return unpack_page(found or self._fetch(address, name) or pack_page(()))

        return ProjectFiles(name, groups=PackedGroups(name, load))

    def _fetch(self, address: IndexAddress, name: str) -> bytes | None:
        """Return the page packed, and keep it; None where the index has none of that name."""
        page = self._open().page(address, name)
        if page is None:
            return None
        with self._decoding:
            packed = pack_page(_files_on(name, page))
        if self._cache is not None and not address.private:
            self._cache.keep(address.url, name, packed)
        return packed

    def _open(self) -> "IndexHttp":
        from bootfit.requirements.index_http import IndexHttp

        with self._opening:
            if self._http is None:
                self._http = IndexHttp((*self.addresses, *self.own.values()), self.timeout_seconds)
            return self._http

    def _refuse_offline(self, what: str) -> None:
        if self._cache is not None and self._cache.freshness == "offline":
            raise OfflineError(f"offline, and {what} is not in the cache", _ONLINE)


def _is_packed(data: bytes) -> bool:
    try:
        unpack_page(data)
    except NotPacked:
        return False
    return True


def _files_on(name: str, page: "SentPage") -> tuple[IndexFile, ...]:
    from bootfit.requirements.index_http import HINT
    from bootfit.requirements.page_formats import NotAPage, read_html_page, read_json_page

    kind = page.kind.lower()
    try:
        if kind.partition(";")[0].strip().endswith("json"):
            return read_json_page(name, page.body, page.url)
        encoding = kind.partition("charset=")[2].strip(" \"'") or "utf-8"
        return read_html_page(name, page.body, page.url, encoding)
    except NotAPage as error:
        raise IndexUnreachableError(f"what the index sent for {name} is {error}", HINT) from None
