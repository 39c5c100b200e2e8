"""Bad input through the command line: one clear line, the documented exit code, nothing left."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psutil
import pytest

from bootfit.limits.boundary import strongest_kind
from bootfit.limits.hierarchies import read_hierarchies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc")

GOOD_APP = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'']\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "main.py").write_text(GOOD_APP)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.bootfit]\nplatform = "render-free"\napp = "main:app"\n'
    )
    return tmp_path


@pytest.fixture
def bootfit(project):
    """Run the command in the project; afterwards nothing of it may run or lie about."""
    cookie = uuid.uuid4().hex
    (project / "tmp").mkdir()

    def call(*args, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "bootfit", *args],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            timeout=150,
            env={
                **os.environ,
                "TMPDIR": str(project / "tmp"),
                "BOOTFIT_TEST_COOKIE": cookie,
                **environment,
            },
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    yield call
    left = [
        process.pid
        for process in psutil.process_iter()
        if process.pid != os.getpid() and cookie in _environment(process)
    ]
    assert left == []
    assert list((project / "tmp").iterdir()) == []


def _environment(process):
    try:
        return Path(f"/proc/{process.pid}/environ").read_text(errors="replace")
    except OSError:
        return ""


def groups_of(pid):
    """Return the control groups that the bootfit of that id made and that are still there."""
    hierarchies = read_hierarchies()
    mounted = [*hierarchies.by_controller.values(), hierarchies.unified]
    parents = {group for one in mounted if one for group in one.groups_upwards()}
    return [one for parent in parents for one in parent.glob(f"bootfit-*-{pid}-*")]


def probed_in_a_group():
    return strongest_kind() in {"cgroup-v1", "cgroup-v2"}


def complaint(done):
    """Return the one line of stderr that is bootfit's own."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("bootfit: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def plugin_project(project, rung, exercise="pass"):
    (project / "heavy.py").write_text(rung)
    (project / "work.py").write_text(f"def run():\n    {exercise}\n")
    with (project / "pyproject.toml").open("a") as file:
        file.write('[tool.bootfit.plugins.heavy]\nimports = ["heavy"]\nexercise = "work:run"\n')


def measure(bootfit, *args):
    return bootfit("measure", "--samples", "1", "--time-limit", "10", *args)


def test_no_such_app(bootfit):
    done = measure(bootfit, "--app", "absent:app")
    assert done.returncode == 3
    assert "absent" in complaint(done)


def test_no_such_attribute(bootfit):
    done = measure(bootfit, "--app", "main:ap")
    assert done.returncode == 3
    assert "main:ap" in complaint(done)


def test_an_app_that_raises_at_import(bootfit, project):
    (project / "main.py").write_text("\n1 / 0\n")
    done = measure(bootfit)
    assert done.returncode == 3
    line = complaint(done)
    assert "ZeroDivisionError" in line
    assert "main.py" in line
    assert "2" in line


def test_an_app_that_never_returns(bootfit, project):
    (project / "main.py").write_text("import time\ntime.sleep(1000)\n")
    done = bootfit("measure", "--samples", "1", "--time-limit", "2")
    assert done.returncode == 3
    assert "2 s" in complaint(done)


def test_an_unknown_option(bootfit, project):
    (project / "pyproject.toml").write_text("[tool.bootfit]\nplatfrom = 'x'\n")
    done = bootfit("fit")
    assert done.returncode == 2
    assert "did you mean platform?" in complaint(done)


def test_an_unknown_platform(bootfit):
    done = bootfit("check", "--platform", "render-fre")
    assert done.returncode == 2
    assert "render-free" in complaint(done)


def test_a_requirement_file_that_does_not_parse(bootfit, project):
    (project / "requirements.txt").write_text("# fine\nflask ==3\nnumpy === == 1\n")
    done = bootfit("check")
    assert done.returncode == 2
    assert "requirements.txt:3:" in complaint(done)


def test_no_requirement_file(bootfit, project):
    (project / "requirements.txt").unlink()
    done = bootfit("check")
    assert done.returncode == 2
    assert "-r FILE" in complaint(done)


def test_no_index_within_reach(bootfit, project):
    (project / "requirements.txt").write_text("six==1.16.0\n")
    done = bootfit("check", "--index-url", "http://user:secret@127.0.0.1:9/simple/")
    assert done.returncode == 3
    assert "127.0.0.1" in complaint(done)
    assert "secret" not in done.stdout + done.stderr


def ladder_project(project, best, plain="def make():\n    return object()\n"):
    """A plugin of two rungs, as an app that uses bootfit.lazy describes it."""
    (project / "best.py").write_text(best)
    (project / "plain.py").write_text(plain)
    (project / "work.py").write_text("def run(value):\n    pass\n")
    rungs = [
        {"name": name, "target": f"{name}:make", "exercise": "work:run"}
        for name in ("best", "plain")
    ]
    (project / "plugins.py").write_text(
        f"class PLUGINS:\n    @staticmethod\n    def describe():\n"
        f"        return [{{'name': 'words', 'ladder': {rungs!r}}}]\n"
    )
    pyproject = project / "pyproject.toml"
    pyproject.write_text(pyproject.read_text() + 'plugins = "plugins:PLUGINS"\n')


CRASHING = "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n"


@pytest.mark.parametrize(
    ("rung", "exercise", "word", "code"),
    [
        (CRASHING, "pass", "SIGSEGV", 3),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "pass", "SIGKILL", 3),
        ("import os\nos._exit(0)\n", "pass", "exit", 3),
        ("import time\ntime.sleep(1000)\n", "pass", "within 10 s", 3),
        ("raise RuntimeError('no licence')\n", "pass", "no licence", 1),
        ("", "raise ValueError('bad work')", "bad work", 1),
    ],
    ids=["crashes", "kills-itself", "exits", "hangs", "raises", "raises-in-use"],
)
def test_a_plugin_that_breaks_is_a_finding(bootfit, project, rung, exercise, word, code):
    """A crash leaves open what it takes; a last rung that raises is known to be wrong."""
    plugin_project(project, rung, exercise)
    done = measure(bootfit)
    assert done.returncode == code, done.stderr
    # Lines are broken anywhere, by the length of a folder's name.
    findings = " ".join(done.stdout[done.stdout.index("Findings") :].split())
    assert "heavy" in findings
    assert word in findings
    assert ("could not be determined" in findings) == (code == 3)


def test_a_rung_that_raises_is_declined_by_its_ladder(bootfit, project):
    ladder_project(project, "raise RuntimeError('no licence')\n")
    done = measure(bootfit)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no licence" in done.stdout


def test_a_rung_that_crashes_is_forbidden_by_the_plan(bootfit, project):
    ladder_project(project, CRASHING)
    done = bootfit("tune", "--samples", "1", "--format", "json", "--format", "text=tune.txt")
    assert done.returncode == 3, done.stdout + done.stderr
    plan = json.loads(done.stdout)["plan"]
    assert plan["environment"]["BOOTFIT_FORBID"] == "words:best"
    assert "SIGSEGV" in (project / "tune.txt").read_text()


def test_what_is_known_to_be_wrong_stands_before_what_is_not_known(bootfit, project):
    ladder_project(project, CRASHING, "raise RuntimeError('no licence')\n")
    assert measure(bootfit).returncode == 1


def test_a_plugin_that_floods_stdout(bootfit, project):
    plugin_project(project, "import sys\nfor _ in range(4000):\n    print('x' * 65536)\n")
    done = measure(bootfit)
    assert done.returncode == 3
    assert "heavy" in done.stdout[done.stdout.index("Findings") :]
    assert len(done.stdout) < 100_000


def test_a_plugin_that_takes_all_memory_is_ended_and_does_not_fit(bootfit, project):
    ladder_project(project, "def make():\n    return [b'x' * (2**20 + i) for i in range(8000)]\n")
    done = measure(bootfit, "--memory", "64Mi", "--format", "json", "--format", "text=m.txt")
    assert done.returncode == 1, done.stdout + done.stderr
    (finding,) = [f for f in json.loads(done.stdout)["findings"] if f["subject"] == "words:best"]
    assert finding["slug"] == "probe-out-of-memory"
    assert "576.0 MiB" in finding["message"]  # 512 MiB beyond the budget
    assert "SIGKILL" not in (project / "m.txt").read_text()


def test_an_app_that_takes_all_memory_at_import_does_not_fit(bootfit, project):
    (project / "main.py").write_text(
        "KEPT = [b'x' * (2**20 + i) for i in range(8000)]\n" + GOOD_APP
    )
    done = measure(bootfit, "--memory", "64Mi")
    assert done.returncode == 1, done.stderr
    findings = done.stdout[done.stdout.index("Findings") :]
    assert "BF308" in findings
    assert "more than the 576.0 MiB" in findings
    assert "does not fit" in findings


def test_a_plugin_that_forks_and_daemonises_leaves_nothing(bootfit, project):
    plugin_project(
        project,
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(1000)\n"
        "    os._exit(0)\n",
    )
    done = measure(bootfit)
    assert done.returncode in {0, 1}
    assert "heavy" in done.stdout


WAITING = "import pathlib, time\npathlib.Path('began').touch()\ntime.sleep(1000)\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
@pytest.mark.parametrize("where", ["first-import", "probes"])
def test_interrupted(project, number, where):
    if where == "probes":
        plugin_project(project, WAITING)
    else:
        (project / "main.py").write_text(WAITING)
    cookie = uuid.uuid4().hex
    running = subprocess.Popen(
        [sys.executable, "-m", "bootfit", "measure"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "BOOTFIT_TEST_COOKIE": cookie},
    )
    deadline = time.monotonic() + 30
    while not (project / "began").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not probed_in_a_group() or groups_of(running.pid)
    running.send_signal(number)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "interrupted" in errors
    assert "Traceback" not in errors
    assert not [p.pid for p in psutil.process_iter() if cookie in _environment(p)]
    assert groups_of(running.pid) == []
