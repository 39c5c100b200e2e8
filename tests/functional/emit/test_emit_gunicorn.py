"""gunicorn itself reads the emitted configuration, and serves with it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace

import pytest

from bootfit.emit import emit_all
from bootfit.emit.writing import write
from unit.emit.emitting import a_context, a_plan

APP = """\
import os

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [os.environ.get("BOOTFIT_FORBID", "nothing").encode()]
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "main.py").write_text(APP, encoding="utf-8")
    return tmp_path


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GUNICORN", "BOOTFIT"))}
    return kept | more


def gunicorn(*arguments):
    return [sys.executable, "-m", "gunicorn", *arguments]


@pytest.mark.parametrize("platform", ["render-free", "heroku-basic", "fly-512"])
def test_gunicorn_accepts_the_file(project, platform):
    write(project, emit_all(a_plan(platform), a_context(platform), ["gunicorn"]))
    result = subprocess.run(
        gunicorn("--check-config", "-c", "gunicorn.conf.py", "shop.main:app"),
        cwd=project, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_gunicorn_accepts_the_file_of_a_refused_plan_with_hostile_reasons(project):
    plan = a_plan(budget_bytes=10 * 2**20)
    choices = tuple(replace(choice, reason="'''\n\\ \"") for choice in plan.choices)
    write(project, emit_all(replace(plan, choices=choices), a_context(), ["gunicorn"]))
    result = subprocess.run(
        gunicorn("--check-config", "-c", "gunicorn.conf.py", "shop.main:app"),
        cwd=project, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr


def test_gunicorn_uses_the_values_and_not_the_platforms_preload(project):
    plan = a_plan()
    write(project, emit_all(plan, a_context(), ["gunicorn"]))
    result = subprocess.run(
        gunicorn("--print-config", "-c", "gunicorn.conf.py", "shop.main:app"),
        cwd=project,
        env=environment(PORT="4711", **plan.environment),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    printed = dict(line.split("=", 1) for line in result.stdout.splitlines() if "=" in line)
    values = {key.strip(): value.strip() for key, value in printed.items()}
    assert values["preload_app"] == "False"
    assert values["workers"] == str(plan.workers)
    assert values["threads"] == str(plan.threads)
    assert values["timeout"] == str(plan.timeout_seconds)
    assert values["bind"] == "['0.0.0.0:4711']"
    assert values["accesslog"] == "-"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answer(port, process):
    for _ in range(150):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
                return response.read().decode()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "gunicorn ended"
            time.sleep(0.1)
    raise AssertionError("no answer")


def test_the_procfiles_command_serves_and_its_workers_know_what_is_forbidden(project):
    files = emit_all(a_plan("heroku-basic"), a_context("heroku-basic"), ["gunicorn", "procfile"])
    write(project, files)
    command = files["Procfile"].removeprefix("web: ").strip()
    port = free_port()
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command}"],
        cwd=project,
        env=environment(
            PORT=str(port),
            PATH=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],  # noqa: PTH120
        ),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert answer(port, process) == "search:big"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=40)
