"""HTTP sessions whose answers begin within a time limit.

A time limit of `requests` starts anew with each byte: a server that sends its headers one by one
would be waited for without end.
"""

import contextlib
import socket
from collections.abc import Iterator
from threading import Event, Timer
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


def bounded_session(seconds: float) -> Session:
    """Return a session in which the headers of each answer must be there after ``seconds``."""
    session = Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(seconds))
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        super().__init__()

    def init_poolmanager(self, *args: Any, **known: Any) -> None:
        super().init_poolmanager(*args, **known)
        self.poolmanager.pool_classes_by_scheme = _pool_classes(self._seconds)

    def proxy_manager_for(self, *args: Any, **known: Any) -> Any:
        manager = super().proxy_manager_for(*args, **known)
        manager.pool_classes_by_scheme = _pool_classes(self._seconds)
        return manager


def _pool_classes(seconds: float) -> dict[str, type[HTTPConnectionPool]]:
    class PlainConnection(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            with _ending(self, seconds):
                return super().getresponse()

    class SecureConnection(HTTPSConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            with _ending(self, seconds):
                return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": PlainPool, "https": SecurePool}


@contextlib.contextmanager
def _ending(connection: HTTPConnection, seconds: float) -> Iterator[None]:
    """Shut the connection down after ``seconds``; what is then read from it ends at once.

    Raises:
        TimeoutError: that was done.
    """
    over = Event()

    def end() -> None:
        over.set()
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception:
        if not over.is_set():
            raise
    finally:
        timer.cancel()
    # Headers that end with the connection are taken for whole ones.
    if over.is_set():
        raise TimeoutError("timed out")
