"""What a gunicorn server says: the end of its log, and the events that explain how workers end."""

import re
import threading
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import IO

_BOOTING = re.compile(r"Booting worker with pid: (\d+)")
_TIMEOUT = re.compile(r"(?<!DIRTY )WORKER TIMEOUT \(pid:\s*(\d+)\)")
_EXITED = re.compile(r"Worker \(pid:(\d+)\) exited with code (\d+)")
_SIGNALLED = re.compile(r"Worker \(pid:(\d+)\) was sent (SIG\w+)!")
_RECYCLED = re.compile(r"Autorestarting worker after current request")
#: What `bootfit.lazy` logs of a rung that it declines for memory or that fails to load.
_DECLINED = re.compile(
    r"(?P<rung>[A-Za-z0-9_.-]+: [A-Za-z0-9_.-]+) (?P<why>(?:is not loaded|could not be loaded).*)"
)
_ACCESS = re.compile(r'"[A-Z]+ \S+ HTTP/[\d.]+" \d{3} ')
_LONGEST_LINE = 400
_TAIL_LINES = 60


@dataclass(frozen=True)
class LogEvents:
    """What the log told about workers. Events, not causes: SIGKILL is not yet out of memory.

    gunicorn adds "Perhaps out of memory?" to every SIGKILL, its own after a time-out included.
    """

    booted: tuple[int, ...] = ()
    timed_out: tuple[int, ...] = ()
    #: pid → exit code
    exited: dict[int, int] = field(default_factory=dict)
    #: pid → name of the signal
    signalled: dict[int, str] = field(default_factory=dict)
    #: Workers that ended as planned, by max_requests.
    recycled: int = 0
    #: "plugin: implementation" → why `bootfit.lazy` did not load it.
    declined: dict[str, str] = field(default_factory=dict)


class LogReader:
    """Takes log lines one by one and keeps a bounded part of them."""

    def __init__(self) -> None:
        self._tail: deque[str] = deque(maxlen=_TAIL_LINES)
        self._pids: dict[str, list[int]] = {"booted": [], "timed_out": []}
        self._exited: dict[int, int] = {}
        self._signalled: dict[int, str] = {}
        self._counts: Counter[str] = Counter()
        self._declined: dict[str, str] = {}

    def take(self, line: str) -> None:
        """Read one line. Lines of the access log count for nothing."""
        if _ACCESS.search(line):
            return
        if line.strip():
            self._tail.append(line.rstrip()[:_LONGEST_LINE])
        if match := _BOOTING.search(line):
            self._pids["booted"].append(int(match[1]))
        elif match := _TIMEOUT.search(line):
            self._pids["timed_out"].append(int(match[1]))
        elif match := _EXITED.search(line):
            self._exited[int(match[1])] = int(match[2])
        elif match := _SIGNALLED.search(line):
            self._signalled[int(match[1])] = match[2]
        elif _RECYCLED.search(line):
            self._counts["recycled"] += 1
        # Of bounded length: the pattern takes the square of a line's length.
        elif match := _DECLINED.search(line[:_LONGEST_LINE]):
            self._declined[match["rung"]] = match["why"].strip()

    def events(self) -> LogEvents:
        """Return what was told so far."""
        return LogEvents(
            booted=tuple(dict.fromkeys(self._pids["booted"])),
            timed_out=tuple(dict.fromkeys(self._pids["timed_out"])),
            exited=dict(self._exited),
            signalled=dict(self._signalled),
            recycled=self._counts["recycled"],
            declined=dict(self._declined),
        )

    def tail(self) -> str:
        """Return the last lines, without the access log."""
        return "\n".join(self._tail)


class ServerLog:
    """Drains a server's output in a thread, however much it writes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._reader = LogReader()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._drain, name="bootfit-log", daemon=True)
        self._thread.start()

    def events(self) -> LogEvents:
        """Return what was told so far."""
        with self._lock:
            return self._reader.events()

    def tail(self) -> str:
        """Return the last lines."""
        with self._lock:
            return self._reader.tail()

    def finish(self, seconds: float) -> None:
        """Wait until the server's last line is read, at most that long."""
        self._thread.join(seconds)

    def _drain(self) -> None:
        try:
            # A line without end is taken in pieces.
            while piece := self._stream.readline(64 * 1024):
                with self._lock:
                    self._reader.take(piece.decode(errors="replace"))
        except (OSError, ValueError):  # closed under us when the server was killed
            return
