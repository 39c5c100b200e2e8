"""What was measured is compared with the target, by every command that has both."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from bootfit.commands.legs import measure
from bootfit.commands.walk import Walk
from bootfit.model.check import CheckResult, DistributionCheck
from bootfit.model.document import encode_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc")

APP = "def app(environ, start_response):\n    start_response('200 OK', [])\n    return [b'']\n"
OPTIONS = {
    "platform": None,
    "python": None,
    "requirements": (),
    "quiet": True,
    "samples": 1,
    "jobs": 1,
    "time_limit": 60,
    "measured": None,
}


def minor(step):
    """Return a Python that is ``step`` minor versions from the one that runs this."""
    return f"3.{sys.version_info[1] + step}.0"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "main.py").write_text(APP)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.bootfit]\nplatform = "render-free"\napp = "main:app"\n'
        f'interpreter = "{sys.executable}"\npython = "{minor(0)}"\n'
    )
    return tmp_path


def walk_of(project, **options):
    """A walk that has checked: the target gets a pytest of another version."""
    walk = Walk("fit", {**OPTIONS, "project": project, **options})
    drifted = DistributionCheck(
        "pytest", "1.2.3", direct=True, verdict="wheel", installs=True, chain=("here:1",)
    )
    checked = CheckResult(walk.run.target, (), (drifted,), resolved=True, download_bytes=None)
    walk.learn(check=checked)
    return walk


def comparisons(findings):
    return sorted(one.code for one in findings if one.code in {"BF309", "BF314"})


def test_fresh_measurements_are_compared_with_what_was_checked(project):
    walk = walk_of(project)
    measure(walk)
    assert comparisons(walk.run.findings) == ["BF314"]
    (drift,) = [one for one in walk.run.findings if one.code == "BF314"]
    assert any("1.2.3 on the target" in line for line in drift.evidence)


def test_fresh_measurements_are_compared_with_the_targets_python(project):
    walk = walk_of(project, python=minor(-1))
    measure(walk)
    assert comparisons(walk.run.findings) == ["BF309", "BF314"]


def test_an_earlier_document_is_compared_anew_with_this_target(project):
    """What it said of its own target is not carried over, and what holds for this one is told."""
    walk = walk_of(project, python=minor(-1))
    measure(walk)
    other = walk_of(project).run
    document = project / "run.json"
    # Measured for another Python's target; checked for the one that is asked for now.
    document.write_bytes(encode_run(replace(walk.run, target=other.target, check=other.check)))
    done = subprocess.run(
        [sys.executable, "-m", "bootfit", "emit", "--measured", "run.json", "--format", "json"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = [one["code"] for one in json.loads(done.stdout)["findings"]]
    assert found.count("BF314") == 1
    assert "BF309" not in found
