"""A repository of a tiny app with a base and a head, and the templates' own steps run in it."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from threading import Thread

import pytest

from forge_api import Api

TOP = Path(__file__).parents[3]
APP = """\
KEPT = bytearray(b"\\1") * ({mebibytes} * 1024 * 1024)


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"tiny"]
"""
CONFIG = """\
[tool.bootfit]
name = "tiny"
platform = "render-free"
python = "3.11.9"
app = "app:app"
"""


class TinyRepository:
    """A git repository whose app has a known size in each commit."""

    def __init__(self, folder, project="."):
        self.folder = folder
        self.project = folder / project
        self.project.mkdir(parents=True)
        (self.project / "pyproject.toml").write_text(CONFIG)
        (self.project / "requirements.txt").write_text("# none\n")
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments):
        name = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        done = subprocess.run(
            ["git", *name, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, message, *, mebibytes=None, **files):
        """Return the hash of a commit with an app of that size, and these files."""
        if mebibytes is not None:
            (self.project / "app.py").write_text(APP.format(mebibytes=mebibytes))
        for name, text in files.items():
            (self.project / name.replace("__", ".")).write_text(text)
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def make_repository(tmp_path):
    def made(project="."):
        return TinyRepository(tmp_path / "repository", project)

    return made


@pytest.fixture
def repository(make_repository):
    return make_repository()


@pytest.fixture
def run(tmp_path):
    """Run a script of ci/scripts, or a step's own lines, as a job would; nothing of ours leaks."""
    (tmp_path / "temp").mkdir()

    def started(command, cwd, **variables):
        kept = ("PATH", "HOME", "LANG", "COLUMNS")
        return subprocess.run(
            command,
            cwd=cwd,
            env={
                **{name: os.environ[name] for name in kept if name in os.environ},
                "BOOTFIT_EXTENSIONS": "",
                "BOOTFIT_SAMPLES": "1",
                "BOOTFIT_ALLOW": "import-time=1s",  # nothing is measured again for its sake
                "RUNNER_TEMP": str(tmp_path / "temp"),
                **variables,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    return started


@pytest.fixture
def script(monkeypatch, capsys):
    """Run a script of ci/scripts in this process; returns its exit code and what it said."""
    monkeypatch.syspath_prepend(TOP / "ci" / "scripts")

    def called(name, folder, **variables):
        monkeypatch.chdir(folder)
        code = import_module(name).main(variables)
        told = capsys.readouterr()
        assert told.err == ""
        return code, told.out

    return called


@pytest.fixture
def gate(run):
    """Run the gate in a repository; both sides are measured with this Python, three rounds."""

    def gated(repository, **inputs):
        asked = {"leg": "measure", "rounds": "3", "interpreter": sys.executable, **inputs}
        variables = {
            f"BOOTFIT_CI_{name.upper()}" if name.islower() else name: value
            for name, value in asked.items()
        }
        command = [sys.executable, str(TOP / "ci" / "scripts" / "gate.py")]
        return run(command, repository.folder, **variables)

    return gated


@pytest.fixture
def api():
    with Api() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
