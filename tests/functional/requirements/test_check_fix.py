"""`--fix`: the blocking pins move to the nearest versions with which everything installs."""

import json
import os
import subprocess
import sys

import pytest

from bootfit.model.errors import UsageError
from bootfit.model.file_change import FileChange, write_changes

MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
RUST = {"pyproject.toml": "[build-system]\nrequires = ['maturin>=1']\nbuild-backend = 'maturin'\n"}
PURE = {
    "pyproject.toml": "[build-system]\nrequires = ['flit_core']\nbuild-backend = 'flit_core.b'\n"
}


@pytest.fixture
def bootfit(project, index):
    def call(*args, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "bootfit", "check", ".", "--index-url", index.url, *args],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "BOOTFIT_PYTHON": "3.12", **environment},
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    return call


@pytest.fixture
def models(index):
    """A pin below which a Rust core lacks wheels for 3.12, but for one version, and another."""
    for version, core in (("2.3", "0.9"), ("2.4", "1.0"), ("2.5", "1.1"), ("2.6", "1.2")):
        index.wheel("models", version, requires=[f"models-core=={core}"])
    index.wheel("models", "2.7", requires=["models-core==1.2"])
    index.wheel("models-core", "0.9", f"cp312-cp312-{MANYLINUX}")
    for core in ("1.0", "1.1"):
        index.wheel("models-core", core, f"cp311-cp311-{MANYLINUX}", generator="maturin (1)")
        index.sdist("models-core", core, RUST)
    index.wheel("models-core", "1.2", f"cp312-cp312-{MANYLINUX}")


TEXT = b"# all of it\r\nmodels == 2.4 ; python_version >= '3'  # keep\r\nweb\r\nsource==1.0"


def test_the_diff_is_shown_and_nothing_is_written(index, project, bootfit, models):
    index.wheel("web", "1.0")
    index.sdist("source", "1.0", PURE)
    (project / "requirements.txt").write_bytes(TEXT)
    done = bootfit("--fix")
    assert done.returncode == 1
    assert "-models == 2.4 ; python_version >= '3'  # keep" in done.stdout
    assert "+models == 2.6 ; python_version >= '3'  # keep" in done.stdout
    assert (project / "requirements.txt").read_bytes() == TEXT


def test_written_files_change_by_the_version_alone_and_the_exit_code_is_0(
    index, project, bootfit, models
):
    index.wheel("web", "1.0")
    index.sdist("source", "1.0", PURE)
    (project / "requirements.txt").write_bytes(TEXT)
    done = bootfit("--fix", "--write", "--format", "json")
    assert done.returncode == 0
    assert (project / "requirements.txt").read_bytes() == TEXT.replace(b"2.4", b"2.6")
    check = json.loads(done.stdout)["check"]
    assert check["fix"]["written"]
    assert [(e["name"], e["before"], e["after"]) for e in check["fix"]["edits"]] == [
        ("models", "2.4", "2.6")
    ]
    assert "models-core" in {one["name"] for one in check["distributions"]}
    assert bootfit().returncode == 0
    assert bootfit("--fix").stdout.count("\n+") == 0


def test_what_no_change_of_pins_mends_still_fails_and_is_named(index, project, bootfit, models):
    (project / "requirements.txt").write_text("models==2.4\n")
    done = bootfit("--fix", "--write", "--fail-on", "warning", "--format", "json")
    assert done.returncode == 1
    assert (project / "requirements.txt").read_text() == "models==2.6\n"
    document = json.loads(done.stdout)
    told = {f["code"] for f in document["findings"] if f["severity"] != "note"}
    assert told == {"BF117"}
    assert document["check"]["fix"]["notes"] == [
        "what --fail-on warning counts and no change of pins mends is left: BF117 other-python-runs"
    ]
    (project / ".python-version").write_text("3.12\n")
    (project / "requirements.txt").write_text("models==2.4\n")
    done = bootfit("--fix", "--write", "--fail-on", "warning", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["check"]["fix"]["notes"]) == (0, [])


def test_what_check_finds_in_the_platforms_files_is_left_as_well(index, project, bootfit, models):
    (project / "requirements.txt").write_text("models==2.4\n")
    (project / "render.yaml").write_text(
        "services:\n  - type: web\n    name: shop\n    runtime: python\n    plan: pro-plus\n"
        "    startCommand: gunicorn shop:app\n"
    )
    done = bootfit("--fix", "--write")
    assert (done.returncode, bootfit().returncode) == (1, 1)
    assert "is left: BF412" in done.stdout
    assert (project / "requirements.txt").read_text() == "models==2.6\n"


def test_a_quiet_run_says_why_nothing_is_changed_and_what_to_do_by_hand(
    index, project, bootfit, models
):
    (project / "requirements.txt").write_text("models\n-c pins.txt\n")
    (project / "pins.txt").write_text("models<2.6\nmodels>2.3\n")
    done = bootfit("--fix", "-q")
    assert done.returncode == 1
    assert (
        "nothing is changed, since no change of pins helps:\n· no pin of the project" in done.stdout
    )
    (project / "requirements.txt").write_text("models==2.4\n")
    done = bootfit("--fix", "--write", "-q", "--fail-on", "warning")
    assert "no change of pins mends is left: BF117" in done.stdout
    assert "+models==2.6" in done.stdout


def test_below_where_nothing_above_has_wheels(index, project, bootfit):
    index.wheel("core", "0.8", f"cp312-cp312-{MANYLINUX}")
    index.wheel("core", "0.9", f"cp312-cp312-{MANYLINUX}")
    index.sdist("core", "1.0", RUST)
    (project / "requirements.txt").write_text("core==1.0\n")
    assert "+core==0.9\n" in bootfit("--fix").stdout


def test_a_pin_that_stands_in_the_way_moves_along(index, project, bootfit, models):
    (project / "requirements.txt").write_text("models==2.4\n-c pins.txt\n")
    (project / "pins.txt").write_text("models-core==1.0  # frozen\n")
    assert bootfit("--fix", "--write").returncode == 0
    assert (project / "requirements.txt").read_text() == "models==2.6\n-c pins.txt\n"
    assert (project / "pins.txt").read_text() == "models-core==1.2  # frozen\n"


def test_of_two_pins_that_contradict_each_other_one_moves(index, project, bootfit):
    for version in ("1.24", "1.26", "1.27", "2.0"):
        index.wheel("num", version)
    index.wheel("frame", "2.1", requires=["num>=1.26,<2"])
    index.wheel("frame", "3.0", requires=["num>=1"])
    (project / "requirements.txt").write_text("-r deep/base.txt\nframe==2.1\n")
    (project / "deep").mkdir()
    (project / "deep" / "base.txt").write_text("num==1.24\n")
    assert bootfit("--fix", "--write").returncode == 0
    assert (project / "deep" / "base.txt").read_text() == "num==1.26\n"
    assert "frame==2.1" in (project / "requirements.txt").read_text()


def test_a_version_that_never_was_becomes_the_next_that_is(index, project, bootfit):
    index.wheel("web", "1.0")
    index.wheel("web", "3.0")
    (project / "requirements.txt").write_text("web==2.0\n")
    assert "+web==3.0\n" in bootfit("--fix").stdout


def test_pyproject_arrays_are_edited_in_place(index, project, bootfit, models):
    text = '[project]\nname = "x"\nversion = "1"\ndependencies = [\n  "models==2.4", # why\n]\n'
    (project / "pyproject.toml").write_text(text)
    assert bootfit("-r", "pyproject.toml", "--fix", "--write").returncode == 0
    assert (project / "pyproject.toml").read_text() == text.replace("2.4", "2.6")


def test_hashes_of_the_new_version_come_from_the_index(index, project, bootfit):
    index.wheel("core", "1.0", f"cp311-cp311-{MANYLINUX}")
    index.wheel("core", "1.1", f"cp312-cp312-{MANYLINUX}")
    index.wheel("core", "1.1", f"cp311-cp311-{MANYLINUX}")
    old = index.digest(f"core-1.0-cp311-cp311-{MANYLINUX}.whl")
    new = sorted(index.digest(f"core-1.1-cp3{m}-cp3{m}-{MANYLINUX}.whl") for m in (11, 12))
    (project / "requirements.txt").write_text(f"core==1.0 \\\n  --hash=sha256:{old}\n")
    assert bootfit("--fix", "--write").returncode == 0
    expected = " \\\n  ".join(["core==1.1", *(f"--hash=sha256:{one}" for one in new)])
    assert (project / "requirements.txt").read_text() == f"{expected}\n"


def test_where_hashes_would_be_missing_nothing_is_written(index, project, bootfit):
    index.wheel("core", "1.0", f"cp311-cp311-{MANYLINUX}")
    index.wheel("core", "1.1", f"cp312-cp312-{MANYLINUX}", requires=["leaf"])
    index.wheel("leaf", "1.0")
    old = index.digest(f"core-1.0-cp311-cp311-{MANYLINUX}.whl")
    text = f"core==1.0 --hash=sha256:{old}\n"
    (project / "requirements.txt").write_text(text)
    done = bootfit("--fix", "--write")
    assert done.returncode == 1
    assert "some requirements list hashes" in done.stdout
    assert (project / "requirements.txt").read_text() == text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("core", "no pin of the project leads to it"),
        ("core==1.0", "no other versions of core mend it"),
        ("absent==1.0", "no other versions of absent mend it"),
    ],
)
def test_where_no_edit_helps_it_says_so_and_writes_nothing(index, project, bootfit, line, why):
    index.sdist("core", "1.0", RUST)
    (project / "requirements.txt").write_text(f"{line}\n")
    done = bootfit("--fix", "--write", "--format", "json")
    assert done.returncode == (1 if line != "absent==1.0" else 3)
    assert (project / "requirements.txt").read_text() == f"{line}\n"
    if done.returncode == 1:
        assert why in json.loads(done.stdout)["check"]["fix"]["reasons"][0]


def test_a_lock_is_not_edited_but_the_command_is_named(index, project, bootfit):
    index.sdist("core", "1.0", RUST)
    name = "core-1.0.tar.gz"
    text = (
        'version = 1\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n'
        'dependencies = [{ name = "core" }]\n[[package]]\nname = "core"\nversion = "1.0"\n'
        f'source = {{ registry = "{index.url}" }}\n'
        f'sdist = {{ url = "{index.url.removesuffix("/simple")}/files/{name}", '
        f'hash = "sha256:{index.digest(name)}" }}\n'
    )
    (project / "uv.lock").write_text(text)
    done = bootfit("-r", "uv.lock", "--fix", "--write")
    assert done.returncode == 1
    assert "uv lock --upgrade-package core" in " ".join(done.stdout.split())
    assert (project / "uv.lock").read_text() == text


def test_a_file_outside_the_project_is_not_edited(index, project, bootfit, models):
    (project.parent / "outside.txt").write_text("models==2.4\n")
    (project / "requirements.txt").write_text("-r ../outside.txt\n")
    done = bootfit("--fix", "--write")
    assert done.returncode == 1
    assert "lies outside the project" in done.stdout
    assert (project.parent / "outside.txt").read_text() == "models==2.4\n"


def test_a_file_that_changes_meanwhile_is_not_written_over(index, project, bootfit, models):
    path = project / "requirements.txt"
    path.write_text("models==2.4\n")
    page = index.page("models")

    def change_it(handler):
        path.write_text("models==2.4\n# another hand\n")
        handler.give(200, page[0], page[1].encode())

    index.answers["/simple/models/"] = change_it
    done = bootfit("--fix", "--write")
    assert done.returncode in {0, 2}
    assert path.read_text().endswith("# another hand\n")


def test_what_was_read_must_still_stand_there_when_it_is_written(project):
    (project / "a.txt").write_text("a==2\n")
    (project / "b.txt").write_text("b==1\n")
    files = [FileChange("b.txt", b"b==1\n", b"b==2\n"), FileChange("a.txt", b"a==1\n", b"a==3\n")]
    with pytest.raises(UsageError, match="was changed while"):
        write_changes(project, files)
    assert (project / "b.txt").read_text() == "b==1\n"


def test_options_without_fix_are_refused(project, bootfit):
    (project / "requirements.txt").write_text("")
    for options in (["--write"], ["--diff"], ["--fix", "--write", "--diff"]):
        done = bootfit(*options)
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize(
    "header",
    [
        (
            "# This file was autogenerated by uv via the following command:\n"
            "#    uv pip compile requirements.in -o requirements.txt\n"
        ),
        (
            "#\n# This file is autogenerated by pip-compile with Python 3.12\n"
            "# by the following command:\n#\n#    pip-compile --strip-extras requirements.in\n#\n"
        ),
    ],
)
def test_a_compiled_file_is_changed_with_a_word_about_its_source(
    index, project, bootfit, models, header
):
    (project / "requirements.txt").write_text(
        f"{header}models==2.4\n    # via -r requirements.in\n"
    )
    done = bootfit("--fix", "--write")
    assert done.returncode == 0
    text = (project / "requirements.txt").read_text()
    assert text == f"{header}models==2.6\n    # via -r requirements.in\n"
    command = header.strip("#\n ").splitlines()[-1].strip("# ")
    assert f"is written by `{command}`" in " ".join(done.stdout.split())
