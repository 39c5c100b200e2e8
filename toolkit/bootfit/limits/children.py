"""Start a command that may do anything, and leave nothing of it behind.

A child gets a session of its own, a time limit, bounded output, a temporary folder of its own
and a cookie in its environment. When the context ends, however it ends, all that came from it
is killed: its descendants, its session, and daemons, which are found by the cookie and by having
been adopted (`subreaper`).
"""

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bootfit.limits.launcher import start
from bootfit.limits.processes import (
    COOKIE_VARIABLE,
    Process,
    ProcessTree,
    family,
    has_cookie,
    process,
    table,
)
from bootfit.limits.signals import endings_as_exceptions, endings_held_off
from bootfit.limits.subreaper import adopting_orphans

#: Starts a command in a session of its own: `launcher.start`, or a boundary's `spawn`.
Spawn = Callable[..., "subprocess.Popen[bytes]"]

_MIB = 1024 * 1024
_TAIL = 64 * 1024
_LONGEST_WAIT = 0.05
_CHUNK = 64 * 1024
#: How long what the root started may take to notice that the root has ended.
_GRACE = 0.3


@dataclass(frozen=True)
class Survivor:
    """A process that was still there when its root had ended."""

    pid: int
    name: str


@dataclass(frozen=True)
class ChildResult:
    """How a command ended. Exactly one of `returncode` and `signal` is set."""

    returncode: int | None
    signal: int | None
    timed_out: bool
    #: It wrote more than the limit and was killed for it; what is kept is the end of it.
    flooded: bool
    #: Why the watch stopped it; empty when it did not.
    stopped: str
    stdout: str
    stderr: str
    wall_seconds: float
    #: Descendants that outlived the root without being asked to, and were killed.
    survivors: tuple[Survivor, ...] = ()


@dataclass(frozen=True)
class Watch:
    """What to do while a child runs. `tick` may return a reason to stop the child."""

    tick: Callable[["Child"], str] = lambda _child: ""
    interval_seconds: float = _LONGEST_WAIT
    #: A file descriptor to read from as soon as it has something, and what to do then.
    channel: int | None = None
    on_channel: Callable[["Child"], None] = lambda _child: None


@dataclass
class Child:
    """A running child. Get one from `started`."""

    popen: "subprocess.Popen[bytes]"
    tree: ProcessTree
    cookie: str
    temporary_folder: Path
    _seen: dict[int, Process] = field(default_factory=dict)

    @property
    def pid(self) -> int:
        """Return the root's process id."""
        return self.popen.pid

    def pids(self) -> tuple[int, ...]:
        """Return the ids of the root and all that came from it, adopted daemons included."""
        found = self.tree.pids()
        for member in self.tree.members():
            self._seen.setdefault(member.pid, member)
        return found

    def relatives(self) -> tuple[Process, ...]:
        """Return every process that came from this child and runs, looked up in every way."""
        processes = [one for one in table() if one.alive]
        known = {
            one.pid
            for one in processes
            if one.session == self.pid
            or (one.pid in self._seen and self._seen[one.pid].started == one.started)
            or (one.parent in (1, os.getpid()) and has_cookie(one.pid, self.cookie))
        }
        return family(processes, {self.pid} | known)

    def kill_all(self, patience_seconds: float = 5.0) -> tuple[Survivor, ...]:
        """Kill the root and all that came from it and wait until none is left.

        Returns:
            Those that had outlived the root by themselves.
        """
        root_had_ended = self.popen.poll() is not None
        first = self._lasting_relatives() if root_had_ended else self.relatives()
        deadline = time.monotonic() + patience_seconds
        remaining = first
        while True:
            self._kill(remaining)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(_LONGEST_WAIT)
            self._reap()
            remaining = self.relatives()
            if not remaining or time.monotonic() > deadline:
                break
        outlived = first if root_had_ended else ()
        return tuple(Survivor(one.pid, one.name) for one in outlived if one.pid != self.pid)

    def _lasting_relatives(self) -> tuple[Process, ...]:
        """Return what is left after a moment in which helpers may end by themselves."""
        deadline = time.monotonic() + _GRACE
        found = self.relatives()
        while found and time.monotonic() < deadline:
            self._seen.update((one.pid, one) for one in found)
            time.sleep(_GRACE / 20)
            self._reap()
            found = self.relatives()
        return found

    def _kill(self, processes: Sequence[Process]) -> None:
        if self.popen.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
            self.popen.kill()
        for one in processes:
            self._seen.setdefault(one.pid, one)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(one.pid, signal.SIGKILL)

    def _reap(self) -> None:
        """Wait for adopted orphans that ended, so that they do not stay as zombies of ours."""
        for pid, seen in self._seen.items():
            if pid == self.pid:
                continue
            now = process(pid)
            if now and now.started == seen.started and now.parent == os.getpid() and not now.alive:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)


@contextlib.contextmanager
def started(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
    spawn: Spawn = start,
) -> Iterator[Child]:
    """Start ``command`` in a session and a temporary folder of its own; kill all of it at the end.

    Args:
        command: what to run; the first is looked up like the shell would.
        cwd: where it runs.
        environment: all of its environment; by default this process's.
        stdout: like Popen's.
        stderr: like Popen's.
        spawn: what starts it: `launcher.start`, or the spawn of an open boundary.

    Raises:
        OSError: the command cannot be started.
    """
    cookie = secrets.token_hex(8)
    with (
        endings_as_exceptions(),
        adopting_orphans(),
        tempfile.TemporaryDirectory(prefix="bootfit-", ignore_cleanup_errors=True) as folder,
    ):
        own = {COOKIE_VARIABLE: cookie, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), folder)}
        popen = spawn(
            [str(part) for part in command],
            cwd=cwd,
            env={**(os.environ if environment is None else environment), **own},
            stdout=stdout,
            stderr=stderr,
        )
        child = Child(popen, ProcessTree(popen.pid, cookie), cookie, Path(folder))
        try:
            yield child
        finally:
            with endings_held_off():
                child.kill_all()
            for stream in (popen.stdout, popen.stderr):
                if stream is not None:
                    stream.close()


def run_child(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float,
    output_limit_bytes: int = 8 * _MIB,
    watch: Watch | None = None,
    stop: threading.Event | None = None,
    spawn: Spawn = start,
) -> ChildResult:
    """Run ``command`` to its end and return how it ended; nothing of it survives.

    At the time limit the root first gets SIGABRT, so that a child that registered faulthandler
    can print where it hangs, then all is killed.

    Args:
        command: what to run.
        cwd: where it runs.
        environment: all of its environment; by default this process's.
        time_limit_seconds: wall time until it is killed.
        output_limit_bytes: how much it may write on both streams together before it is killed.
        watch: called while it runs.
        stop: set by another thread to have it killed.
        spawn: what starts it.

    Raises:
        OSError: the command cannot be started.
    """
    began = time.monotonic()
    with started(
        command,
        cwd=cwd,
        environment=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        spawn=spawn,
    ) as child:
        tails = _Tails(child, watch or Watch(), output_limit_bytes)
        stopped = tails.follow(began + time_limit_seconds, stop or threading.Event())
        timed_out = stopped == _TIME_IS_UP
        if timed_out:
            _ask_where_it_hangs(child)
        survivors = child.kill_all()
        tails.drain()
        code = child.popen.wait()
    return ChildResult(
        returncode=code if code >= 0 else None,
        signal=-code if code < 0 else None,
        timed_out=timed_out,
        flooded=stopped == _FLOODED,
        stopped="" if stopped in (_TIME_IS_UP, _FLOODED) else stopped,
        stdout=tails.text("stdout"),
        stderr=tails.text("stderr"),
        wall_seconds=time.monotonic() - began,
        survivors=() if stopped else survivors,
    )


_TIME_IS_UP = "its time was up"
_FLOODED = "it flooded its output"
_INTERRUPTED = "interrupted"
_CHANNEL = "channel"


def _ask_where_it_hangs(child: Child) -> None:
    if child.popen.poll() is None:
        child.popen.send_signal(signal.SIGABRT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.popen.wait(1.0)


class _Tails:
    """Reads what a child writes as it comes, and keeps the end of it."""

    def __init__(self, child: Child, watch: Watch, limit_bytes: int) -> None:
        self._child = child
        self._watch = watch
        self._limit = limit_bytes
        self._total = 0
        self._next_tick = 0.0
        self._kept = {"stdout": bytearray(), "stderr": bytearray()}
        self._streams = {"stdout": child.popen.stdout, "stderr": child.popen.stderr}

    def follow(self, deadline: float, stop: threading.Event) -> str:
        """Read until the root ends; return why it has to be killed, empty when it ended."""
        with selectors.DefaultSelector() as selector:
            for name, stream in self._streams.items():
                if stream is not None:
                    selector.register(stream, selectors.EVENT_READ, name)
            if self._watch.channel is not None:
                selector.register(self._watch.channel, selectors.EVENT_READ, _CHANNEL)
            while self._child.popen.poll() is None:
                reason = self._tick() or self._over(deadline, stop)
                if reason:
                    return reason
                self._listen(selector)
        if self._watch.channel is not None:
            self._watch.on_channel(self._child)
        return ""

    def _tick(self) -> str:
        now = time.monotonic()
        if now < self._next_tick:
            return ""
        reason = self._watch.tick(self._child)
        # A look that takes long, at a large tree, must not take all of the time.
        took = time.monotonic() - now
        self._next_tick = time.monotonic() + max(self._watch.interval_seconds - took, took)
        return reason

    def _over(self, deadline: float, stop: threading.Event) -> str:
        if stop.is_set():
            return _INTERRUPTED
        if self._total > self._limit:
            return _FLOODED
        return _TIME_IS_UP if time.monotonic() > deadline else ""

    def _listen(self, selector: selectors.BaseSelector) -> None:
        wait = min(max(0.0, self._next_tick - time.monotonic()), _LONGEST_WAIT)
        for key, _ in selector.select(wait):
            if key.data == _CHANNEL:
                self._watch.on_channel(self._child)
            elif not self._read(key.data):
                selector.unregister(key.fileobj)

    def drain(self) -> None:
        """Read what is left in the pipes once everybody is dead."""
        for name, stream in self._streams.items():
            if stream is not None:
                os.set_blocking(stream.fileno(), False)
                while self._read(name):
                    pass

    def text(self, name: str) -> str:
        """Return the end of what was written on that stream."""
        return self._kept[name].decode(errors="replace")

    def _read(self, name: str) -> bool:
        stream = self._streams[name]
        if stream is None:
            return False
        try:
            chunk = os.read(stream.fileno(), _CHUNK)
        except BlockingIOError:
            return False
        kept = self._kept[name]
        kept += chunk
        del kept[:-_TAIL]
        self._total += len(chunk)
        return bool(chunk)
