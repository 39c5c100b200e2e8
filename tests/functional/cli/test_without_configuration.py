"""A project that says nothing still gets an answer, with what was assumed."""

import json
import subprocess
import sys

import pytest

APP = """
import click


def application(environ, start_response):
    import packaging.version

    start_response("200 OK", [])
    return [b""]
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc")


@pytest.mark.parametrize("folder", ["", "src"])
def test_the_app_and_its_imports_are_found_and_measured(tmp_path, folder):
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / folder / "wsgi.py").write_text(APP)
    (tmp_path / "requirements.txt").write_text("click\npackaging\n")
    common = ("--interpreter", sys.executable, "--python", "3.12.1", str(tmp_path))
    document = tmp_path / "run.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bootfit", "measure", *common, "--samples", "1"),
            *("--format", f"json={document}"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    run = json.loads(document.read_text())
    assumed = " ".join(f["message"] for f in run["findings"] if f["slug"] == "assumption")
    assert "wsgi:application" in assumed
    assert "requirements.txt" in assumed
    assert "render-free" in assumed
    measured = {
        (tuple(p["implementations"]), p["mode"])
        for p in run["measurements"]["probes"]
        if p["status"] == "measured"
    }
    assert measured == {(("packaging:packaging",), mode) for mode in ("alone", "on_top", "union")}
    assert f"{(folder + '/').lstrip('/')}wsgi.py:6 function application" in assumed
    assert "only its import is measured" in assumed
    assert "no-exercise" not in {f["slug"] for f in run["findings"]}
    emitted = subprocess.run(
        [sys.executable, "-m", "bootfit", "emit", *common, "--measured", str(document)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert emitted.returncode == 0, emitted.stderr
    assert "assumed plugin packaging" in emitted.stdout
    assert ("pythonpath = 'src'" in emitted.stdout) == (folder == "src")
