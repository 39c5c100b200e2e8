"""`emit --check` after `emit --write`, each with measurements of its own."""

import os
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.network,
    pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc"),
]

APP = """\
from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return {"status": "ok"}
"""
PROJECT = """\
[tool.bootfit]
name = "again"
platform = "render-free"
app = "app:app"
requirements = ["requirements.txt"]

[tool.bootfit.server]
threads = 1
"""


def emit(folder, *options):
    return subprocess.run(
        [
            *(sys.executable, "-m", "bootfit", "emit", str(folder), "--samples", "1", "-q"),
            *("--interpreter", sys.executable, *options),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "NO_COLOR": "1"},
    )


def test_what_was_written_is_up_to_date_though_it_is_measured_again(tmp_path):
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "requirements.txt").write_text("flask==3.1.3\ngunicorn==27.0.1\n")
    written = emit(tmp_path, "--write")
    assert written.returncode == 0, written.stdout + written.stderr
    settings = tmp_path / "gunicorn.conf.py"
    before = settings.read_text()
    checked = emit(tmp_path, "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    # Written again, nothing is touched for the sake of a comment.
    assert emit(tmp_path, "--write").returncode == 0
    assert settings.read_text() == before
    (tmp_path / "pyproject.toml").write_text(PROJECT.replace("threads = 1", "threads = 2"))
    changed = emit(tmp_path, "--check")
    assert changed.returncode == 1
    assert "gunicorn.conf.py is not as the plan would write it" in changed.stdout
