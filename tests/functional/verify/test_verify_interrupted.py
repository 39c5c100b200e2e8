"""Ctrl-C, SIGTERM and even SIGKILL: no server and no group survives."""

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootfit.limits.boundary import open_boundary
from bootfit.limits.hierarchies import read_hierarchies
from bootfit.model.sizes import MIB

SCRIPT = Path(__file__).parents[2] / "assets" / "servers" / "verify_until_stopped.py"
TESTS = Path(__file__).parents[2]


def under_load(folder, mark, *kinds):
    process = subprocess.Popen(
        [sys.executable, SCRIPT, mark, *kinds],
        env={**os.environ, "PYTHONPATH": str(TESTS), "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith("load:"):
            return process
    raise AssertionError(process.stderr.read())


def marked(mark):
    """Processes that have the plan's mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if f"MARK={mark}".encode() in environment:
                found.append(int(entry.name))
    return found


def groups_of(pid):
    hierarchies = read_hierarchies()
    mounted = [*hierarchies.by_controller.values(), hierarchies.unified]
    parents = {group for one in mounted if one for group in one.groups_upwards()}
    return [g for parent in parents for g in parent.glob("bootfit-*") if f"-{pid}-" in g.name]


def gone(mark, seconds=5):
    deadline = time.monotonic() + seconds
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not marked(mark)


@pytest.mark.parametrize("kinds", [(), ("watchdog",)], ids=["strongest", "watchdog"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_survives_an_interruption(number, kinds, tmp_path):
    mark = secrets.token_hex(8)
    process = under_load(tmp_path, mark, *kinds)
    assert marked(mark)
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode != 0
    assert gone(mark)
    assert groups_of(process.pid) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.root
def test_what_a_killed_bootfit_left_is_removed_by_the_next(tmp_path):
    mark = secrets.token_hex(8)
    process = under_load(tmp_path, mark, "cgroup-v2", "cgroup-v1")
    process.kill()
    process.communicate()
    assert marked(mark)
    assert groups_of(process.pid)
    with open_boundary(64 * MIB, kinds=["cgroup-v2", "cgroup-v1"]):
        assert gone(mark)
        assert groups_of(process.pid) == []
