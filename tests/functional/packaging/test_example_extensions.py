"""The two example extensions, installed for real: found, held to the contracts, and at work."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bootfit.model.document import encode_run
from bootfit.testing import example_run

EXAMPLES = Path(__file__).parents[2] / "assets" / "extensions"
CONTRACTS = """\
from bootfit.testing import check_emitter, check_installed, check_platforms, check_rules

rules = check_installed("rules", "acme")
assert [one.subject for one in check_rules(rules)] == ["search:torch"]
(platform,) = check_platforms(check_installed("platforms", "app-platform"))
files = check_emitter(check_installed("emitters", "app-platform"), platform)
print(files[".do/app.yaml"])
"""

pytestmark = [pytest.mark.slow, pytest.mark.network]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder that pip has installed both into."""
    folder = tmp_path_factory.mktemp("site")
    names = ("acme_platform", "acme_rules")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    done = subprocess.run(
        [*map(str, pip), *(str(EXAMPLES / name) for name in names)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return folder


def run(site, *args, **variables):
    return subprocess.run(
        [sys.executable, *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(site), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def lines(done):
    return {tuple(line.split()[:3]) for line in done.stdout.splitlines()}


def test_they_are_listed_with_what_brings_them_and_can_be_left_out(site):
    theirs = {
        ("rules", "acme", "acme-rules"),
        ("emitters", "app-platform", "acme-platform"),
        ("platforms", "app-platform", "acme-platform"),
    }
    listed = run(site, "-m", "bootfit", "extensions")
    assert listed.returncode == 0, listed.stderr
    assert theirs <= lines(listed)
    assert all(
        line.rstrip().endswith("ok") for line in listed.stdout.splitlines() if "acme" in line
    )
    without = run(site, "-m", "bootfit", "extensions", BOOTFIT_EXTENSIONS="")
    assert lines(without) == lines(listed) - theirs
    assert lines(without)


def test_they_keep_the_contracts(site):
    done = run(site, "-c", CONTRACTS)
    assert done.returncode == 0, done.stderr
    assert '"instance_size_slug": "apps-s-1vcpu-0.5gb"' in done.stdout


def test_the_rule_finds_and_decides_the_exit_code(site, tmp_path):
    document = tmp_path / "run.json"
    document.write_bytes(encode_run(replace(example_run(), findings=())))
    shown = run(site, "-m", "bootfit", "report", document, "--fail-on", "warning")
    assert shown.returncode == 1
    assert "ACME101 search:torch takes seconds to import" in " ".join(shown.stdout.split())
    without = run(
        site, "-m", "bootfit", "report", document, "--fail-on", "warning", BOOTFIT_EXTENSIONS=""
    )
    assert without.returncode == 0
    assert "ACME101" not in without.stdout
    again = tmp_path / "again.json"
    run(site, "-m", "bootfit", "report", document, "--format", f"json={again}")
    twice = run(site, "-m", "bootfit", "report", again)
    assert twice.stdout.count("ACME101") == 1
    explained = run(site, "-m", "bootfit", "explain", "ACME101")
    assert "two CPU seconds" in explained.stdout


def test_the_emitter_writes_for_its_platform(site, tmp_path):
    sample = example_run()
    measured = sample.measurements
    small = replace(measured, probes=tuple(one for one in measured.probes if _light(one)))
    document = tmp_path / "run.json"
    document.write_bytes(encode_run(replace(sample, findings=(), measurements=small)))
    (tmp_path / "pyproject.toml").write_text('[tool.bootfit]\nname = "shop"\n')
    emitted = tmp_path / "emitted.json"
    done = run(
        site,
        "-m",
        "bootfit",
        "emit",
        tmp_path,
        "--platform",
        "app-platform-basic",
        "--measured",
        document,
        "--format",
        f"json={emitted}",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files = {one["path"]: one["text"] for one in json.loads(emitted.read_text())["emitted"]}
    text = files[".do/app.yaml"]
    body = json.loads(text[text.index("{") :])
    assert body["services"][0]["run_command"].startswith("gunicorn shop.main:app")


def _light(probe):
    return probe.figures.peak_anonymous_bytes.median < 100 * 1024 * 1024


def test_examples_are_short():
    for file in EXAMPLES.glob("**/*.py"):
        assert len(file.read_text().splitlines()) < 25, file
