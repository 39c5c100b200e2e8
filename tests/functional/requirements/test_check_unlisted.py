"""`bootfit check` where no requirement file and no lock lies: read what can be, say what is not."""

import json
import subprocess
import sys

import pytest

POETRY = (
    "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\npython = '^3.10'\nweb = '^1.0'\n"
)


@pytest.fixture
def bootfit(project, index):
    index.wheel("web", "1.0")
    (project / ".python-version").write_text("3.12\n")

    def call(*options):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "bootfit", "check", str(project)),
                *("--index-url", index.url, "--format", "json", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in done.stderr
        return done

    return call


def test_a_setup_cfg_is_found_checked_and_not_edited(project, bootfit, index):
    index.wheel("core", "1.0", "cp311-cp311-manylinux_2_17_x86_64")
    index.wheel("core", "1.1")
    text = "[options]\ninstall_requires =\n    web\n    core==1.0\n"
    (project / "setup.cfg").write_text(text)
    done = bootfit("--fix", "--write")
    assert done.returncode == 1, done.stderr
    document = json.loads(done.stdout)
    assert {d["name"]: d["installs"] for d in document["check"]["distributions"]} == {
        "web": True,
        "core": False,
    }
    assert document["check"]["fix"]["reasons"] == ["setup.cfg is not edited: write core==1.1 there"]
    assert "assumed requirements from setup.cfg" in {f["message"] for f in document["findings"]}
    (place,) = [f["place"] for f in document["findings"] if f["code"] == "BF105"]
    assert (place["path"], place["line"]) == ("setup.cfg", 4)
    assert (project / "setup.cfg").read_text() == text


@pytest.mark.parametrize(
    ("file", "text", "options", "hint"),
    [
        ("pyproject.toml", POETRY, (), "`poetry lock` writes poetry.lock"),
        ("pyproject.toml", POETRY, ("-r", "pyproject.toml"), "`poetry lock` writes poetry.lock"),
        (
            "pyproject.toml",
            f"[project]\nname = 'shop'\nversion = '1'\n{POETRY}",
            ("-r", "pyproject.toml"),
            "`poetry lock` writes poetry.lock",
        ),
        ("Pipfile", "[packages]\nweb = '*'\n", (), "`pipenv lock` writes Pipfile.lock"),
        ("environment.yml", "dependencies: [web]\n", (), "list what pip installs"),
    ],
)
def test_what_another_tool_resolves_is_not_read_and_the_way_out_is_told(
    project, bootfit, file, text, options, hint
):
    (project / file).write_text(text)
    done = bootfit(*options)
    assert (done.returncode, done.stdout) == (3, "")
    said = " ".join(done.stderr.split())
    assert "is not read" in said
    assert hint in said


def test_a_list_that_is_yet_to_be_compiled_is_checked(project, bootfit):
    (project / "requirements.in").write_text("web\n")
    done = bootfit()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["check"]["requirement_files"] == ["requirements.in"]


def test_a_lock_beside_poetrys_table_is_what_is_checked(project, bootfit):
    (project / "pyproject.toml").write_text(POETRY)
    (project / "poetry.lock").write_text(
        "[[package]]\nname = 'web'\nversion = '1.0'\ngroups = ['main']\n"
        "[metadata]\nlock-version = '2.1'\n"
    )
    done = bootfit()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["check"]["requirement_files"] == ["poetry.lock"]
