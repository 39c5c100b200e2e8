"""A stranger's extension that breaks when it is loaded or called is BF901, no end of the run."""

import json
import os
import subprocess
import sys

import pytest

from bootfit.commands.walk import Walk
from bootfit.model.document import encode_run
from run_documents import full_run

MODULE = """\
import sys

def raising(*_):
    raise RuntimeError("wild\\ntwo lines")

def leaving(*_):
    sys.exit(7)

def wrong(*_):
    return 3

def well(*_):
    return {"wild.txt": "fine"}

class Files:
    def __iter__(self):
        sys.exit(7)

FILES = Files()

class Rule:
    pass
"""
ENTRIES = """\
[bootfit.reports]
raising = wild:raising
leaving = wild:leaving
wrong = wild:wrong

[bootfit.emitters]
raising = wild:raising
leaving = wild:leaving
wrong = wild:wrong
well = wild:well

[bootfit.platforms]
wild = wild:FILES

[bootfit.rules]
wild = wild_rules:RULES
"""
RULES = """\
from bootfit.model.finding import Rule, Severity

class Speechless(Rule):
    code, slug, severity = "XX901", "speechless", Severity.NOTE

    @classmethod
    def explanation(cls):
        raise SystemExit("no words")

RULES = (Speechless,)
"""


@pytest.fixture
def wild(tmp_path):
    folder = tmp_path / "site"
    information = folder / "wild-1.0.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: wild\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(ENTRIES)
    (folder / "wild.py").write_text(MODULE)
    (folder / "wild_rules.py").write_text(RULES)
    return folder


def bootfit(wild, *args):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(wild)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("raising", "RuntimeError: wild two lines"),
        ("leaving", "SystemExit: 7"),
        ("wrong", "TypeError: it returned int, not str"),
    ],
)
def test_a_report_that_breaks_is_a_finding_in_the_others(name, cause, wild, tmp_path):
    document, again, lost = tmp_path / "run.json", tmp_path / "again.json", tmp_path / "lost"
    document.write_bytes(encode_run(full_run()))
    plain = bootfit(wild, "report", document)
    formats = ["--format", f"json={again}", "--format", f"{name}={lost}"]
    done = bootfit(wild, "report", document, *formats)
    assert done.returncode == plain.returncode
    assert done.stderr == f"bootfit: extension {name!r} of wild cannot be used: {cause}\n"
    assert not lost.exists()
    told = [f for f in json.loads(again.read_text())["findings"] if f["code"] == "BF901"]
    # The rules of the same distribution are broken as well, and told once.
    assert sorted(one["subject"] for one in told) == sorted([f"wild:{name}", "wild:wild"])
    # On stdout the text report stands in for it.
    shown = bootfit(wild, "report", document, "--format", name)
    assert shown.returncode == plain.returncode
    assert "BF901" in shown.stdout


def test_platforms_and_rules_that_leave_are_told_and_the_others_are_listed(wild):
    done = bootfit(wild, "platforms")
    assert done.returncode == 0
    assert "render-free" in done.stdout
    assert "'wild' of wild cannot be used: SystemExit: 7" in done.stderr
    done = bootfit(wild, "explain")
    assert done.returncode == 0
    assert "BF901" in done.stdout
    assert "XX901" not in done.stdout
    assert "cannot be used: SystemExit: no words" in done.stderr


def test_emitters_that_break_at_work_write_nothing_and_are_told(wild, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(wild))
    (tmp_path / "pyproject.toml").write_text('[tool.bootfit]\nplatform = "render-free"\n')
    options = {
        "project": tmp_path,
        "platform": None,
        "python": None,
        "requirements": (),
        "quiet": True,
    }
    walk = Walk("emit", options)
    emitters = walk.emitters()
    assert emitters["well"](None, None) == {"wild.txt": "fine"}
    for name in ("raising", "leaving", "wrong"):
        assert emitters[name](None, None) == {}
    told = {finding.subject for finding in walk.run.findings if finding.code == "BF901"}
    assert told == {"wild:wild", "wild:raising", "wild:leaving", "wild:wrong"}
