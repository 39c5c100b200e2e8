"""Memory limits that really hold, and that are gone afterwards."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bootfit.limits.accounting import tree_memory
from bootfit.limits.boundary import KINDS, open_boundary
from bootfit.limits.cgroup_v1 import CgroupV1
from bootfit.limits.hierarchies import read_hierarchies
from bootfit.limits.processes import process
from bootfit.model.errors import UndeterminedError
from bootfit.model.sizes import MIB

CGROUPS = ("cgroup-v2", "cgroup-v1")
LIMIT = 64 * MIB
ALLOCATE = """
import sys, time
block = bytearray(int(sys.argv[1]) << 20)
block[::4096] = b"1" * len(block[::4096])
print("allocated", flush=True)
time.sleep(float(sys.argv[2]))
"""
#: Leaves its parent, its session and its group of processes.
DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(60)
    os._exit(0)
os.wait()
time.sleep(60)
"""


def spawn(boundary, program, *arguments):
    return boundary.spawn(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={},
        cwd=Path("/"),
        stdout=subprocess.PIPE,
    )


def own_groups():
    hierarchies = read_hierarchies()
    mounted = [*hierarchies.by_controller.values(), hierarchies.unified]
    parents = {group for one in mounted if one for group in one.groups_upwards()}
    mine = f"-{os.getpid()}-"
    return [group for parent in parents for group in parent.glob("bootfit-*") if mine in group.name]


def alive(pid):
    found = process(pid)
    return found is not None and found.alive


@pytest.fixture(params=["cgroup", "watchdog"])
def kinds(request):
    if request.param == "watchdog":
        return ("watchdog",)
    try:
        with open_boundary(LIMIT, kinds=CGROUPS):
            return CGROUPS
    except UndeterminedError as reason:
        pytest.skip(str(reason))


def test_what_stays_below_the_limit_lives(kinds):
    with open_boundary(LIMIT, kinds=kinds) as boundary:
        child = spawn(boundary, ALLOCATE, 30, 0.3)
        child.stdout.readline()
        time.sleep(0.1)
        during = boundary.readings()
        assert child.communicate()[0] == b""
        assert child.returncode == 0
    assert during.oom_kills == 0
    assert 30 * MIB < during.anonymous_bytes < LIMIT
    assert during.limit_bytes == LIMIT


def test_what_outgrows_the_limit_is_killed_and_counted(kinds):
    with open_boundary(LIMIT, kinds=kinds) as boundary:
        child = spawn(boundary, ALLOCATE, 200, 5)
        child.communicate(timeout=20)
        assert child.returncode == -9
        assert boundary.readings().oom_kills == 1
    # What was counted stays known when the group has gone.
    assert boundary.readings().oom_kills == 1


def test_a_daemon_does_not_escape(kinds):
    with open_boundary(LIMIT, kinds=kinds) as boundary:
        child = spawn(boundary, DAEMON)
        daemon = int(child.stdout.readline())
        assert alive(daemon)
    assert not alive(daemon)
    child.stdout.close()
    assert child.wait(5) == -9


def test_all_is_removed_after_an_exception(kinds):
    children = []

    def fail_inside():
        with open_boundary(LIMIT, kinds=kinds) as boundary:
            children.append(spawn(boundary, "import time; time.sleep(60)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_inside()
    (child,) = children
    child.stdout.close()
    assert child.wait(5) == -9
    assert own_groups() == []


def test_several_processes_share_one_limit(kinds):
    with open_boundary(LIMIT, kinds=kinds) as boundary:
        children = [spawn(boundary, ALLOCATE, 45, 1) for _ in range(2)]
        for child in children:
            child.communicate(timeout=20)
        assert -9 in {child.returncode for child in children}
        assert boundary.readings().oom_kills >= 1


def test_kill_all_ends_everything_and_the_boundary_can_be_used_again(kinds):
    with open_boundary(LIMIT, kinds=kinds) as boundary:
        first = spawn(boundary, "import time; time.sleep(60)")
        boundary.kill_all()
        assert first.wait(5) == -9
        first.stdout.close()
        second = spawn(boundary, ALLOCATE, 5, 0)
        assert second.communicate()[0] == b"allocated\n"
        assert second.returncode == 0


@pytest.mark.root
def test_the_process_is_the_command_itself_in_a_session_of_its_own_and_this_one_stays_outside():
    with open_boundary(LIMIT, kinds=CGROUPS) as boundary:
        (group, *_) = own_groups()
        child = spawn(boundary, ALLOCATE, 5, 30)
        child.stdout.readline()
        inside = [int(pid) for pid in (group / "cgroup.procs").read_text().split()]
        assert inside == [child.pid]
        assert os.getsid(child.pid) == child.pid
        assert Path(f"/proc/{child.pid}/cmdline").read_bytes().split(b"\0")[1] == b"-c"
        # The tree's figure and the group's own are the same memory.
        tree = tree_memory(child.pid).anonymous_bytes
        assert abs(tree - boundary.readings().anonymous_bytes) < MIB
    child.stdout.close()
    child.wait()


@pytest.mark.root
def test_the_kernels_own_peak_is_read():
    with open_boundary(LIMIT, kinds=CGROUPS) as boundary:
        spawn(boundary, ALLOCATE, 40, 0).communicate()
        spawn(boundary, ALLOCATE, 1, 0).communicate()
        readings = boundary.readings()
    assert 40 * MIB < readings.peak_bytes <= LIMIT
    assert readings.anonymous_bytes < 10 * MIB
    assert readings.kernel_bytes > 0


def test_a_kind_that_cannot_be_had_is_named_with_its_reason(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    scope = open_boundary(LIMIT, kinds=["systemd-scope"])
    with pytest.raises(UndeterminedError, match="systemd-scope: "):
        scope.__enter__()
    with open_boundary(LIMIT, kinds=["systemd-scope", "watchdog"]) as boundary:
        assert boundary.kind == "watchdog"
        assert any(note.startswith("systemd-scope: ") for note in boundary.notes)
    assert KINDS[-1] == "watchdog"


def test_a_command_that_is_not_there_is_told_at_once(kinds):
    with (
        open_boundary(LIMIT, kinds=kinds) as boundary,
        pytest.raises(OSError, match="No such file"),
    ):
        boundary.spawn(["/no/such/program"], env={}, cwd=Path("/"))


def test_a_kind_that_is_proven_is_not_tried_again_and_holds_all_the_same(kinds, monkeypatch):
    monkeypatch.setattr(
        "bootfit.limits.launcher.try_to_enter", lambda _groups: pytest.fail("tried again")
    )
    with open_boundary(LIMIT, kinds=kinds, proven=True) as boundary:
        child = spawn(boundary, ALLOCATE, 120, 5)
        child.communicate()
    assert boundary.readings().oom_kills > 0
    assert child.returncode == -9
    assert own_groups() == []


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a thread"])
def test_an_interruption_while_it_opens_leaves_nothing(monkeypatch, beside):
    """Ctrl-C between the making of the group and its first use."""
    real = CgroupV1.open
    done = threading.Event()
    # The kernel gives a signal to any thread that does not block it.
    thread = threading.Thread(target=done.wait)

    def interrupted(self, *, trial=True):
        real(self, trial=trial)
        os.kill(os.getpid(), signal.SIGINT)
        # Time for another thread to be given the signal, and for this one to run its handler.
        for _ in range(10):
            time.sleep(0.01)

    monkeypatch.setattr(CgroupV1, "open", interrupted)
    if beside:
        thread.start()
    try:
        with open_boundary(LIMIT, kinds=["cgroup-v1"]):
            pytest.fail("it was not interrupted")
    except KeyboardInterrupt:
        pass
    except UndeterminedError as reason:
        pytest.skip(str(reason))
    finally:
        done.set()
    assert own_groups() == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
