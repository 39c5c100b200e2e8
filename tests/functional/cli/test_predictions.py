"""What is predicted against what is measured: synthetic apps, each under four servers."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bootfit.model.sizes import MIB

APP = Path(__file__).parents[2] / "assets" / "apps" / "ballast" / "app.py"
PROJECT = """\
[tool.bootfit]
name = "ballast"
platform = "render-standard"
app = "app:app"
plugins = "app:PLUGINS"
environment = {environment}

[tool.bootfit.server]
workers = {workers}
threads = {threads}
"""
APPS = {
    "steady": {"APP": 20, "PLUGIN": 90},
    "busy": {"PLUGIN": 30, "REQUEST": 25, "KEPT": 15},
    "solver": {"APP": 10, "PLUGIN": 20, "REQUEST": 5, "CHILD": 60},
}
SERVERS = [(1, 1), (1, 4), (2, 1), (2, 3)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc"),
]


def verified(folder, sizes, workers, threads, *options, memory="2Gi"):
    shutil.copy(APP, folder)
    pairs = ", ".join(f'BALLAST_{name} = "{size}"' for name, size in sizes.items())
    project = PROJECT.format(environment=f"{{{pairs}}}", workers=workers, threads=threads)
    (folder / "pyproject.toml").write_text(project)
    document = folder / "run.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "bootfit", "verify", str(folder)),
            *("--interpreter", sys.executable, "--samples", "1", "--memory", memory),
            *options,
            *("--format", f"json={document}", "--format", "text"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(document.read_text())


@pytest.mark.parametrize(("workers", "threads"), SERVERS)
@pytest.mark.parametrize("app", APPS)
def test_the_peak_is_predicted_within_a_tenth_and_hardly_ever_under(
    app, workers, threads, tmp_path
):
    document = verified(tmp_path, APPS[app], workers, threads)
    plan, evidence = document["plan"], document["evidence"]
    assert (plan["workers"], plan["threads"]) == (workers, threads)
    assert plan["memory"]["requests_basis"] == "measured"
    counted = evidence["peak_anonymous_bytes"] + (evidence["kernel_memory_bytes"] or 0)
    predicted = plan["memory"]["predicted_peak_bytes"]
    assert 0.95 * counted <= predicted <= 1.10 * counted, (
        f"predicted {predicted / MIB:.1f} MiB, measured {counted / MIB:.1f} MiB"
    )


def test_a_leak_is_found_and_its_worker_recycled_before_it_fills_the_memory(tmp_path):
    document = verified(tmp_path, {"PLUGIN": 20, "LEAK": 200}, 1, 2)
    plan = document["plan"]
    # Of the three requests of a round one leaks.
    (finding,) = [one for one in document["findings"] if one["code"] == "BF411"]
    told = float(finding["message"].split("about ")[1].split(" KiB")[0])
    assert 55 <= told <= 80
    assert 200 <= plan["max_requests"] <= 10_000
    assert plan["memory"]["growth_bytes"] > 0
    assert f"max_requests = {plan['max_requests']}" in "".join(
        file["text"] for file in document["emitted"] if file["path"] == "gunicorn.conf.py"
    )


@pytest.mark.root
def test_the_smallest_limit_is_found_and_is_what_the_prediction_says(tmp_path):
    document = verified(tmp_path, {"PLUGIN": 20}, 1, 1, "--find-limit", memory="112Mi")
    evidence, plan = document["evidence"], document["plan"]
    smallest = evidence["smallest_limit_bytes"]
    outcomes = dict(evidence["limits_tried"])
    assert set(outcomes.values()) == {True, False}
    assert outcomes[smallest]
    assert max(limit for limit, passed in outcomes.items() if not passed) < smallest
    assert 0.9 * evidence["peak_anonymous_bytes"] <= smallest
    assert smallest <= 1.1 * plan["memory"]["predicted_peak_bytes"]


def test_a_procfile_made_by_hand_is_said_not_to_be_what_ran(tmp_path):
    (tmp_path / "Procfile").write_text("web: gunicorn app:app --threads 2\n")
    document = verified(tmp_path, {}, 1, 1)
    (finding,) = [one for one in document["findings"] if one["code"] == "BF420"]
    assert (finding["subject"], finding["severity"]) == ("Procfile", "warning")
    assert (tmp_path / "Procfile").read_text() == "web: gunicorn app:app --threads 2\n"
