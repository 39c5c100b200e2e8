"""Asking an index over HTTP: the only module here that does, imported when something is asked.

`requests` takes long to import, and a run whose pages are all kept asks nothing.
"""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from bootfit.model.credentials import without_credentials
from bootfit.requirements.bounded_http import bounded_session
from bootfit.requirements.index_address import IndexAddress, IndexUnreachableError

#: The largest page of the public index has about 7 MB; four times the largest known is no page.
MAX_PAGE_BYTES = 64 * 1024 * 1024
HINT = "is the index URL right, and is there a network? set --index-url or BOOTFIT_INDEX_URL"
_CHUNK = 64 * 1024
#: JSON before HTML, version 1 of either (PEP 691).
_ACCEPT = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)


@dataclass(frozen=True)
class SentPage:
    """An index page as it was sent."""

    #: Where it came from in the end: links on it are relative to that.
    url: str
    #: The Content-Type header.
    kind: str
    body: bytearray


class IndexHttp:
    """Connections to indexes, each used again. Safe to use from several threads."""

    def __init__(self, addresses: tuple[IndexAddress, ...], timeout_seconds: float) -> None:
        self._addresses = addresses
        self._timeout_seconds = timeout_seconds
        #: Idle ones, from whichever thread: to open a connection costs 0.1 s of certificates.
        self._sessions: deque[requests.Session] = deque()

    def close(self) -> None:
        """Close the connections that are idle."""
        with suppress(IndexError):
            while True:
                self._sessions.pop().close()

    def page(self, address: IndexAddress, name: str) -> SentPage | None:
        """Return the page of project ``name``; None where the index has no such project.

        Raises:
            IndexUnreachableError: it is out of reach, too slow, or the page too large.
        """
        url = f"{address.url}{name}/"
        try:
            with self._got(url, {"Accept": _ACCEPT}) as response:
                if response.status_code in {404, 410}:
                    return None
                response.raise_for_status()
                body = bytearray()
                for chunk in self._chunks(response, _CHUNK, 3 * self._timeout_seconds):
                    body += chunk
                    if len(body) > MAX_PAGE_BYTES:
                        raise IndexUnreachableError(
                            f"the index page of {name} has more than {MAX_PAGE_BYTES} bytes", HINT
                        )
                return SentPage(response.url, response.headers.get("Content-Type", ""), body)
        except (requests.RequestException, ValueError) as error:
            raise IndexUnreachableError(
                f"the index {address.url} gave no page for {name}: {_reason(error)}", HINT
            ) from None

    @contextmanager
    def stream(
        self, url: str, *, first: int | None = None, last: int | None = None
    ) -> Iterator[tuple[requests.Response, Iterator[bytes]]]:
        """Do what `Index.stream` promises."""
        headers = {"Accept-Encoding": "identity"}
        if first is not None:
            span = f"{first}" if first < 0 else f"{first}-{'' if last is None else last}"
            headers["Range"] = f"bytes={span}"
        try:
            with self._got(url, headers) as response:
                response.raise_for_status()
                yield response, self._chunks(response, _CHUNK, 3 * self._timeout_seconds)
        except (requests.RequestException, ValueError) as error:
            raise IndexUnreachableError(
                f"{without_credentials(url)} cannot be read: {_reason(error)}", HINT
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
    def _got(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        with (
            self._session() as session,
            session.get(
                url,
                stream=True,
                headers=dict(headers),
                timeout=self._timeout_seconds,
                auth=self._auth(url),
            ) as response,
        ):
            yield response

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        try:
            session = self._sessions.pop()
        except IndexError:
            session = bounded_session(2 * self._timeout_seconds)
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
        for address in self._addresses:
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
