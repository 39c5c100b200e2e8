"""Files that somebody wrote, through the command line: checked, weighed, merged with."""

import subprocess
import sys
from dataclasses import replace

import pytest

from bootfit.model.style import Style
from bootfit.report.json import render
from run_documents import full_run

BLUEPRINT = """\
# Ours.
services:
  - type: web   # the shop
    name: shop
    runtime: python
    plan: starter
    startCommand: gunicorn shop.main:app --workers 40
    envVars:
      - key: SECRET
        sync: false
"""


def bootfit(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "pyproject.toml").write_text(
        '[tool.bootfit]\nname = "shop"\nplatform = "render-free"\npython = "3.11.9"\n'
    )
    (root / "render.yaml").write_text(BLUEPRINT)
    document = tmp_path / "run.json"
    document.write_text(render(replace(full_run("measure"), findings=()), Style()))
    return root, document


def test_files_alone_are_checked_without_an_index_and_without_measuring(project):
    root, _ = project
    asked = ("check", root, "--files", "--index-url", "http://127.0.0.1:9/simple", "-q")
    done = bootfit(*asked)
    assert done.returncode == 0, done.stdout + done.stderr
    (root / "render.yaml").write_text(BLUEPRINT.replace("plan: starter", "plan: pro-plus"))
    done = bootfit(*asked)
    assert done.returncode == 1
    assert "BF412" in done.stdout
    assert "render.yaml:6:11" in done.stdout
    assert bootfit(*asked, "--fix").returncode == 2


def test_a_schema_of_the_users_own(project):
    root, _ = project
    schema = root / "schema.json"
    schema.write_text('{"properties": {"services": {"maxItems": 0}}}')
    done = bootfit("check", root, "--files", "--schema", schema, "-q")
    assert done.returncode == 1
    assert "BF419" in done.stdout
    assert "render.yaml:3:3" in done.stdout
    (root / "render.yaml").unlink()
    done = bootfit("check", root, "--files", "--schema", schema)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_settings_are_weighed_and_the_plan_is_merged_in(project):
    root, document = project
    emit = ("emit", root, "--measured", document, "--fail-on", "error")
    shown = bootfit(*emit)
    assert "BF416" in shown.stdout
    assert "40 worker(s)" in shown.stdout
    assert "-    startCommand: gunicorn shop.main:app --workers 40" in shown.stdout
    assert (root / "render.yaml").read_text() == BLUEPRINT
    bootfit(*emit, "--write", "-q")
    merged = (root / "render.yaml").read_text()
    for line in ("# Ours.\n", "  - type: web   # the shop\n", "      - key: SECRET\n"):
        assert line in merged
    assert "gunicorn -c gunicorn.conf.py shop.main:app" in merged
    again = bootfit(*emit, "--check", "-q")
    assert again.returncode == 0, again.stdout
    assert "BF416" not in again.stdout
    # Other files that somebody wrote are still kept.
    (root / "Procfile").write_text("web: mine\n")
    refused = bootfit(*emit, "--write", "-q")
    assert refused.returncode == 2
    assert "Procfile" in refused.stderr
    assert "render.yaml" not in refused.stderr
    bootfit(*emit, "--write", "--force", "-q")
    assert (root / "render.yaml").read_text().startswith("# Written by bootfit")


def test_an_index_out_of_reach_leaves_the_lock_unknown(project):
    root, document = project
    (root / "requirements.txt").write_text("flask\n")
    done = bootfit(
        *("emit", root, "--measured", document, "--also", "requirements-locked"),
        *("--index-url", "http://127.0.0.1:9/simple"),
    )
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()[-1:]) == 1
    assert not (root / "requirements-locked.txt").exists()
    done = bootfit("emit", root, "--measured", document, "--also", "requirement-locked")
    assert "internal error" not in done.stderr


def test_what_is_locked_already_needs_no_other_lock(project):
    root, document = project
    (root / "requirements.txt").write_text(f"flask==3.1.3 --hash=sha256:{'0' * 64}\n")
    # What installs is known from the earlier run, so that no index is asked.
    earlier = full_run("fit")
    target = "Render Free: CPython 3.11.9, x86_64 Linux, glibc 2.36"
    document.write_text(render(replace(earlier, findings=(), target=target), Style()))
    done = bootfit(
        *("emit", root, "--measured", document, "--also", "requirements-locked"),
        *("--index-url", "http://127.0.0.1:9/simple", "--format", "text"),
    )
    assert "locked already" in done.stdout, done.stdout + done.stderr
    assert "requirements-locked.txt" not in done.stdout
