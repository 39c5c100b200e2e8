"""The built wheel, installed into an empty environment outside the repository."""

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
APPS = REPOSITORY / "tests" / "assets" / "apps"

pytestmark = [pytest.mark.slow, pytest.mark.network]


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        **options,
    )


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment that holds the wheel and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "pip", "wheel", "--no-deps", "-w", folder, REPOSITORY)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("bootfit-*.whl")
    venv.create(folder / "env", with_pip=True)
    installed = run(folder / "env/bin/python", "-m", "pip", "install", "--quiet", wheel)
    assert installed.returncode == 0, installed.stderr
    return folder / "env"


def test_the_four_packages_and_their_data_are_shipped(environment):
    code = (
        "import bootfit, bootfit_profiles, mealplan, mealplan_plugins\n"
        "from importlib.resources import files\n"
        "assert (files('mealplan') / 'data' / 'foods.sqlite3').is_file()\n"
        "assert (files('mealplan') / 'data' / 'dishes.json').is_file()\n"
        "print(bootfit.__file__)"
    )
    done = run(environment / "bin/python", "-c", code, cwd="/")
    assert done.returncode == 0, done.stderr
    assert str(environment) in done.stdout
    listed = run(environment / "bin/bootfit", "platforms", cwd="/")
    assert "render-free" in listed.stdout, listed.stderr


def test_the_html_report_names_its_extra_and_ships_its_page(environment, tmp_path):
    (tmp_path / "run.json").write_text(
        json.dumps(
            {
                "project": "shop",
                "platform": "Render Free",
                "target": "CPython 3.11",
                "command": "check",
                "bootfit_version": "0.1.0",
            }
        )
    )
    wanted = ("report", tmp_path / "run.json", "--format", f"html={tmp_path / 'run.html'}")
    refused = run(environment / "bin/bootfit", *wanted, cwd=tmp_path)
    assert refused.returncode == 2
    assert "pip install 'bootfit[report]'" in refused.stderr
    run(environment / "bin/python", "-m", "pip", "install", "--quiet", "jinja2", "plotly")
    made = run(environment / "bin/bootfit", *wanted, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "shop installs on Render Free" in (tmp_path / "run.html").read_text("utf-8")


def test_fit_on_a_copy_of_a_small_app(environment, tmp_path):
    app = tmp_path / "counter"
    shutil.copytree(APPS / "counter", app)
    venv.create(app / ".venv", with_pip=True)
    installed = run(
        app / ".venv/bin/python", "-m", "pip", "install", "-qr", app / "requirements.txt"
    )
    assert installed.returncode == 0, installed.stderr
    done = run(
        environment / "bin/bootfit",
        "fit",
        "--python",
        f"3.{sys.version_info.minor}.{sys.version_info.micro}",
        "--format",
        "json=run.json",
        "--format",
        "text",
        cwd=app,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads((app / "run.json").read_text())
    assert document["app"]["app"] == "app:app"
    assert all(d["installs"] for d in document["check"]["distributions"])
    assert document["evidence"]["fits"] is True
    driven = {endpoint["path"] for endpoint in document["evidence"]["endpoints"]}
    assert {"/", "/squares"} <= driven
    assert sorted(p.name for p in app.iterdir() if p.name != "__pycache__") == [
        ".venv",
        "app.py",
        "requirements.txt",
        "run.json",
    ]
