"""An app whose memory is given by its environment, in MiB.

BALLAST_APP stays from the boot on, BALLAST_PLUGIN once the plugin is loaded; BALLAST_REQUEST is
what a request needs for itself, BALLAST_CHILD what the process takes that one of them starts,
BALLAST_KEPT what the first request leaves behind, and BALLAST_LEAK what each leaves, in KiB.
"""

import os
import subprocess
import sys
import threading
import time

from flask import Flask

from bootfit.lazy import Implementation, Plugin, Registry

MIB = 1024 * 1024
#: One that takes something lives long enough for those of one moment to meet.
CHILD = (
    "import sys, time; size = int(sys.argv[1]); held = b'c' * (size << 20);"
    "time.sleep(0.15 if size else 0)"
)


def mib(name):
    return int(os.environ.get("BALLAST_" + name, "0"))


def allocate(size):
    return bytearray(b"x" * MIB) * size


class Heavy:
    def __init__(self):
        self.held = allocate(mib("PLUGIN"))

    def work(self):
        return len(self.held)


class Light:
    def work(self):
        return 0


PLUGINS = Registry(
    Plugin(
        "ballast",
        Implementation("heavy", "app:Heavy", exercise="app:exercise"),
        Implementation("light", "app:Light"),
    )
)
app = Flask(__name__)
held = allocate(mib("APP"))
kept = []
once = threading.Lock()


def exercise(value):
    value.work()


@app.get("/")
def index():
    return {"status": "ok"}


@app.get("/work")
def work():
    with once:
        if not kept:
            kept.append(allocate(mib("KEPT")))
    kept.append(b"l" * (mib("LEAK") * 1024))
    own = allocate(mib("REQUEST"))
    outcome = PLUGINS.call("ballast", "work")
    time.sleep(0.02)  # so that requests at one moment meet
    return {"own": len(own), "served_by": outcome.implementation}


@app.get("/child")
def child():
    subprocess.run([sys.executable, "-I", "-S", "-c", CHILD, str(mib("CHILD"))], check=True)
    return {"status": "ok"}
