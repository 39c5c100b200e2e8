"""Boot a server inside a boundary, wait for its first answer, and stop it."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bootfit.limits.children import Child, started
from bootfit.limits.interface import Boundary
from bootfit.model.app import RequestSpec
from bootfit.model.errors import UndeterminedError
from bootfit.verify.observed import Boot
from bootfit.verify.server_log import LogEvents, ServerLog

#: A path that no app has: its 404 is an answer, and costs no plugin.
_KNOCK = "/.bootfit-is-it-up"
_KNOCK_SECONDS = 2.0
#: This many OOM kills without an answer are a loop: gunicorn never gives up by itself.
_LOOP = 5


@dataclass(frozen=True)
class Server:
    """A server that was started; it may have ended since."""

    child: Child
    log: ServerLog
    boundary: Boundary
    address: str
    began: float

    @property
    def running(self) -> bool:
        """Return whether the master runs."""
        return self.child.popen.poll() is None

    def stop(self, seconds: float) -> None:
        """Ask the server to stop, and wait at most that long for it to clean up after itself."""
        self.child.popen.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.child.popen.wait(seconds)

    def settled_events(self) -> LogEvents:
        """Return what the log told, once the master had a moment to tell what just happened."""
        time.sleep(0.2 if self.running else 0.0)
        if not self.running:
            self.log.finish(1.0)
        return self.log.events()


@contextmanager
def running(
    boundary: Boundary,
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    port: int,
) -> Iterator[Server]:
    """Yield the server started in ``folder``; at the end it and all that came from it is killed.

    Raises:
        UndeterminedError: the command cannot be started.
    """
    began = time.monotonic()
    with ExitStack() as stack:
        try:
            child = stack.enter_context(
                started(
                    command,
                    cwd=folder,
                    environment=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    spawn=boundary.spawn,
                )
            )
        except OSError as error:
            raise UndeterminedError(
                f"{command[0]} cannot be started: {error.strerror or error}",
                "name the project's interpreter",
            ) from None
        assert child.popen.stdout is not None  # noqa: S101 - it was asked for
        log = ServerLog(child.popen.stdout)
        server = Server(child, log, boundary, f"http://127.0.0.1:{port}", began)
        yield server
        boundary.kill_all()
        log.finish(1.0)


def free_port() -> int:
    """Return a port that is free on loopback at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for_answer(server: Server, seconds: float, progress: Callable[[str], None]) -> Boot:
    """Return how the boot ended: the first HTTP answer, whatever its status, or why there is none.

    A loop of OOM kills is recognised from the boundary's counter and ends the wait early.
    """
    from bootfit.verify.drive import Client

    client = Client(server.address, _KNOCK_SECONDS)
    knock = RequestSpec("GET", _KNOCK)
    try:
        while (passed := time.monotonic() - server.began) < seconds:
            if not server.running:
                return Boot("exited", passed, server.child.popen.returncode)
            if server.boundary.readings().oom_kills >= _LOOP:
                return Boot("killed for memory", passed)
            if client.ask(knock, "warm-up").status:
                passed = time.monotonic() - server.began
                progress(f"first answer after {passed:.1f} s")
                return Boot("answered", passed)
            time.sleep(0.05)
    finally:
        client.close()
    return Boot("deadline", passed)
