"""Base against head for real: two commits of a tiny app, in worktrees, on this machine."""

import json
import os
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path

import pytest

from bootfit.model.document import decode_run, encode_run
from run_documents import full_run

GATE = Path(__file__).parents[3] / "ci" / "scripts" / "gate.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc")


def left(repository):
    """Return what the gate left in the checkout beside its reports."""
    told = repository.git("status", "--short", "--untracked-files=all").splitlines()
    return [one for one in told if "bootfit-report/" not in one]


@pytest.mark.slow
def test_what_grew_fails_the_job_in_every_report(repository, gate, tmp_path):
    base = repository.commit("base", mebibytes=8)
    head = repository.commit("head", mebibytes=14)
    (repository.folder / "app.py").write_text("raise SystemExit('not committed, not measured')\n")
    done = gate(
        repository,
        base="HEAD^",
        GITHUB_ACTIONS="true",
        GITHUB_OUTPUT=str(tmp_path / "outputs"),
    )
    assert done.returncode == 1, done.stderr
    annotation = next(one for one in done.stdout.splitlines() if "BF601" in one)
    assert annotation.startswith("::error title=BF601 memory-regression::memory of app grew by 6.0")
    reports = repository.folder / "bootfit-report"
    assert {one.name for one in reports.iterdir()} == {
        *("run.json", "summary.md", "run.sarif", "gitlab.json"),
        *("junit.xml", "metrics.txt", "run.html"),
    }
    run = decode_run((reports / "run.json").read_bytes(), "run.json")
    assert (run.comparison.base, run.comparison.head) == (base[:12], head[:12])
    assert run.comparison.in_turn
    assert [one.code for one in run.findings if one.severity.value == "error"] == ["BF601"]
    summary = (reports / "summary.md").read_text()
    assert "BF601" in summary
    assert f"{base[:12]} to {head[:12]}" in summary
    assert "BF601" in (reports / "gitlab.json").read_text()
    assert "BF601" in (reports / "run.sarif").read_text()
    assert "BF601" in (reports / "junit.xml").read_text()
    outputs = dict(one.split("=", 1) for one in (tmp_path / "outputs").read_text().splitlines())
    assert outputs == {"exit-code": "1", "reports": str(reports)}
    assert left(repository) == ["M app.py"]
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_pull_request_is_compared_with_where_it_left_its_target(
    repository, monkeypatch, tmp_path
):
    left = repository.commit("base", mebibytes=8)
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit("head", README__md="words\n")
    repository.git("checkout", "--quiet", "main")
    target = repository.commit("meanwhile", mebibytes=30)
    repository.git("checkout", "--quiet", "change")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": target}}}))
    monkeypatch.syspath_prepend(GATE.parent)
    checkouts = import_module("checkouts")
    said = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    found = checkouts.base_commit(checkouts.Repository(repository.folder), "", said)
    assert found == left


def test_the_base_of_a_shallow_clone_is_fetched(repository, monkeypatch, tmp_path):
    """As forges check out: the merge alone, without the commits that it names."""
    repository.commit("root", mebibytes=8)
    repository.git("checkout", "--quiet", "-b", "change")
    repository.commit("head", README__md="words\n")
    repository.git("checkout", "--quiet", "main")
    target = repository.commit("meanwhile", NEWS__md="news\n")
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
    merge = repository.git("rev-parse", "HEAD")
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    event = tmp_path / "event.json"
    event.write_text(
        json.dumps(
            {
                "pull_request": {"base": {"sha": "0" * 40}},
                "merge_group": {"base_sha": target},
            }
        )
    )
    monkeypatch.syspath_prepend(GATE.parent)
    checkouts = import_module("checkouts")
    on_github = {"GITHUB_EVENT_PATH": str(event), "GITHUB_SHA": merge}
    for number, (base, said) in enumerate(
        [
            ("", {**on_github, "GITHUB_EVENT_NAME": "pull_request"}),
            ("", {**on_github, "GITHUB_EVENT_NAME": "merge_group"}),
            ("", {"CI_MERGE_REQUEST_DIFF_BASE_SHA": target}),
            ("", {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target}),
            (target, {}),
            ("target", {}),
        ]
    ):
        clone = tmp_path / f"clone-{number}"
        repository.git("branch", "--force", "target", target)
        repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(clone))
        found = checkouts.base_commit(checkouts.Repository(clone), base, said)
        assert found == target, said
        assert checkouts.base_commit(checkouts.Repository(clone), "none", said) is None
    pushed = {**on_github, "GITHUB_EVENT_NAME": "push"}
    assert checkouts.base_commit(checkouts.Repository(clone), "", pushed) is None


def test_a_base_that_does_not_import_is_told_and_does_not_block_what_mends_it(repository, gate):
    repository.commit("base", app__py="import nothing_of_that_name\n")
    repository.commit("head", mebibytes=8)
    done = gate(repository, base="HEAD^", GITHUB_ACTIONS="true")
    assert done.returncode == 0, done.stdout + done.stderr
    warning = next(one for one in done.stdout.splitlines() if one.startswith("::warning"))
    assert "could not be compared" in warning
    summary = (repository.folder / "bootfit-report" / "summary.md").read_text()
    assert summary.startswith("## ✅")
    assert "⚠️" in summary
    assert "could not be compared" in summary


def test_a_cancelled_job_leaves_neither_worktrees_nor_files(repository, tmp_path):
    repository.commit("base", mebibytes=1)
    (tmp_path / "temp").mkdir()
    gate = subprocess.Popen(
        [sys.executable, GATE],
        cwd=repository.folder,
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(tmp_path / "temp"),
            "BOOTFIT_CI_BASE": "HEAD",
            "BOOTFIT_CI_INSTALL": 'touch "$STARTED"; exec sleep 60',
            "BOOTFIT_CI_PYTHON": sys.executable,
            "STARTED": str(tmp_path / "started"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with gate:
        end = time.monotonic() + 60
        while not (tmp_path / "started").exists():
            assert gate.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        assert len(repository.git("worktree", "list").splitlines()) == 3
        gate.terminate()
        assert gate.wait(30) == 143
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_head_that_cannot_be_looked_at_has_a_summary_as_well(repository, gate):
    repository.commit("head", app__py="import nothing_of_that_name\n")
    (repository.folder / "pyproject.toml").write_text("[tool.bootfit]\nplatfrom = 'render'\n")
    repository.commit("a slip of the pen")
    done = gate(repository, base="none")
    assert done.returncode == 2
    summary = (repository.folder / "bootfit-report" / "summary.md").read_text()
    assert summary.startswith("## ❌")
    assert "did you mean platform?" in summary


@pytest.mark.slow
def test_a_baseline_in_the_repository_stands_for_the_base(repository, gate, run):
    repository.commit("base", mebibytes=8)
    written = run(
        [
            *(sys.executable, "-m", "bootfit", "baseline", "write", "-q", "--interpreter"),
            sys.executable,
        ],
        repository.folder,
    )
    assert written.returncode == 0, written.stderr
    repository.commit("head", mebibytes=14)
    done = gate(repository, leg="baseline", base="HEAD^")
    assert done.returncode == 1, done.stderr
    reports = repository.folder / "bootfit-report"
    run_document = json.loads((reports / "run.json").read_text())
    worse = run_document["findings"][0]
    assert (worse["code"], worse["place"]["path"]) == ("BF601", "bootfit-baseline.toml")
    assert "bootfit-baseline.toml" in run_document["comparison"]["base"]
    assert str(repository.folder.parent) not in (reports / "summary.md").read_text()


@pytest.mark.slow
def test_shards_are_measured_in_environments_of_each_side_and_merged(repository, gate, tmp_path):
    """What installs sees the side's folder and environment, and no token of the job."""
    repository.commit("base", mebibytes=8)
    repository.commit("head", mebibytes=14)
    seen = tmp_path / "seen"
    done = gate(
        repository,
        base="HEAD^",
        shard="1/1",
        interpreter="",
        python=sys.executable,
        install='pwd >> "$SEEN"; command -v python >> "$SEEN"; env >> "$SEEN.env"',
        SEEN=str(seen),
        GITHUB_TOKEN="a-secret",
        BOOTFIT_NOTE_TOKEN="a-secret",
        GITHUB_ENV="a-secret",
    )
    assert done.returncode == 0, done.stderr
    head, its_python, base, the_other = map(Path, seen.read_text().splitlines())
    assert (head.name, base.name) == ("head", "base")
    assert its_python == head / ".venv" / "bin" / "python"
    assert the_other == base / ".venv" / "bin" / "python"
    environment = (tmp_path / "seen.env").read_text()
    assert "VIRTUAL_ENV=" in environment
    assert "a-secret" not in environment
    reports = repository.folder / "bootfit-report"
    assert sorted(one.name for one in reports.iterdir()) == ["base-1-of-1.json", "head-1-of-1.json"]
    done = gate(repository, merge="bootfit-report")
    assert done.returncode == 1, done.stderr
    assert "BF601" in (reports / "summary.md").read_text()
    # A base that one machine could not measure blocks nobody.
    (reports / "base-2-of-2.json").write_text("{}")
    done = gate(repository, merge="bootfit-report")
    assert done.returncode == 0, done.stderr
    assert "base-2-of-2.json is no run document" in (reports / "summary.md").read_text()


def test_what_is_measured_and_what_is_required_are_one_comparison(monkeypatch):
    """Of `fit`: measured in turn, and two checks beside that."""
    monkeypatch.syspath_prepend(GATE.parent)
    documents = import_module("documents")

    def compared(subject, figure, finding, **more):
        change = {"subject": subject, "figure": figure}
        comparison = {"changes": [change], "weaknesses": ["w"], "added": [], "dropped": [], **more}
        return {"findings": ["both", finding], "comparison": comparison}

    joined = documents.joined(
        compared("app", "memory", "grew", in_turn=True, weaknesses=["busy"]),
        compared("requirements", "download", "larger", in_turn=False, added=["six 1.17"]),
    )
    whole = documents.with_comparison({"findings": ["own"]}, joined, "1234", "5678")
    assert whole["findings"] == ["own", "both", "grew", "larger"]
    told = whole["comparison"]
    assert [one["subject"] for one in told["changes"]] == ["app", "requirements"]
    assert (told["base"], told["head"], told["in_turn"]) == ("1234", "5678", True)
    assert (told["weaknesses"], told["added"]) == (["busy", "w"], ["six 1.17"])
    run = json.loads(encode_run(full_run("fit")))
    alone = documents.only_check(run)
    bare = decode_run(json.dumps(alone).encode(), "run.json")
    assert bare.check == full_run("fit").check
    assert (bare.measurements, bare.findings, bare.command) == (None, (), "check")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"leg": "fti"}, "leg is one of"),
        ({"rounds": "many"}, "rounds is a number"),
        ({"shard": "two"}, "shard is like 2/4"),
        ({"project": "../elsewhere"}, "inside the repository"),
        ({"fail_on": "never"}, "fail-on is one of"),
        ({"base": "--upload-pack=touch"}, "not in this clone"),
        ({"base": "no-such-branch"}, "not in this clone"),
        ({"merge": "nothing-here"}, "no documents of shards"),
        ({"GITHUB_EVENT_NAME": "pull_request_target"}, "use pull_request"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(repository, script, inputs, message):
    repository.commit("head", mebibytes=1)
    named = {
        f"BOOTFIT_CI_{name.upper()}" if name.islower() else name: value
        for name, value in inputs.items()
    }
    code, said = script("gate", repository.folder, **named)
    assert code == 2
    assert message in said
    assert said.count("\n") == 1
