"""`bootfit why` and `measure --deep` from the command line: answers, exit codes, JSON."""

import json
import os
import subprocess
import sys

import pytest

FILES = {
    "pyproject.toml": '[tool.bootfit]\nname = "shop"\napp = "shop_main:app"\n',
    "shop_main.py": """\
import shop_catalogue

try:
    import shop_extras
except ImportError:
    shop_extras = None


def app(environ, start_response):
    return []


def page():
    import shop_pages

    return shop_pages
""",
    "shop_catalogue.py": "DISHES = bytearray(b'1') * (6 * 1024 * 1024)\n",
    "shop_extras.py": "EXTRAS = bytearray(b'1') * (4 * 1024 * 1024)\n",
}


@pytest.fixture
def shop(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def bootfit(folder, *args):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *args, "--interpreter", sys.executable],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "150"},
    )


def test_the_answer_in_words(shop):
    done = bootfit(shop, "why", "shop_catalogue")
    assert done.returncode == 0, done.stderr
    assert "shop_catalogue is loaded by the app" in done.stdout
    assert "imported at shop_main.py:1" in done.stdout
    assert "by itself it takes 6.0 MiB" in done.stdout
    assert "without it the app fails: it raised ModuleNotFoundError" in done.stdout
    assert "✓ shop_catalogue is loaded by the app, and takes 6.0 MiB" in done.stdout


def test_the_answer_as_json_and_read_back(shop):
    done = bootfit(shop, "why", "shop_extras", "--format", "json=why.json", "-q")
    assert done.returncode == 0, done.stderr
    why = json.loads((shop / "why.json").read_text())["why"]
    assert why["cost"]["own"]["anonymous_bytes"] == pytest.approx(4 * 1024**2, rel=0.1)
    assert why["without"]["status"] == "works"
    saved = why["boot"]["anonymous_bytes"] - why["without"]["total"]["anonymous_bytes"]
    assert saved == pytest.approx(4 * 1024**2, rel=0.1)
    again = subprocess.run(
        [sys.executable, "-m", "bootfit", "report", "why.json"],
        capture_output=True,
        text=True,
        check=True,
        cwd=shop,
    )
    assert "shop_extras is loaded by the app" in again.stdout


@pytest.mark.parametrize(
    ("module", "code", "said"),
    [
        ("shop_catalog", 2, "did you mean shop_catalogue?"),
        ("sys", 2, "by Python itself"),
        ("colorsys", 2, "the app does not load colorsys"),
    ],
)
def test_what_is_not_loaded_is_a_usage_error(shop, module, code, said):
    done = bootfit(shop, "why", module)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""


def test_an_app_that_does_not_import_leaves_the_question_open(shop):
    (shop / "shop_catalogue.py").write_text("raise RuntimeError('closed')\n")
    done = bootfit(shop, "why", "json")
    assert done.returncode == 3
    assert "closed" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--deep", "menu:fast"], "no such implementation: menu:fast"),
        (["--deep", "a:b", "--shard", "1/2"], "measures nothing"),
        (["--flame-graph", "x.html"], "goes with --deep"),
    ],
)
def test_dives_that_make_no_sense(shop, options, said):
    done = bootfit(shop, "measure", *options)
    assert done.returncode == 2
    assert said in done.stderr
