"""The API of a forge: JSON over HTTP, standard library alone."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 30
_ATTEMPTS = 3
_MOST_PAGES = 50
#: Worth another attempt: too many at once, or something in between that is down.
_PASSING = frozenset({429, 500, 502, 503, 504})


class ForgeError(Exception):
    """The forge said no, or nothing; carries the HTTP status, 0 for none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow nothing: a redirect would carry the token to whoever it names."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


class Forge:
    """One API, with what proves who asks."""

    def __init__(self, url: str, headers: Mapping[str, str], *, wait_seconds: float = 2) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ForgeError(f"no address of an API: {url!r}")
        self._url = url.rstrip("/")
        self._headers = {**headers, "User-Agent": "bootfit"}
        self._wait_seconds = wait_seconds
        self._opener = urllib.request.build_opener(_Stay)

    def ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
        """Return what the forge answers, from JSON; None for an empty answer.

        Raises:
            ForgeError: it does not answer well.
        """
        return self._asked(method, path, body)[0]

    def pages(self, path: str) -> Iterator[Any]:
        """Yield the entries of a list, page by page, as long as another page is named.

        Raises:
            ForgeError: it does not answer well.
        """
        for number in range(1, _MOST_PAGES + 1):
            entries, link = self._asked("GET", f"{path}?per_page=100&page={number}")
            if not isinstance(entries, list):
                raise ForgeError(f"GET {path}: no list")
            yield from entries
            if 'rel="next"' not in link:
                return

    def _asked(
        self, method: str, path: str, body: Mapping[str, str] | None = None
    ) -> tuple[Any, str]:
        data = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, **({"Content-Type": "application/json"} if data else {})}
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            f"{self._url}/{path}", data=data, headers=headers, method=method
        )
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                    told = answer.read()
                    return json.loads(told) if told else None, answer.headers.get("Link", "")
            except urllib.error.HTTPError as error:
                error.close()
                failed = ForgeError(f"{method} {path}: HTTP {error.code}", error.code)
                # A comment that was made before its answer was lost must not be made again.
                if error.code not in _PASSING or (method == "POST" and error.code != 429):
                    raise failed from None
            except (OSError, ValueError) as error:
                failed = ForgeError(f"{method} {path}: {error}")
                if method == "POST":
                    raise failed from None
            if attempt == _ATTEMPTS:
                raise failed
            time.sleep(self._wait_seconds * attempt)
        raise AssertionError("the last attempt returned or raised")
