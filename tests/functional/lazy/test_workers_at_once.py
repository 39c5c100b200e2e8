"""Two workers that load at the same moment are not both admitted into the same memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not os.access("/dev/shm", os.W_OK), reason="there is no memory that workers share"
)

#: A worker; its rung is worth 120 of 200 MiB and takes `HELD` of them when it is loaded.
WORKER = """\
import os, sys, time
from bootfit.lazy import Implementation, Plugin, Registry

class Upper:
    def __init__(self):
        time.sleep(float(os.environ.get("LOADING", "1")))
        if os.environ.get("FAILS"):
            raise OSError("no such model")
        self.held = bytearray(int(os.environ.get("HELD", "0")) * 1024**2)

class Lower:
    pass

plugins = Registry(
    Plugin(
        "work",
        Implementation("upper", "__main__:Upper", cost_bytes=120 * 1024**2),
        Implementation("lower", "__main__:Lower"),
    )
)
loaded = plugins.load("work")
print(loaded.implementation, *(one.detail for one in loaded.declined), flush=True)
sys.stdin.read()
"""
#: A server: makes a process group of its own, and a worker for each of its arguments.
SERVER = """\
import os, subprocess, sys, time

os.setpgid(0, 0)
workers = []
for settings in sys.argv[2:]:
    wait, _, rest = settings.partition(";")
    time.sleep(float(wait))
    environ = {**os.environ, **dict(one.split("=") for one in rest.split(";") if one)}
    workers.append(
        subprocess.Popen(
            [sys.executable, "-c", sys.argv[1]],
            env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
    )
    if "AWAITED" in environ:
        print(workers[-1].communicate()[0], end="")
for worker in workers:
    if worker.returncode is None:
        print(worker.stdout.readline(), end="")
for worker in workers:
    if worker.returncode is None:
        worker.communicate()
print(os.getpgrp())
"""


def serve(*workers: str) -> tuple[list[str], str]:
    """Return what the workers said, and the server's process group."""
    done = subprocess.run(
        [sys.executable, "-c", SERVER, WORKER, *workers],
        env={**os.environ, "BOOTFIT_MEMORY_LIMIT": "200Mi"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    *said, group = done.stdout.splitlines()
    return said, group


def test_of_two_that_load_at_once_one_is_admitted() -> None:
    said, _ = serve("0", "0.2")
    assert sorted(line.split()[0] for line in said) == ["lower", "upper"]
    (declined,) = [line for line in said if line.startswith("lower")]
    assert "that other workers' may" in declined


def test_what_a_worker_has_taken_is_not_counted_twice() -> None:
    """100 of its 120 MiB are taken: they are in use, and only the rest is kept for it."""
    (first, second), _ = serve("0;HELD=100;LOADING=0", "2")
    assert first == "upper"
    kept = float(second.partition("headroom and ")[2].partition(" and ")[2].split()[0])
    assert 5 < kept < 30


@pytest.mark.parametrize("first", ["0;AWAITED=1;LOADING=0", "0;FAILS=1;LOADING=0"])
def test_one_that_is_gone_or_could_not_load_keeps_nothing(first: str) -> None:
    said, _ = serve(first, "1;LOADING=0")
    assert said[-1] == "upper"


def test_what_servers_leave_behind_is_removed_by_the_next() -> None:
    _, group = serve("0;LOADING=0")
    left = list(Path("/dev/shm").glob(f"bootfit-lazy-{os.geteuid()}-*-{group}"))
    assert len(left) == 1
    time.sleep(0.1)
    serve("0;LOADING=0")
    assert not left[0].exists()
