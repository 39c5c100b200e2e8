"""The main job, as `make fit` runs it: the real meal planner on Render's free plan."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
LADDERS = {
    "meal_distribution": ["scikit_learn", "coefficients", "fixed"],
    "week_optimizer": ["pulp", "greedy", "energy_only"],
    "spreadsheet_export": ["pandas", "streaming", "none"],
    "text_embeddings": ["sentence_transformers", "static", "hashing"],
    "vector_search": ["faiss", "numpy", "none"],
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.network,
    pytest.mark.skipif(sys.platform != "linux", reason="probes read /proc"),
]


def bootfit(*args):
    return subprocess.run(
        [sys.executable, "-m", "bootfit", *args],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "110"},
    )


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    document = tmp_path_factory.mktemp("fit") / "run.json"
    done = bootfit(
        *("fit", "--samples", "1", "--interpreter", sys.executable),
        *("--format", f"json={document}", "--format", "text"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done, json.loads(document.read_text()), document


def test_the_verdict(fitted):
    done, document, _ = fitted
    assert done.stdout.rstrip().endswith("✓ mealplan installs, boots and fits on Render Free")
    assert "Traceback" not in done.stderr
    assert all(d["installs"] for d in document["check"]["distributions"])


def test_every_rung_was_measured_or_said_to_be_missing(fitted):
    _, document, _ = fitted
    probes = document["measurements"]["probes"]
    for plugin, rungs in LADDERS.items():
        for rung in rungs:
            for mode in ("alone", "on_top"):
                (probe,) = [
                    p
                    for p in probes
                    if p["mode"] == mode and p["implementations"] == [f"{plugin}:{rung}"]
                ]
                missing_torch = rung == "sentence_transformers"
                allowed = {"measured", "not_installed"} if missing_torch else {"measured"}
                assert probe["status"] in allowed, probe


def test_what_serves_is_within_the_budget(fitted):
    _, document, _ = fitted
    evidence, memory = document["evidence"], document["plan"]["memory"]
    assert evidence["fits"]
    assert evidence["peak_anonymous_bytes"] <= memory["budget_bytes"]
    assert memory["predicted_peak_bytes"] <= memory["budget_bytes"] - memory["headroom_bytes"]
    assert memory["union_basis"] == "measured"
    assert memory["requests_basis"] == "measured"
    counted = evidence["peak_anonymous_bytes"] + (evidence["kernel_memory_bytes"] or 0)
    assert 0.95 * counted <= memory["predicted_peak_bytes"] <= 1.10 * counted


def test_every_route_was_driven_and_answered_well(fitted):
    _, document, _ = fitted
    assert document["evidence"]["undriven"] == []
    assert all(e["well_answered"] for e in document["evidence"]["endpoints"])
    assert len(document["evidence"]["endpoints"]) >= len(document["app"]["routes"]) - 2


def test_the_files_are_written_checked_and_never_over_hand_made_ones(fitted, tmp_path):
    _, _, document = fitted
    project = tmp_path / "project"
    project.mkdir()
    for name in ("pyproject.toml", "reference_app/requirements.txt"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_bytes((REPOSITORY / name).read_bytes())
    emit = ("emit", str(project), "--measured", str(document), "-q")
    outdated = bootfit(*emit, "--check")
    assert outdated.returncode == 1
    assert outdated.stdout.count("BF409") == 5
    assert "✓" not in outdated.stdout
    assert bootfit(*emit, "--check", "--write").returncode == 2
    assert bootfit(*emit, "--write").returncode == 0
    # What is written is what `fit` verified.
    for file in json.loads(document.read_text())["emitted"]:
        assert (project / file["path"]).read_text() == file["text"]
    written = {p.name: p.read_bytes() for p in project.iterdir() if p.is_file()}
    assert {
        *("gunicorn.conf.py", "Procfile", "render.yaml"),
        *(".python-version", "requirements-minimal.txt"),
    } <= set(written)
    assert bootfit(*emit, "--check").returncode == 0
    (project / "Procfile").write_text("web: mine\n")
    refused = bootfit(*emit, "--write")
    assert refused.returncode == 2
    assert "Procfile" in refused.stderr
    assert "✓" not in refused.stdout
    assert (project / "Procfile").read_text() == "web: mine\n"
    assert bootfit(*emit, "--write", "--force").returncode == 0
    assert {p.name: p.read_bytes() for p in project.iterdir() if p.is_file()} == written


def test_what_does_not_fit_is_refused_with_the_smallest_plan_that_would(fitted):
    _, _, document = fitted
    done = bootfit("tune", "--measured", str(document), "--memory", "48Mi")
    assert done.returncode == 1
    assert "smallest platform plan that would do: render-" in done.stdout
