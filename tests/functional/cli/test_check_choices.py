"""Extras, groups, targets and what only a backend knows, through the command line."""

import json
import subprocess
import sys

import pytest

PROJECT = (
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    '[project]\nname = "shop"\nversion = "1"\n{}\n'
    "[project.optional-dependencies]\nexport = []\n[dependency-groups]\nweb = []\n"
)


@pytest.fixture
def check(tmp_path):
    def run(stated, *options):
        (tmp_path / "pyproject.toml").write_text(PROJECT.format(stated))
        done = subprocess.run(
            [
                *(sys.executable, "-m", "bootfit", "check", str(tmp_path)),
                *("-r", "pyproject.toml", "-q", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done

    return run


def test_what_only_a_backend_knows_is_not_determined(check):
    done = check('dynamic = ["dependencies"]')
    assert done.returncode == 3
    assert (
        "pyproject.toml: dependencies are computed by the build backend (hatchling.build): "
        "not checkable without running it"
    ) in " ".join(done.stderr.split())


def test_a_setup_script_alone_is_not_determined(tmp_path):
    (tmp_path / "setup.py").write_text("raise SystemExit('it ran')\n")
    done = subprocess.run(
        [sys.executable, "-m", "bootfit", "check", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "setup.py: dependencies are computed by the build backend (setuptools)" in done.stderr


@pytest.mark.parametrize(
    ("option", "name", "near"), [("--extra", "exprot", "'export'"), ("--group", "wbe", "'web'")]
)
def test_a_choice_that_is_not_there_gets_a_suggestion(check, option, name, near):
    done = check("dependencies = []", option, name)
    assert done.returncode == 2
    assert f"called {name!r}" in done.stderr
    assert f"did you mean {near}?" in done.stderr


def test_choices_that_are_there_are_read(check):
    assert check("dependencies = []", "--extra", "export", "--group", "web").returncode == 0


def run_of(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assumed(run):
    return " ".join(f["message"] for f in run["findings"] if f["slug"] == "assumption")


def test_a_target_by_hand_is_what_is_answered_for(check):
    done = check(
        "dependencies = []", "--target", "macos-14-arm64", "--python", "3.14t", "--format", "json"
    )
    run = run_of(done)
    assert run["target"] == run["platform"] == "CPython 3.14t, aarch64 macOS 14.0"
    assert "builder without compilers" in assumed(run)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--target", "amiga"), ("'amiga' is no target", "macos-14-arm64")),
        (("--target", "linux", "--python", "3.12t"), ("no free-threaded build", "3.13t")),
        (("--python", "3.14t"), ("does not offer Python 3.14t",)),
        (("--matrix", "3.12t"), ("no free-threaded build", "3.13t")),
    ],
)
def test_a_target_that_is_none_is_a_usage_error(check, options, words):
    done = check("dependencies = []", *options)
    assert done.returncode == 2
    assert all(word in done.stderr for word in words)


def test_the_python_that_the_project_pins_is_checked(check, tmp_path):
    (tmp_path / ".python-version").write_text("3.11.9\n")
    run = run_of(check("dependencies = []", "--format", "json"))
    assert "CPython 3.11.9" in run["target"]
    assert "Python 3.11.9: .python-version says so" in assumed(run)
    run = run_of(check("dependencies = []", "--format", "json", "--python", "3.12"))
    assert "CPython 3.12" in run["target"]
    assert "other-python-runs" in {finding["slug"] for finding in run["findings"]}
