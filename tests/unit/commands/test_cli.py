"""The command line: exit codes, streams, and what a command loads."""

import json
import os
import subprocess
import sys

import pytest

from bootfit.model.document import encode_run
from run_documents import full_run


def bootfit(*args, **options):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,
    )


def test_version():
    done = bootfit("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("bootfit, version 0.")


def test_a_mistyped_command_is_a_usage_error_with_the_nearest():
    done = bootfit("chekc")
    assert done.returncode == 2
    assert "Did you mean 'check'?" in done.stderr
    assert done.stdout == ""


def test_an_unknown_option_is_a_usage_error():
    done = bootfit("check", "--plattform", "x")
    assert done.returncode == 2
    assert "--platform" in done.stderr


@pytest.mark.parametrize("args", [("fit", "absent"), ("check", "absent")])
def test_no_such_project(args, tmp_path):
    done = bootfit(*args, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_explain_a_rule_by_code_and_by_slug():
    by_code, by_slug = bootfit("explain", "bf901"), bootfit("explain", "broken-extension")
    assert by_code.returncode == by_slug.returncode == 0
    assert by_code.stdout == by_slug.stdout
    assert "BOOTFIT_EXTENSIONS=" in by_code.stdout


def test_explain_an_unknown_rule():
    done = bootfit("explain", "BF90")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "did you mean BF90" in done.stderr


def test_report_in_several_formats(tmp_path):
    document = tmp_path / "run.json"
    document.write_bytes(encode_run(full_run()))
    done = bootfit(
        "report", str(document), "--format", f"json={tmp_path / 'again.json'}", "--format", "text"
    )
    assert done.returncode == 1  # the run holds an error
    assert "does not pass on Render free" in done.stdout
    assert (tmp_path / "again.json").read_bytes() == document.read_bytes()


def test_report_fail_on(tmp_path):
    document = tmp_path / "run.json"
    text = encode_run(full_run()).decode().replace('"severity": "error"', '"severity": "warning"')
    document.write_text(text)
    assert bootfit("report", str(document)).returncode == 0
    assert bootfit("report", str(document), "--fail-on", "warning").returncode == 1


def test_a_report_that_cannot_be_written_is_told_before_anything_is_done(tmp_path):
    (tmp_path / "requirements.txt").write_text("absent==1.0\n")
    nobody = ("--index-url", "http://127.0.0.1:9/simple")
    done = bootfit("check", *nobody, "--format", "json=no/such/folder.json", cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "cannot write no/such/folder.json: its folder is not there" in done.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("absent.json",), "absent.json"),
        (("run.json", "--format", "jsno"), "did you mean json"),
        (("run.json", "--format", "json", "--format", "text"), "one output"),
        (("run.json", "--format", "json=no/such/folder.json"), "cannot write"),
    ],
)
def test_report_bad_usage_is_one_line(tmp_path, args, message):
    (tmp_path / "run.json").write_bytes(encode_run(full_run()))
    done = bootfit("report", *args, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_listing_the_commands_loads_none_of_them():
    code = (
        "import sys, json\n"
        "from bootfit.cli import group\n"
        "group.main(['--help'], standalone_mode=False)\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    heavy = {"rich", "requests", "msgspec", "psutil", "packaging", "ruamel", "importlib.metadata"}
    assert heavy.isdisjoint(loaded)
    assert not [name for name in loaded if name.startswith("bootfit.commands.")]


def install(folder, group, value, files=()):
    """Lay a distribution called odd into ``folder``, with one extension."""
    info = folder / "odd-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[bootfit.{group}]\nodd = {value}\n")
    for name, text in files:
        (folder / name).write_text(text)
    return {"PYTHONPATH": str(folder)}


def test_a_third_party_extension_that_is_broken_is_listed_and_can_be_left_out(tmp_path):
    environment = install(tmp_path, "rules", "absent_module:RULES")
    listed = bootfit("extensions", env=environment)
    assert listed.returncode == 0
    (line,) = [line for line in listed.stdout.splitlines() if " odd " in line]
    assert "broken: ModuleNotFoundError" in line
    without = bootfit("extensions", env={**environment, "BOOTFIT_EXTENSIONS": ""})
    assert " odd " not in without.stdout
    explained = bootfit("explain", "BF901", env=environment)
    assert explained.returncode == 0
    assert "odd" in explained.stderr


@pytest.mark.parametrize("text", ["name = 3\n", "[[[\n"], ids=["shape", "syntax"])
def test_a_broken_platform_of_a_third_party_is_a_finding_and_the_run_goes_on(tmp_path, text):
    extension = tmp_path / "site"
    extension.mkdir()
    module = "from pathlib import Path\nFILES = (Path(__file__).with_name('acme.toml'),)\n"
    files = (("odd_platform.py", module), ("acme.toml", text))
    environment = install(extension, "platforms", "odd_platform:FILES", files)
    project = tmp_path / "project"
    project.mkdir()
    (project / "requirements.txt").write_text("# nothing\n")
    done = bootfit("check", str(project), env=environment)
    assert done.returncode == 0, done.stderr
    assert "BF901" in done.stdout
    assert "acme" in done.stdout


def test_a_fault_of_ours_is_no_finding(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "from bootfit.report import text\n"
        "def render(run, style):\n"
        "    raise LookupError('deep inside')\n"
        "text.render = render\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    document = tmp_path / "run.json"
    document.write_bytes(encode_run(full_run()))
    done = bootfit("report", str(document), env=environment)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "LookupError: deep inside" in done.stderr
    told = bootfit("report", str(document), "-v", env=environment)
    assert "Traceback" in told.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--offline", "--refresh"), "exclude each other"),
        (("--matrix", "3.x"), "'3.x' is not a range of Pythons"),
    ],
)
def test_check_options_that_make_no_sense(tmp_path, options, message):
    (tmp_path / "requirements.txt").write_text("a\n")
    result = bootfit("check", str(tmp_path), *options)
    assert result.returncode == 2
    assert message in result.stderr


@pytest.mark.parametrize("option", ["--time-limit=1000000000", "--samples=51", "--jobs=65"])
def test_an_option_out_of_its_bounds_is_a_usage_error(option, tmp_path):
    done = bootfit("measure", option, str(tmp_path))
    assert done.returncode == 2
    assert "is not in the range" in done.stderr
