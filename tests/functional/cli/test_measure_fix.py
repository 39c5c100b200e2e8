"""`bootfit measure --fix`: shown by default, written on request, never half."""

import json
import os
import subprocess
import sys
import venv

import pytest

pytest.importorskip("libcst")

BLOCK = "KEPT = bytearray(b'\\1') * ({} * 1024 * 1024)\n"
INSTALLED = {"ballast": BLOCK.format(30), "cargo": BLOCK.format(20), "mast": BLOCK.format(10)}
PYPROJECT = '[tool.bootfit]\nname = "ship"\napp = "ship.main:app"\npython = "{}"\n'
MAIN = """\
import ballast
import mast
from ship.holds import hold

HEIGHT = len(mast.KEPT)


def app(environ, start_response):
    return [hold(), ballast.KEPT]
"""
HOLDS = """\
# What the ship carries.
import cargo  # slow


def hold():
    return cargo.KEPT
"""
LAZY_HOLDS = """\
# What the ship carries.


def hold():
    import cargo  # slow

    return cargo.KEPT
"""


@pytest.fixture
def ship(tmp_path):
    root = tmp_path / "ship_project"
    (root / "ship").mkdir(parents=True)
    venv.create(root / ".venv", with_pip=False)
    (site,) = (root / ".venv" / "lib").glob("python*/site-packages")
    for name, text in INSTALLED.items():
        (site / f"{name}.py").write_text(text)
        info = site / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text(f"{name}.py,,\n")
    (root / "pyproject.toml").write_text(PYPROJECT.format("3.12.1"))
    (root / "ship" / "__init__.py").touch()
    (root / "ship" / "main.py").write_text(MAIN)
    (root / "ship" / "holds.py").write_text(HOLDS)
    return root


def bootfit(folder, *args, **variables):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", "measure", *args, "--memory", "128Mi"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "150", **variables},
    )


def sources(root):
    return {path.name: path.read_text() for path in (root / "ship").glob("*.py")}


def test_the_change_is_shown_then_written_and_the_app_then_boots_without_it(ship):
    before = sources(ship)
    shown = bootfit(ship, "--fix")
    assert shown.returncode == 0, shown.stderr
    assert "import cargo → in hold  [ship/holds.py:2]" in shown.stdout
    assert "import ballast → in app  [ship/main.py:1]" in shown.stdout
    assert "made lazy, it saves 20.0 MiB" in shown.stdout
    assert "mast stays: boot itself uses it: mast.KEPT is used while the app boots" in shown.stdout
    assert "--- a/ship/holds.py\n+++ b/ship/holds.py\n@@ -1,6 +1,7 @@\n" in shown.stdout
    assert "✓ ballast, cargo can wait for their first use" in shown.stdout
    assert sources(ship) == before

    written = bootfit(ship, "--fix", "--write", "--format", "json=run.json")
    assert written.returncode == 0, written.stderr
    assert sources(ship)["holds.py"] == LAZY_HOLDS
    run = json.loads((ship / "run.json").read_text())
    assert run["import_fix"]["written"] is True
    assert [one["name"] for one in run["import_fix"]["declined"]] == ["mast"]
    assert {one["subject"] for one in run["findings"] if one["code"] == "BF203"} == {"mast"}

    again = bootfit(ship, "--fix", "-q")
    assert again.returncode == 0
    assert "✓ no import at boot is to be made lazy" in again.stdout
    assert "+++" not in again.stdout
    done = subprocess.run(
        [ship / ".venv" / "bin" / "python", "-c", "from ship.main import app; app({}, None)"],
        check=False,
        cwd=ship,
    )
    assert done.returncode == 0


def test_an_app_that_then_boots_no_longer_gets_its_files_back(ship):
    guard = "import inspect\nfrom ship import holds\n\nassert 'cargo' in vars(holds)\n"
    (ship / "ship" / "main.py").write_text(guard + MAIN)
    before = sources(ship)
    done = bootfit(ship, "--fix", "--write", "-q")
    assert done.returncode == 3
    assert "with these imports lazy the app does not boot" in done.stderr
    assert "the files are as they were" in done.stderr
    assert sources(ship) == before


def test_python_3_15_has_a_keyword_for_it(ship):
    (ship / "pyproject.toml").write_text(PYPROJECT.format("3.15.0"))
    done = bootfit(ship, "--fix", "--write", "-q", "--interpreter", str(ship / ".venv/bin/python"))
    assert done.returncode == 0, done.stderr
    assert sources(ship)["holds.py"] == HOLDS.replace("import cargo", "lazy import cargo")
    assert sources(ship)["main.py"].startswith("lazy import ballast\nimport mast\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--diff"], "--diff and --write go with --fix"),
        (["--fix", "--diff", "--write"], "exclude one another"),
        (["--fix", "--deep", "a:b"], "--fix measures the boot alone"),
    ],
)
def test_choices_that_make_no_sense(tmp_path, options, said):
    done = bootfit(tmp_path, *options)
    assert done.returncode == 2
    assert said in done.stderr


def test_without_libcst_it_says_what_to_install(tmp_path):
    (tmp_path / "libcst.py").write_text("raise ImportError('hidden')\n")
    done = bootfit(tmp_path, "--fix", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "measure --fix needs libcst 1.9 or later" in done.stderr
    assert "pip install 'bootfit[rewrite]'" in done.stderr
    assert "Traceback" not in done.stderr
