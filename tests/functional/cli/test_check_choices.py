"""Extras, groups and dependencies that only a backend knows, through the command line."""

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
            [sys.executable, "-m", "bootfit", "check", str(tmp_path), "-q", *options],
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
