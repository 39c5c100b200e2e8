"""Where an index is, and how to log in there; no code here prints the login. Pure."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError, UsageError


class IndexUnreachableError(UndeterminedError):
    """The index did not answer, or not with an index page."""


class OfflineError(IndexUnreachableError):
    """Nothing may be asked, and what was kept does not answer."""


class IndexContradictsError(IndexUnreachableError):
    """The index told the resolver of a version that its page does not have."""


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
