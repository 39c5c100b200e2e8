"""`bootfit check` compares requirements with imports, and runs nothing of the project."""

import json
import subprocess
import sys

import pytest


def install(site, name, module):
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{module}.py,,\n")
    (site / f"{module}.py").write_text("raise SystemExit('it ran')\n")


@pytest.fixture
def shop(tmp_path, index):
    root, site = tmp_path / "shop", tmp_path / "site"
    root.mkdir()
    for name, module in (("paint", "easel"), ("frames", "frames"), ("glue", "sticky")):
        index.wheel(name, "1.0")
        install(site, name, module)
    (root / "pyproject.toml").write_text(
        f"[tool.bootfit]\ninterpreter = '{sys.executable}'\npython = '3.12.1'\n"
    )
    (root / "requirements.txt").write_text("paint==1.0\nframes==1.0\nghost; os_name == 'nt'\n")
    (root / "app.py").write_text(
        "import easel, sticky\n\n\ndef application(environ, start_response):\n    return []\n"
    )
    return root, site


def check(shop, index, tmp_path, monkeypatch, *, code=0):
    root, site = shop
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    document = tmp_path / "run.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bootfit", "check", str(root), "--index-url", index.url),
            *("--format", f"json={document}"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == code, done.stderr
    return {
        f["code"]: (f["subject"], f["severity"], *(f["place"] or {}).values())[:4]
        for f in told(tmp_path, "BF2")
    }


def told(tmp_path, code):
    found = json.loads((tmp_path / "run.json").read_text())["findings"]
    return [one for one in found if one["code"].startswith(code)]


def test_unused_requirements_and_unrequired_imports_are_told(shop, index, tmp_path, monkeypatch):
    assert check(shop, index, tmp_path, monkeypatch) == {
        "BF201": ("frames", "note", "requirements.txt", 2),
        "BF202": ("sticky", "warning", "app.py", 1),
    }


def test_without_metadata_it_is_said_what_is_not_known(shop, index, tmp_path, monkeypatch):
    root, site = shop
    assert check((root, site / "elsewhere"), index, tmp_path, monkeypatch) == {
        "BF204": ("environment", "note", "requirements.txt", 1),
    }
    (note,) = told(tmp_path, "BF204")
    assert note["message"].startswith("the requirements are not installed in the environment")
    assert note["evidence"] == [
        "not installed: paint, frames",
        "imported, and brought by nothing that is installed: easel (app.py:1), sticky (app.py:1)",
    ]
    assert "interpreter in [tool.bootfit]" in note["remedy"]


def test_an_environment_that_cannot_be_asked_is_told(shop, index, tmp_path, monkeypatch):
    root, _ = shop
    (root / "pyproject.toml").write_text("[tool.bootfit]\ninterpreter = 'gone'\n")
    check(shop, index, tmp_path, monkeypatch)
    (note,) = told(tmp_path, "BF204")
    assert "requirements were not compared with imports: no such interpreter" in note["message"]


def test_a_requirement_that_no_index_answers_for_may_bring_anything(
    shop, index, tmp_path, monkeypatch
):
    root, _ = shop
    with (root / "requirements.txt").open("a") as file:
        file.write("git+https://example.test/x.git\n")
    assert set(check(shop, index, tmp_path, monkeypatch)) == {"BF201"}
