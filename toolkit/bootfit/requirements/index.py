"""Asking a package index: project pages, parts of files. The only module here that uses HTTP.

Works with indexes that have neither JSON pages (PEP 691), file sizes (PEP 700), metadata files
(PEP 658), ETags nor ranges; it only gets slower.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from urllib.parse import urlsplit, urlunsplit

import requests
from packaging.utils import canonicalize_name

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.requirements.index_page import ProjectFiles, merge
from bootfit.requirements.page_cache import PageCache, StoredPage
from bootfit.requirements.page_formats import NotAPage, read_html_page, read_json_page

#: The largest page of the public index has about 7 MB; four times the largest known is no page.
MAX_PAGE_BYTES = 64 * 1024 * 1024
_CHUNK = 64 * 1024
#: JSON before HTML, version 1 of either (PEP 691).
_ACCEPT = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)
_THREADS = 8


class IndexUnreachableError(UndeterminedError):
    """The index did not answer, or not with an index page."""


@dataclass(frozen=True)
class IndexAddress:
    """An index, with its credentials apart so that nothing prints them by accident."""

    #: Without credentials, with a trailing slash.
    url: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def private(self) -> bool:
        """Return whether a login is given; what it opens is not kept on disk."""
        return bool(self.user or self.password)

    @property
    def with_credentials(self) -> str:
        """Return the URL as `uv` wants it. Write it only into a private file."""
        if not self.private:
            return self.url
        parts = urlsplit(self.url)
        login = self.user + (f":{self.password}" if self.password else "")
        return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc}"))


def index_address(url: str) -> IndexAddress:
    """Return ``url`` as an address.

    Raises:
        UsageError: it is not an http or https URL.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        raise UsageError(
            f"{without_credentials(url)!r} is not the URL of an index",
            "give the address of its simple pages, https://host/simple/",
        )
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port else ""
    path = parts.path.rstrip("/") + "/"
    bare = urlunsplit((parts.scheme, netloc, path, "", ""))
    return IndexAddress(bare, parts.username or "", parts.password or "")


class Index:
    """One or several indexes, asked in parallel, each page once.

    Safe to use from several threads. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        addresses: tuple[IndexAddress, ...],
        *,
        timeout_seconds: float,
        before: datetime | None = None,
        cache: PageCache | None = None,
    ) -> None:
        self.addresses = addresses
        self._cache = cache
        self.timeout_seconds = timeout_seconds
        self._before = before
        self._pages: dict[str, Future[ProjectFiles]] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(_THREADS)
        #: Idle ones, from whichever thread: to open a connection costs 0.1 s of certificates.
        self._sessions: deque[requests.Session] = deque()

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_: object) -> None:
        # After the first error nobody waits for the other answers.
        self._pool.shutdown(wait=False, cancel_futures=True)
        for session in self._sessions:
            session.close()

    def pages(self, names: Iterable[str]) -> Mapping[str, ProjectFiles]:
        """Return the files of each project, by normalized name.

        Raises:
            UndeterminedError: the index is out of reach, too slow, or what it sent is no page.
        """
        wanted = list(dict.fromkeys(map(canonicalize_name, names)))
        with self._lock:
            for name in wanted:
                if name not in self._pages:
                    self._pages[name] = self._pool.submit(self._page, name)
            asked = {name: self._pages[name] for name in wanted}
        return {name: future.result() for name, future in asked.items()}

    def page(self, name: str) -> ProjectFiles:
        """Return the files of one project; errors as `pages`."""
        return self.pages((name,))[canonicalize_name(name)]

    @contextmanager
    def stream(
        self, url: str, *, first: int | None = None, last: int | None = None
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        """Open a file, or its bytes ``first``..``last`` (a negative ``first`` counts from the end).

        The chunks stop with an error once the whole takes three times the time limit.

        Raises:
            UndeterminedError: it cannot be had.
        """
        self._refuse_offline(without_credentials(url))
        headers = {"Accept-Encoding": "identity"}
        if first is not None:
            span = f"{first}" if first < 0 else f"{first}-{'' if last is None else last}"
            headers["Range"] = f"bytes={span}"
        try:
            with (
                self._session() as session,
                session.get(
                    url,
                    stream=True,
                    headers=headers,
                    timeout=self.timeout_seconds,
                    auth=self._auth(url),
                ) as response,
            ):
                response.raise_for_status()
                yield response, self._chunks(response, _CHUNK, 3 * self.timeout_seconds)
        except (requests.RequestException, ValueError) as error:
            raise IndexUnreachableError(
                f"{without_credentials(url)} cannot be read: {_reason(error)}", _HINT
            ) from None

    def _page(self, name: str) -> ProjectFiles:
        found = merge(name, (self._page_of(address, name) for address in self.addresses))
        return found.before(self._before)

    def _page_of(self, address: IndexAddress, name: str) -> ProjectFiles:
        if self._cache is None:
            return self._fetch(address, name)
        stored = None if address.private else self._cache.find(address.url, name)
        if stored is not None:
            with suppress(IndexUnreachableError):
                return _project_files(name, stored)
        self._refuse_offline(f"the page of {name} on {address.url}")
        return self._fetch(address, name)

    def _refuse_offline(self, what: str) -> None:
        if self._cache is not None and self._cache.freshness == "offline":
            raise IndexUnreachableError(f"offline, and {what} is not in the cache", _ONLINE)

    def _fetch(self, address: IndexAddress, name: str) -> ProjectFiles:
        url = f"{address.url}{name}/"
        try:
            with (
                self._session() as session,
                session.get(
                    url,
                    stream=True,
                    headers={"Accept": _ACCEPT},
                    timeout=self.timeout_seconds,
                    auth=self._auth(url),
                ) as response,
            ):
                if response.status_code in {404, 410}:
                    return ProjectFiles(name, on_index=False)
                response.raise_for_status()
                body = bytearray()
                for chunk in self._chunks(response, _CHUNK, 3 * self.timeout_seconds):
                    body += chunk
                    if len(body) > MAX_PAGE_BYTES:
                        raise IndexUnreachableError(
                            f"the index page of {name} has more than {MAX_PAGE_BYTES} bytes", _HINT
                        )
                kind = response.headers.get("Content-Type", "")
                page = StoredPage(response.url, kind, bytes(body))
                files = _project_files(name, page)
                if self._cache is not None and not address.private:
                    self._cache.keep(address.url, name, page)
                return files
        except (requests.RequestException, ValueError) as error:
            raise IndexUnreachableError(
                f"the index {address.url} gave no page for {name}: {_reason(error)}", _HINT
            ) from None

    def _chunks(self, response: requests.Response, size: int, seconds: float) -> Iterator[bytes]:
        deadline = time.monotonic() + seconds
        expected = response.headers.get("Content-Length")
        encoded = response.headers.get("Content-Encoding", "identity") != "identity"
        read = 0
        while chunk := _next_chunk(response, size):
            read += len(chunk)
            yield chunk
            if time.monotonic() > deadline:
                raise requests.Timeout(f"not complete after {seconds:.0f} s")
        if expected and expected.isdigit() and not encoded and read < int(expected):
            raise requests.ConnectionError(f"it ends after {read} of {expected} bytes")

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        try:
            session = self._sessions.pop()
        except IndexError:
            session = requests.Session()
            session.headers["User-Agent"] = "bootfit"
        try:
            yield session
        finally:
            self._sessions.append(session)

    def _auth(self, url: str) -> tuple[str, str] | None:
        """Return the login for ``url``: it goes to the index's own scheme, host and port alone."""
        try:
            wanted = urlsplit(url)[:2]
        except ValueError:  # requests says what is wrong with it
            return None
        for address in self.addresses:
            known = address.user or address.password
            if known and urlsplit(address.url)[:2] == wanted:
                from urllib.parse import unquote

                return unquote(address.user), unquote(address.password)
        return None


def _next_chunk(response: requests.Response, size: int) -> bytes:
    """Return what has come, at most ``size`` bytes; b"" at the end.

    Not `iter_content`, which waits until ``size`` bytes are there: a server that sends one byte
    now and then would hold it for ever.
    """
    from urllib3 import exceptions

    try:
        chunk: bytes = response.raw.read1(size, decode_content=True)
    except exceptions.ReadTimeoutError as error:
        raise requests.Timeout(str(error)) from None
    except (exceptions.HTTPError, OSError) as error:
        raise requests.ConnectionError(str(error)) from None
    return chunk


_ONLINE = "run once without --offline"
_HINT = "is the index URL right, and is there a network? set --index-url or BOOTFIT_INDEX_URL"


def _project_files(name: str, page: StoredPage) -> ProjectFiles:
    kind = page.kind.lower()
    try:
        if kind.partition(";")[0].strip().endswith("json"):
            return ProjectFiles(name, read_json_page(page.body, page.url))
        encoding = kind.partition("charset=")[2].strip(" \"'") or "utf-8"
        return ProjectFiles(name, read_html_page(name, page.body, page.url, encoding))
    except NotAPage as error:
        raise IndexUnreachableError(f"what the index sent for {name} is {error}", _HINT) from None


def _reason(error: Exception) -> str:
    """Return the reason in a few words, without addresses of memory and credentials."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate was not accepted"
    text = without_credentials(str(error))
    for known in ("Connection refused", "Name or service not known", "Connection reset by peer"):
        if known in text:
            return known.lower()
    if "ends after" in text or "IncompleteRead" in text or "broken" in text:
        return "the answer was cut short"
    return type(error).__name__
