"""What every kind of memory limit offers: spawn inside, read, kill, and be gone afterwards."""

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, ClassVar

from bootfit.model.evidence import LimitKind

#: What `subprocess.Popen` takes for a stream: a file, a descriptor, or one of its constants.
Stream = int | IO[bytes] | None


class BoundaryUnavailableError(Exception):
    """This kind of limit cannot be had here; the message says why, in one line."""


@dataclass(frozen=True)
class BoundaryReadings:
    """What a boundary knows about everything that ever ran inside it. Bytes and counts."""

    limit_bytes: int
    #: Anonymous memory now.
    anonymous_bytes: int
    #: The kernel's own peak, page cache included; None where only samples exist.
    peak_bytes: int | None
    #: Kernel memory on behalf of the processes: its peak in v1, the largest reading in v2.
    kernel_bytes: int | None
    oom_kills: int
    #: How often the limit was hit, whether or not reclaim then found a page.
    failed_charges: int
    #: Pages that were read in again soon after reclaim had dropped them: many of them mean that
    #: the limit holds less than what the processes work with.
    refaults: int = 0


class Boundary(ABC):
    """A memory limit around processes.

    A context manager: on exit everything that runs inside is killed and the limit itself is
    removed, also after an exception.
    """

    kind: ClassVar[LimitKind]

    def __init__(self, limit_bytes: int, cpu_share: float | None) -> None:
        self.limit_bytes = limit_bytes
        self.cpu_share = cpu_share
        #: What this boundary cannot hold ("swap is not limited"), for the report.
        self.notes: tuple[str, ...] = ()
        self._started: list[subprocess.Popen[bytes]] = []

    @abstractmethod
    def open(self, *, trial: bool = True) -> None:
        """Set the limit up; with ``trial`` a process that does nothing is sent in first.

        Raises:
            BoundaryUnavailableError: it cannot be had here. Nothing is left behind.
        """

    @abstractmethod
    def spawn(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stdout: Stream = subprocess.DEVNULL,
        stderr: Stream = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        """Return ``command``, started in a session of its own and inside the boundary.

        It is inside from its first instruction on, and its process id is that of ``command``
        itself, not of a launcher.

        Raises:
            OSError: it cannot be started.
        """

    @abstractmethod
    def readings(self) -> BoundaryReadings:
        """Return the figures as they are now; the last ones known once all inside has gone."""

    @abstractmethod
    def kill_all(self) -> None:
        """Kill every process inside, those that changed session or lost their parent included."""

    @abstractmethod
    def close(self) -> None:
        """Kill everything inside and remove the limit. May be called more than once."""

    def _kill_started(self) -> None:
        """Kill what was spawned by its own id: it may not have entered the limit yet."""
        for process in self._started:
            if process.poll() is None:
                process.kill()

    def __enter__(self) -> "Boundary":
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
