"""`--format NAME[=FILE]` from a run document and from a command that makes one."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest

from bootfit.model.document import encode_run
from report_documents import rich_run

FORMATS = {
    "markdown": "## ❌ shop",
    "github": "::error ",
    "gitlab": "[\n",
    "junit": "<?xml",
    "sarif": "{\n",
    "openmetrics": "# TYPE bootfit_run info",
    "html": "<!DOCTYPE html>",
}


def bootfit(*args, **options):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *args],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,
    )


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "run.json"
    path.write_bytes(encode_run(rich_run()))
    return path


def test_all_formats_at_once_into_files(document, tmp_path):
    wanted = [f"--format={name}={tmp_path / name}" for name in FORMATS]
    done = bootfit("report", str(document), *wanted)
    assert done.returncode == 1, done.stderr
    assert (done.stdout, done.stderr) == ("", "")
    for name, start in FORMATS.items():
        text = (tmp_path / name).read_text("utf-8")
        assert text.lstrip().startswith(start), name


def test_one_format_on_stdout(document):
    done = bootfit("report", str(document), "--format", "github")
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("::error file=requirements.txt,line=3,")


def test_the_step_summary_is_a_file_like_any_other(document, tmp_path):
    summary = tmp_path / "summary.md"
    summary.touch()
    done = bootfit("report", str(document), "--format=github", f"--format=markdown={summary}")
    assert done.returncode == 1
    assert summary.read_text("utf-8").startswith("## ❌")


def test_a_command_that_makes_a_run_offers_the_same(tmp_path):
    (tmp_path / "requirements.txt").write_text("")
    done = bootfit(
        "check",
        "--platform=render-free",
        "--format=sarif=run.sarif",
        "--format=junit=run.xml",
        "--format=html=run.html",
        cwd=tmp_path,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert json.loads((tmp_path / "run.sarif").read_text())["version"] == "2.1.0"
    assert ET.parse(tmp_path / "run.xml").getroot().tag == "testsuites"
    assert "on Render Free" in (tmp_path / "run.html").read_text()


def test_a_missing_extra_is_told_before_any_work(tmp_path):
    code = (
        "import sys, importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'plotly' else found(name, *rest)\n"
        "from bootfit.cli import main\n"
        "sys.argv = ['bootfit', 'check', 'absent', '--format', 'html=x.html']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert done.stderr == "bootfit: format 'html' needs plotly (pip install 'bootfit[report]')\n"


def test_the_page_is_made_without_importing_the_library(document):
    code = (
        "import sys\n"
        "from bootfit.cli import main\n"
        f"sys.argv = ['bootfit', 'report', {str(document)!r}, '--format', 'html']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'plotly', 'narwhals', 'numpy', 'pandas', 'uv', 'requests', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "[]\n"
