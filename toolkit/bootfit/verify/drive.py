"""Send requests: each once in order, then all clients the same one at the same moment."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from bootfit.model.app import RequestSpec

_LARGEST_ANSWER = 64 * 1024 * 1024
#: No client of ours keeps a connection: a server may close an idle one just when it is used.
_HEADERS = {"Connection": "close", "User-Agent": "bootfit-verify"}

Phase = Literal["warm-up", "load"]


@dataclass(frozen=True)
class Answer:
    """What came of one request."""

    request: RequestSpec
    phase: Phase
    #: 0: no answer.
    status: int
    seconds: float
    #: Why there was no answer; empty when there was one.
    detail: str = ""


@dataclass(frozen=True)
class Load:
    """The answers under load, and whether each request was made at full concurrency."""

    answers: tuple[Answer, ...]
    rounds: int
    complete: bool


class Client:
    """Sends requests to one server; for use by one thread."""

    def __init__(self, address: str, timeout_seconds: float) -> None:
        import requests

        self._address = address
        self._timeout = timeout_seconds
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc for a server on loopback
        self._session.headers.update(_HEADERS)

    def ask(self, request: RequestSpec, phase: Phase) -> Answer:
        """Return the answer, read to its end (at most 64 MiB), within the client's time-out."""
        from requests import RequestException

        began = time.monotonic()
        try:
            with self._session.request(
                request.method,
                self._address + request.path,
                json=request.json,
                headers=request.headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                size = 0
                for chunk in response.iter_content(64 * 1024):
                    size += len(chunk)
                    if time.monotonic() - began > self._timeout:
                        return self._none(request, phase, began, "the answer did not end in time")
                    if size > _LARGEST_ANSWER:
                        break
                return Answer(request, phase, response.status_code, time.monotonic() - began)
        except RequestException as error:
            return self._none(request, phase, began, _reason(error, self._timeout))

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    @staticmethod
    def _none(request: RequestSpec, phase: Phase, began: float, detail: str) -> Answer:
        return Answer(request, phase, 0, time.monotonic() - began, detail)


def warm_up(
    address: str,
    requests: Sequence[RequestSpec],
    *,
    timeout_seconds: float,
    deadline: float,
    go_on: Callable[[Answer], bool],
) -> tuple[Answer, ...]:
    """Return the answers to ``requests``, sent once each in order.

    Stops early at ``deadline`` (monotonic seconds), or when ``go_on`` says so after an answer.
    """
    client = Client(address, timeout_seconds)
    answers: list[Answer] = []
    try:
        for request in requests:
            if time.monotonic() > deadline:
                break
            answers.append(client.ask(request, "warm-up"))
            if not go_on(answers[-1]):
                break
    finally:
        client.close()
    return tuple(answers)


def load(
    address: str,
    requests: Sequence[RequestSpec],
    *,
    clients: int,
    seconds: float,
    rounds: int,
    timeout_seconds: float,
    deadline: float,
    go_on: Callable[[], bool],
    at_rest: Callable[[int], None] = lambda _answered: None,
) -> Load:
    """Return the answers to rounds of ``requests``, each sent by all clients at one moment.

    That is the worst case for memory: every thread of the server at the same peak. A new round
    starts until ``seconds`` have passed or ``rounds`` are done, and none of it goes on beyond
    ``deadline`` (monotonic seconds) or once ``go_on`` says no. After each round, when no request
    is under way, ``at_rest`` is told how many were answered.
    """
    everyone = [Client(address, timeout_seconds) for _ in range(clients)]
    pool = ThreadPoolExecutor(clients, thread_name_prefix="bootfit-client")
    answers: list[Answer] = []
    done = 0
    until = time.monotonic() + seconds
    try:
        while requests and done < rounds and (done == 0 or time.monotonic() < until):
            for request in requests:
                if time.monotonic() > deadline or not go_on():
                    return Load(tuple(answers), done, complete=done > 0)
                asked = [pool.submit(client.ask, request, "load") for client in everyone]
                wait(asked)
                answers += [each.result() for each in asked]
            done += 1
            at_rest(len(answers))
    finally:
        # Not waiting: after Ctrl-C the server is killed, which ends what is still under way.
        pool.shutdown(wait=False, cancel_futures=True)
        for client in everyone:
            client.close()
    return Load(tuple(answers), done, complete=True)


def by_endpoint(answers: Iterable[Answer]) -> dict[tuple[str, str], list[Answer]]:
    """Return the answers by method and path, in the order in which they were first asked."""
    grouped: dict[tuple[str, str], list[Answer]] = {}
    for answer in answers:
        grouped.setdefault((answer.request.method.upper(), answer.request.path), []).append(answer)
    return grouped


def _reason(error: Exception, timeout_seconds: float) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"nothing came within {timeout_seconds:g} s"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return "the connection broke"
    return f"{type(error).__name__}: {error}"[:200]
