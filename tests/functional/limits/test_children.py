import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bootfit.limits.accounting import high_water_rss, reset_high_water, tree_memory
from bootfit.limits.children import Watch, run_child, started
from bootfit.limits.processes import COOKIE_VARIABLE, ProcessTree

MIB = 1024 * 1024


def python(code, tmp_path, **options):
    return run_child(
        [sys.executable, "-c", code], cwd=tmp_path, **{"time_limit_seconds": 20.0, **options}
    )


def with_cookie(cookie):
    """Every process, whoever its parent is, that has this cookie in its environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"{COOKIE_VARIABLE}={cookie}".encode() in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


def test_output_code_and_folder_are_the_childs_own(tmp_path):
    code = (
        "import os, sys, tempfile; open(os.path.join(tempfile.gettempdir(), 'x'), 'w');"
        "print(tempfile.gettempdir()); print('bad', file=sys.stderr); sys.exit(3)"
    )
    result = python(code, tmp_path)
    assert (result.returncode, result.signal, result.stderr) == (3, None, "bad\n")
    folder = Path(result.stdout.strip())
    assert folder.name.startswith("bootfit-")
    assert not folder.exists()


def test_a_signal_is_told_from_an_exit_code(tmp_path):
    result = python("import os; os.kill(os.getpid(), 11)", tmp_path)
    assert (result.returncode, result.signal, result.timed_out) == (None, signal.SIGSEGV, False)


def test_the_time_limit_ends_it_and_asks_where_it_was(tmp_path):
    code = "import faulthandler, time\nfaulthandler.enable()\ntime.sleep(60)"
    result = python(code, tmp_path, time_limit_seconds=0.5)
    assert result.timed_out
    assert result.wall_seconds < 5
    assert "line 3" in result.stderr


def test_a_flood_is_cut_and_its_end_kept(tmp_path):
    result = python(
        "while True: print('x' * 1000)", tmp_path, output_limit_bytes=2 * MIB, time_limit_seconds=60
    )
    assert result.flooded
    assert not result.timed_out
    assert 0 < len(result.stdout) <= 64 * 1024


def test_much_output_below_the_limit_is_no_flood(tmp_path):
    result = python("print('x' * 500_000)", tmp_path)
    assert not result.flooded
    assert result.returncode == 0


DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 256)
        open({path!r}, 'w').write(os.environ['BOOTFIT_CHILD'] + ' ' + str(os.getpid()))
        time.sleep(300)
    os._exit(0)
os.wait()
while not os.path.exists({path!r}) or not os.path.getsize({path!r}):
    time.sleep(0.01)
{end}
"""


@pytest.mark.parametrize("end", ["sys.exit()", "time.sleep(300)", "os.kill(os.getpid(), 9)"])
def test_a_daemon_does_not_survive(tmp_path, end):
    note = tmp_path / "daemon"
    result = python(DAEMON.format(path=str(note), end=end), tmp_path, time_limit_seconds=2)
    cookie, pid = note.read_text().split()
    assert with_cookie(cookie) == []
    assert not Path(f"/proc/{pid}").exists()
    assert [one.pid for one in result.survivors] == ([] if "300" in end else [int(pid)])


def test_one_that_hides_its_environment_is_found_by_its_session(tmp_path):
    note = tmp_path / "pid"
    code = (
        "import os\nif os.fork() == 0:\n"
        f"    open({str(note)!r}, 'w').write(str(os.getpid()))\n"
        "    os.execve('/bin/sleep', ['sleep', '300'], {})\n"
        f"while not os.path.exists({str(note)!r}) or not os.path.getsize({str(note)!r}): pass"
    )
    python(code, tmp_path)
    assert not Path(f"/proc/{note.read_text()}").exists()


def test_an_orphans_memory_is_counted_while_it_runs(tmp_path):
    code = (
        "import os, time\nif os.fork() == 0:\n"
        "    os.setsid()\n    if os.fork(): os._exit(0)\n"
        "    kept = bytearray(b'1') * (48 << 20)\n    time.sleep(300)\n"
        "os.wait(); time.sleep(300)"
    )
    with started([sys.executable, "-c", code], cwd=tmp_path) as child:
        deadline = time.monotonic() + 10
        while tree_memory(child.pids()).without(child.pid) < 48 * MIB:
            assert time.monotonic() < deadline, "the orphan was not counted"
            time.sleep(0.01)


def test_nothing_is_left_when_the_caller_fails(tmp_path):
    with (
        pytest.raises(RuntimeError),
        started([sys.executable, "-c", "import time; time.sleep(300)"], cwd=tmp_path) as child,
    ):
        raise RuntimeError
    assert with_cookie(child.cookie) == []
    assert not child.temporary_folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_to_bootfit_take_the_children_along(tmp_path, number):
    note = tmp_path / "child"
    code = (
        "import os, time\n"
        f"open({str(note)!r}, 'w').write(os.environ['BOOTFIT_CHILD'])\ntime.sleep(300)"
    )
    caller = (
        "import sys\nfrom pathlib import Path\nfrom bootfit.limits.children import run_child\n"
        f"run_child([sys.executable, '-c', {code!r}], cwd=Path('.'), time_limit_seconds=300)"
    )
    bootfit = subprocess.Popen([sys.executable, "-c", caller], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while not (note.exists() and note.stat().st_size):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert with_cookie(note.read_text())
    bootfit.send_signal(number)
    assert bootfit.wait(10) != 0
    assert with_cookie(note.read_text()) == []


def test_another_thread_can_stop_it(tmp_path):
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    result = python("import time; time.sleep(300)", tmp_path, stop=stop, time_limit_seconds=60)
    assert result.stopped == "interrupted"
    assert result.wall_seconds < 10


def test_a_watch_can_stop_it_and_is_asked_often(tmp_path):
    looks = []
    watch = Watch(
        tick=lambda child: looks.append(child.pid) or ("enough" if len(looks) > 40 else ""),
        interval_seconds=0.005,
    )
    result = python("import time; time.sleep(300)", tmp_path, watch=watch)
    assert result.stopped == "enough"
    assert result.wall_seconds < 2


def test_a_command_that_is_not_there_is_an_error_of_the_caller(tmp_path):
    with pytest.raises(FileNotFoundError):
        run_child([tmp_path / "none"], cwd=tmp_path, time_limit_seconds=1)


def test_shared_pages_are_counted_once_over_the_tree(tmp_path):
    code = (
        "import os, time\nkept = bytearray(b'1') * (60 << 20)\n"
        "for _ in range(3):\n    if os.fork() == 0: break\n"
        "print('ready', flush=True)\ntime.sleep(300)"
    )
    with started([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE) as child:
        for _ in range(4):
            child.popen.stdout.readline()
        memory = tree_memory(ProcessTree(child.pid))
        assert len(memory.processes) == 4
        assert memory.basis == "pss_anon"
        assert 60 * MIB < memory.anonymous_bytes < 80 * MIB


def test_high_water_is_the_childs_own_and_can_start_again(tmp_path):
    ballast = bytearray(b"1") * (150 * MIB)
    code = "x = bytearray(b'1') * (30 << 20)\nprint(flush=True)\ninput_ = open('go').read()"
    os.mkfifo(tmp_path / "go")
    with started([sys.executable, "-c", code], cwd=tmp_path, stdout=subprocess.PIPE) as child:
        child.popen.stdout.readline()
        high = high_water_rss(child.pid)
        assert 30 * MIB < high < 60 * MIB < len(ballast)
        assert reset_high_water(child.pid)
        assert high_water_rss(child.pid) <= high


def test_starting_commands_does_not_count_the_starter_twice(tmp_path):
    code = (
        "import subprocess\nkept = bytearray(b'1') * (80 << 20)\n"
        "for _ in range(150): subprocess.run(['/bin/true'])"
    )
    peak = 0
    with started([sys.executable, "-c", code], cwd=tmp_path) as child:
        while child.popen.poll() is None:
            peak = max(peak, tree_memory(child.pids()).anonymous_bytes)
    assert 80 * MIB < peak < 110 * MIB
