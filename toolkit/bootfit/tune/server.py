"""Server settings that do not follow from memory alone: bounds by CPU, time limits, environment."""

import math
import shlex
from collections.abc import Sequence
from typing import Literal

from bootfit.model.platform import Platform
from bootfit.tune.costs import Costs, RungCost

#: A second thread answers the health check while the first is busy with a slow import.
MOST_THREADS_BELOW_HALF_A_CPU = 2
MOST_THREADS = 4
SHORTEST_TIMEOUT_SECONDS = 30
#: The target's CPU may be half as fast as the one that measured.
TIMEOUT_MARGIN = 2.0
#: Heroku and Render kill 30 s after SIGTERM; requests get a little less to finish.
GRACEFUL_TIMEOUT_SECONDS = 25
#: Heartbeats are written here where it exists; on a disk they can block a worker.
WORKER_TMP_DIR = "/dev/shm"  # noqa: S108 (a path that gunicorn's own documentation recommends)
#: What GUNICORN_CMD_ARGS holds where nothing of the platform's is kept: it must not be empty.
HARMLESS_ARGUMENTS = "--access-logfile -"


def most_workers(platform: Platform) -> int:
    """Return how many workers the CPU can keep busy: one for each whole CPU, and at least one."""
    return max(1, math.floor(platform.cpu_share))


def most_threads(platform: Platform) -> int:
    """Return how many threads are worth their memory: they only help while others wait."""
    return MOST_THREADS_BELOW_HALF_A_CPU if platform.cpu_share < 0.5 else MOST_THREADS


def worker_class(threads: int) -> Literal["sync", "gthread"]:
    """Return gunicorn's worker class: more than one thread need gthread."""
    return "gthread" if threads > 1 else "sync"


def slowest_request_seconds(costs: Costs, rungs: Sequence[RungCost], platform: Platform) -> float:
    """Return the wall seconds of the slowest boot or first request at the platform's CPU share.

    One request may be the first to need every plugin: all imports, and the longest exercise.
    """
    imports = sum(rung.import_seconds for rung in rungs)
    work = max((rung.exercise_seconds for rung in rungs), default=0.0)
    return max(costs.import_seconds, imports + work) / min(1.0, platform.cpu_share)


def timeout_seconds(slowest: float) -> int:
    """Return gunicorn's ``timeout`` for a slowest request of that length, in steps of 5 s."""
    return max(SHORTEST_TIMEOUT_SECONDS, 5 * math.ceil(TIMEOUT_MARGIN * slowest / 5))


def arguments_without_preload(platform: Platform) -> str | None:
    """Return the GUNICORN_CMD_ARGS that keep the platform from preloading; None if it does not.

    There is no ``--no-preload``, and GUNICORN_CMD_ARGS beats the configuration file: the variable
    must be replaced. The port is left to the configuration file.
    """
    arguments = shlex.split(platform.environment.get("GUNICORN_CMD_ARGS", ""))
    if "--preload" not in arguments:
        return None
    kept: list[str] = []
    skip = False
    for argument in arguments:
        if skip or argument == "--preload" or argument.startswith("--bind="):
            skip = False
        elif argument in ("--bind", "-b"):
            skip = True
        else:
            kept.append(argument)
    return shlex.join(kept) if kept else HARMLESS_ARGUMENTS
