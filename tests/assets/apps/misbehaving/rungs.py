"""One way to misbehave each. Every function makes a rung; `quiet` exercises it."""

import os
import signal
import sys
import time
from pathlib import Path


def quiet(value=None):
    return None


def raises():
    raise RuntimeError("the model file is damaged")


def asks_for_too_much():
    raise MemoryError


def needs_what_is_not_there():
    import no_such_library  # noqa: F401


def leaves():
    os._exit(3)


def exits():
    sys.exit("configuration missing")


def segfaults():
    import ctypes

    ctypes.string_at(0)


def kills_itself():
    os.kill(os.getpid(), signal.SIGKILL)


def hangs():
    while True:
        time.sleep(0.05)


def floods():
    line = "x" * 4096
    while True:
        print(line)


def chatters():
    print("downloading\n" * 2000)
    print("warning\n" * 2000, file=sys.stderr)


def closes_everything():
    os.closerange(0, 256)
    return object()


def forks_and_returns():
    """Both processes go on; only the parent's word may count."""
    if os.fork() == 0:
        return "child"
    os.wait()
    return "parent"


def becomes_a_daemon():
    """Fork twice, a session of its own, every file closed."""
    pid = os.fork()
    if pid:
        os.waitpid(pid, 0)
        return object()
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 256)
    time.sleep(300)
    os._exit(0)


def hogs():
    return bytearray(b"\1") * (600 * 1024 * 1024)


def takes_60():
    return bytearray(b"\1") * (60 * 1024 * 1024)


def solves_in_a_hog():
    """A child takes too much, and its parent makes do without."""
    import subprocess

    hog = "import rungs; rungs.hogs()"
    subprocess.run([sys.executable, "-c", hog], cwd=Path(__file__).parent, check=False)
    return object()


def never_lets_go():
    """A thread that is no daemon keeps the interpreter from ending."""
    import threading

    threading.Thread(target=time.sleep, args=(300,)).start()
    return object()


def pools_by_spawning():
    """A pool that nobody closes: its processes and their tracker end with the interpreter."""
    import multiprocessing

    pool = multiprocessing.get_context("spawn").Pool(1)
    assert pool.map(abs, [-1]) == [1]
    return pool
