"""`bootfit compare`, `baseline` and `merge` on documents: exit codes, streams and files."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from bootfit.model.document import encode_run
from bootfit.model.run import Shard
from run_documents import figures, full_run


def bootfit(*args, cwd, **variables):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *map(str, args)],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def run(peak_mib=52.0):
    """Return a run of the shop whose richest implementation peaks there; it has errors itself."""
    whole = full_run("measure")
    probes = tuple(
        replace(one, figures=figures(peak_mib))
        if (one.mode, one.implementations) == ("on_top", ("search:numpy",))
        else one
        for one in whole.measurements.probes
    )
    return replace(whole, measurements=replace(whole.measurements, probes=probes))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.bootfit]\nname = "shop"\nplatform = "render-free"\npython = "3.11.9"\n'
    )
    (tmp_path / "base.json").write_bytes(encode_run(run()))
    (tmp_path / "head.json").write_bytes(encode_run(run(57.0)))
    return tmp_path


def test_the_same_run_passes_though_it_has_errors_of_its_own(folder):
    done = bootfit("compare", "base.json", "base.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "BF101" not in done.stdout
    assert "✓ shop takes no more than it did" in done.stdout


def test_a_regression_fails_and_says_by_how_much(folder):
    done = bootfit("compare", "base.json", "head.json", cwd=folder)
    assert done.returncode == 1
    line = next(one for one in done.stdout.splitlines() if one.startswith("search:numpy"))
    assert line.split()[1:] == [
        *("memory", "22.0", "MiB", "27.0", "MiB", "+5.0", "MiB", "(23", "%)"),
        *("1.8", "MiB", "noise", "✗", "worse"),
    ]
    assert "BF601" in done.stdout
    assert "✗ shop takes more than it did: 1 error(s)" in done.stdout
    # The other way round it is better, and so no finding.
    done = bootfit("compare", "head.json", "base.json", cwd=folder)
    assert done.returncode == 0
    assert "✓ better" in done.stdout


def test_what_is_tolerated_comes_from_option_environment_and_configuration(folder):
    args = ("compare", "base.json", "head.json")
    assert bootfit(*args, "--allow", "memory=6Mi", cwd=folder).returncode == 0
    assert bootfit(*args, cwd=folder, BOOTFIT_ALLOW="memory=6Mi").returncode == 0
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[tool.bootfit.compare.subjects.search]\nmemory = "6Mi"\n')
    assert bootfit(*args, cwd=folder).returncode == 0
    elsewhere = bootfit(
        "compare", folder / "base.json", folder / "head.json", "--project", folder, cwd="/"
    )
    assert elsewhere.returncode == 0
    unknown = bootfit(*args, "--allow", "memroy=6Mi", cwd=folder)
    assert unknown.returncode == 2
    assert "did you mean memory?" in unknown.stderr


def test_the_document_holds_the_comparison_and_can_be_reported_again(folder):
    done = bootfit("compare", "base.json", "head.json", "--format", "json=out.json", cwd=folder)
    assert done.returncode == 1
    told = json.loads((folder / "out.json").read_text())
    assert told["comparison"]["base"] == "base.json"
    (worse,) = [c for c in told["comparison"]["changes"] if c["verdict"] == "worse"]
    assert (worse["subject"], worse["figure"], worse["decided_by"]) == (
        *("search:numpy", "memory"),
        "noise",
    )
    assert [one["code"] for one in told["findings"]] == ["BF601"]
    again = bootfit("report", "out.json", cwd=folder)
    assert again.returncode == 1
    assert "search:numpy" in again.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("absent.json", "head.json"), "cannot read absent.json"),
        (("pyproject.toml", "head.json"), "pyproject.toml is no baseline"),
        (("base.json", "."), "one of BASE and HEAD is a folder"),
        (("base.json", "pyproject.toml"), "pyproject.toml is no run document"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(folder, args, message):
    done = bootfit("compare", *args, cwd=folder)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_nothing_in_common_is_not_determined(folder):
    bare = replace(run(), check=None, measurements=None)
    (folder / "bare.json").write_bytes(encode_run(bare))
    done = bootfit("compare", "base.json", "bare.json", cwd=folder)
    assert done.returncode == 3
    assert "no figure in common" in done.stderr


def test_a_baseline_is_written_checked_and_taken_over(folder):
    name = "bootfit-baseline.toml"
    missing = bootfit("baseline", "check", "--measured", "base.json", cwd=folder)
    assert missing.returncode == 2
    assert name in missing.stderr
    assert "baseline write" in missing.stderr
    done = bootfit("baseline", "write", "--measured", "base.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    first = (folder / name).read_bytes()
    assert bootfit("baseline", "check", "--measured", "base.json", cwd=folder).returncode == 0
    checked = bootfit("baseline", "check", "--measured", "head.json", cwd=folder)
    assert checked.returncode == 1
    assert f"[{name}]" in checked.stdout
    assert (folder / name).read_bytes() == first
    assert bootfit("compare", name, "head.json", cwd=folder).returncode == 1
    again = bootfit("baseline", "write", "--measured", "base.json", cwd=folder)
    assert "unchanged" in again.stdout
    assert (folder / name).read_bytes() == first
    bootfit("baseline", "write", "--measured", "head.json", cwd=folder)
    differing = set((folder / name).read_text().splitlines()) - set(first.decode().splitlines())
    assert len(differing) == 1
    assert bootfit("baseline", "check", "--measured", "head.json", cwd=folder).returncode == 0
    # Now it is better than the baseline says: told, and no failure.
    better = bootfit("baseline", "check", "--measured", "base.json", cwd=folder)
    assert better.returncode == 0
    assert "BF609" in better.stdout


def test_the_configuration_says_where_the_baseline_lies(folder):
    with (folder / "pyproject.toml").open("a") as file:
        file.write('[tool.bootfit.compare]\nbaseline = "perf/base.toml"\n')
    refused = bootfit("baseline", "write", "--measured", "base.json", cwd=folder)
    assert refused.returncode == 2  # the folder is not there
    (folder / "perf").mkdir()
    bootfit("baseline", "write", "--measured", "base.json", cwd=folder)
    assert (folder / "perf" / "base.toml").is_file()
    assert not (folder / "bootfit-baseline.toml").exists()


def test_what_is_no_baseline_is_not_written_over(folder):
    (folder / "bootfit-baseline.toml").write_text("# mine\n")
    done = bootfit("baseline", "write", "--measured", "base.json", cwd=folder)
    assert done.returncode == 2
    assert (folder / "bootfit-baseline.toml").read_text() == "# mine\n"


def test_shards_are_merged_to_a_document_on_stdout_or_in_a_file(folder):
    for number, name in ((1, "search:words"), (2, "search:numpy")):
        whole = run()
        probes = tuple(one for one in whole.measurements.probes if one.subject == name)
        part = replace(
            whole,
            shard=Shard(number, 2),
            measurements=replace(whole.measurements, probes=probes),
        )
        (folder / f"{number}.json").write_bytes(encode_run(part))
    done = bootfit("merge", "1.json", "2.json", "--fail-on", "error", cwd=folder)
    told = json.loads(done.stdout)
    assert {tuple(one["implementations"]) for one in told["measurements"]["probes"]} == {
        ("search:numpy",),
        ("search:words",),
    }
    bootfit("merge", "1.json", "2.json", "-o", "whole.json", cwd=folder)
    assert json.loads((folder / "whole.json").read_text()) == told
    refused = bootfit("merge", "1.json", cwd=folder)
    assert refused.returncode == 2
    assert "shards missing: 2/2" in refused.stderr
    assert refused.stderr.count("\n") == 1
