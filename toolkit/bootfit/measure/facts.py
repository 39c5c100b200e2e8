"""What the kernel tells about processes beside their memory."""

from collections.abc import Iterable
from pathlib import Path


def threads_of(pids: Iterable[int]) -> int | None:
    """Return how many threads these processes have now; None where the system does not tell.

    A process that has just ended has none.
    """
    count, told = 0, False
    for pid in pids:
        try:
            count += sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
            told = True
        except OSError:
            continue
    return count if told else None


def mapped_files(pid: int) -> int | None:
    """Return how many files a process has mapped; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/maps").read_bytes().splitlines()
    except OSError:
        return None
    paths = {fields[5] for line in lines if len(fields := line.split(None, 5)) == 6}
    return sum(path.startswith(b"/") for path in paths)
