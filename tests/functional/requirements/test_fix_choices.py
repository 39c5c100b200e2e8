"""`--fix` where pins stand in groups, extras and files of a backend, and for targets by hand."""

import os
import subprocess
import sys

import pytest

LINUX = "manylinux_2_17_x86_64"


@pytest.fixture
def fix(index, project):
    """Mend the project for CPython 3.12 on Linux with what is given; return its exit code."""
    index.wheel("core", "1.0", f"cp311-cp311-{LINUX}")
    index.wheel("core", "1.1", f"cp312-cp312-{LINUX}")
    index.wheel("core", "1.2", "cp312-cp312-win_amd64")
    index.wheel("core", "1.3", f"cp313-cp313t-{LINUX}")

    def run(*options, python="3.12"):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "bootfit", "check", ".", "--index-url", index.url),
                *("--python", python, "--fix", "--write", *options),
            ],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=os.environ,
        )
        assert "Traceback" not in done.stderr
        return done.returncode

    return run


def test_a_pin_in_a_group(fix, project):
    text = '[dependency-groups]\nweb = [{include-group = "base"}]\nbase = ["core==1.0"]  # why\n'
    (project / "pyproject.toml").write_text(text)
    assert fix("--group", "web") == 0
    assert (project / "pyproject.toml").read_text() == text.replace("1.0", "1.1")


def test_a_pin_in_a_file_that_setuptools_reads(fix, project):
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\nversion = "1"\ndynamic = ["dependencies"]\n'
        '[tool.setuptools.dynamic]\ndependencies = {file = "base.txt"}\n'
    )
    (project / "base.txt").write_text("# ours\ncore==1.0  # why\n")
    assert fix() == 0
    assert (project / "base.txt").read_text() == "# ours\ncore==1.1  # why\n"


@pytest.mark.parametrize(
    ("target", "python", "version"),
    [("windows-amd64", "3.12", "1.2"), ("linux", "3.13t", "1.3"), ("linux", "3.12", "1.1")],
)
def test_the_pin_moves_to_what_the_target_can_install(fix, project, target, python, version):
    (project / "requirements.txt").write_text("core==1.0\n")
    assert fix("--target", target, python=python) == 0
    assert (project / "requirements.txt").read_text() == f"core=={version}\n"
