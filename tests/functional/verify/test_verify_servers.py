"""Real gunicorn under real limits: what happened is told, and each cause by its own name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bootfit.limits.boundary import open_boundary
from bootfit.limits.processes import table
from bootfit.model.errors import UndeterminedError
from bootfit.model.plan import Refusal
from bootfit.model.sizes import MIB
from bootfit.verify import verify_plan
from bootfit.verify.project_view import import_folders
from bootfit.verify.verify import Bounds
from unit.verify import plans

SERVERS = Path(__file__).parents[2] / "assets" / "servers"
#: Answers 200 when the environment is the platform's with the plan's on top.
TELLING = """\
import os

def app(environ, start_response):
    arguments = os.environ["GUNICORN_CMD_ARGS"]
    well = "--preload" in arguments and "10000" not in arguments and os.environ["MARK"] == "plan"
    start_response("200 OK" if well else "500 No", [])
    return [b""]
"""
#: Writes beside its own module, as Flask does for a package that is not installed.
WRITING = """\
import pathlib

def app(environ, start_response):
    folder = pathlib.Path(__file__).parent / "instance"
    folder.mkdir(exist_ok=True)
    (folder / "written").write_text("x")
    start_response("200 OK", [])
    return [b""]
"""
QUICK = Bounds(boot_seconds=10, load_seconds=0.5, load_rounds=4, stop_seconds=3)


def run(plan, *requests, routes=("GET /",), bounds=QUICK, files=None, root=SERVERS, **more):
    platform = more.pop("platform", plans.platform())
    evidence, findings = verify_plan(
        plan,
        plans.files(plan) if files is None else files,
        plans.description(*routes),
        platform,
        root=root,
        interpreter=more.pop("interpreter", Path(sys.executable)),
        requests=requests,
        bounds=bounds,
        **more,
    )
    return evidence, {finding.slug: finding for finding in findings}


def gunicorns():
    """Servers of ours that run now: those with a parent here, or adopted."""
    return [one.pid for one in table() if one.alive and one.parent == os.getpid()]


@pytest.fixture(autouse=True)
def _nothing_survives():
    before = set(gunicorns())
    yield
    assert set(gunicorns()) <= before


def endpoint(evidence, path):
    return next(one for one in evidence.endpoints if one.path == path)


def test_a_plan_that_fits_is_driven_at_full_concurrency_and_sampled_by_role():
    evidence, findings = run(
        plans.plan(threads=3, memory=plans.need(220, 190)),
        plans.get("/allocate/20"),
        plans.get("/child"),
    )
    assert evidence.fits
    assert evidence.booted
    assert evidence.first_answer_seconds < 10
    assert evidence.command[:3] == (sys.executable, "-m", "gunicorn")
    assert evidence.oom_kills == evidence.unplanned_restarts == 0
    assert {one.path for one in evidence.endpoints} == {"/allocate/20", "/child", "/"}
    assert all(one.well_answered and set(one.statuses) == {200} for one in evidence.endpoints)
    # Three clients at once, each with 20 MiB: more than one alone would need.
    assert evidence.peak_anonymous_bytes > (20 + 3 * 20) * MIB
    assert evidence.limit_bytes == 220 * MIB
    # The children of the worker: 30 MiB each, in a role of their own.
    assert max(sample.others_bytes for sample in evidence.timeline) > 25 * MIB
    assert any(sample.master_bytes and sample.workers_bytes for sample in evidence.timeline)
    assert not {"out-of-memory", "worker-ended", "worker-timeout"} & set(findings)
    # The platform has half a CPU, and nothing held the server to it.
    assert any("0.5 CPU" in line for line in findings["weak-evidence"].evidence)


@pytest.mark.root
def test_an_out_of_memory_kill_in_a_request_is_counted_by_the_kernel_and_located():
    evidence, findings = run(
        plans.plan(memory=plans.need(100, 90)),
        plans.get("/"),
        plans.get("/allocate/150"),
        kinds=["cgroup-v2", "cgroup-v1"],
    )
    assert not evidence.fits
    assert evidence.oom_kills >= 1
    assert "during GET /allocate/150, asked once" in findings["out-of-memory"].evidence
    assert "see BF501" in findings["no-answer"].evidence[-1]
    assert set(endpoint(evidence, "/allocate/150").statuses) == {0}
    assert 200 in endpoint(evidence, "/").statuses
    assert evidence.unplanned_restarts >= 1
    # The kernel's kills explain every worker that ended.
    assert not {"worker-ended", "worker-timeout", "does-not-boot"} & set(findings)


@pytest.mark.root
def test_a_boot_that_loops_on_out_of_memory_ends_with_its_cause():
    bounds = Bounds(boot_seconds=20, stop_seconds=1)
    evidence, findings = run(
        plans.plan("fat_boot_app:app", memory=plans.need(80, 60)),
        bounds=bounds,
        kinds=["cgroup-v2", "cgroup-v1"],
    )
    assert not evidence.booted
    assert evidence.first_answer_seconds is None
    # Mostly one worker after another; now and then the kernel takes the master itself.
    assert evidence.oom_kills >= 2
    assert "killed for memory" in findings["does-not-boot"].message
    # gunicorn would go on for ever: recognised long before the deadline.
    assert evidence.timeline[-1].seconds < 15


def test_a_time_out_is_never_called_out_of_memory():
    plan = plans.plan(worker_class="sync", threads=1, timeout_seconds=1)
    evidence, findings = run(plan, plans.get("/sleep/4"), routes=())
    assert not evidence.fits
    assert evidence.oom_kills == 0
    assert "0 OOM kill(s) in the same run" in findings["worker-timeout"].evidence
    assert not {"out-of-memory", "worker-ended"} & set(findings)
    assert evidence.unplanned_restarts >= 1


@pytest.mark.parametrize("code", ["7", "0"])
def test_a_worker_that_leaves_by_itself_is_noticed_whether_or_not_gunicorn_logs_it(code):
    plan = plans.plan(threads=1, environment={"LEAVE_CODE": code})
    evidence, findings = run(plan, plans.get("/leave"), routes=())
    assert not evidence.fits
    assert evidence.unplanned_restarts >= 1
    ended = findings["worker-ended"]
    assert (f"exit code {code}" in ended.evidence) == (code != "0")
    assert not {"out-of-memory", "worker-timeout"} & set(findings)


def test_workers_are_counted_even_where_the_log_is_silent_about_them():
    plan = plans.plan(threads=1, environment={"LEAVE_CODE": "0"})
    quiet = plans.files(plan, loglevel="critical")
    evidence, findings = run(plan, plans.get("/leave"), plans.get("/"), files=quiet)
    assert evidence.unplanned_restarts >= 1
    assert "worker-ended" in findings


def test_planned_recycling_is_not_held_against_the_plan():
    evidence, findings = run(plans.plan(max_requests=3), plans.get("/"))
    assert endpoint(evidence, "/").requests > 3
    assert evidence.fits
    assert evidence.unplanned_restarts == 0
    assert "worker-ended" not in findings


def test_an_endpoint_that_answers_500_is_named():
    evidence, findings = run(plans.plan(), plans.get("/"), plans.get("/fail"))
    assert not evidence.fits
    assert findings["unexpected-status"].subject == "GET /fail"
    assert not endpoint(evidence, "/fail").well_answered
    assert run(plans.plan(), plans.get("/fail", 500))[0].fits


def test_an_app_that_cannot_be_imported_is_told_with_the_end_of_its_log():
    evidence, findings = run(plans.plan("broken_app:app"))
    assert not evidence.booted
    booting = findings["does-not-boot"]
    assert "exited with code 3" in booting.message
    assert any("the database password is not set" in line for line in booting.evidence)
    assert not {"worker-ended", "out-of-memory"} & set(findings)


def test_a_server_that_stays_silent_ends_at_the_deadline():
    bounds = Bounds(boot_seconds=2.5, stop_seconds=1)
    evidence, findings = run(plans.plan("slow_boot_app:app"), bounds=bounds)
    assert not evidence.booted
    assert "stays silent" in findings["does-not-boot"].message


def test_the_watchdog_kills_what_outgrows_the_limit_and_is_labelled_weaker():
    evidence, findings = run(
        plans.plan(memory=plans.need(100, 90)), plans.get("/allocate/200"), kinds=["watchdog"]
    )
    assert evidence.limit_kind == "watchdog"
    assert evidence.kernel_peak_bytes is None
    assert evidence.oom_kills == 1
    assert "the watchdog killed" in findings["out-of-memory"].message
    assert "weak-evidence" in findings


def test_a_need_above_the_prediction_and_in_the_headroom_is_told():
    memory = plans.need(100, 40, headroom=30)
    evidence, findings = run(plans.plan(memory=memory, threads=1), plans.get("/allocate/55"))
    assert evidence.oom_kills == 0
    assert 75 * MIB < evidence.peak_anonymous_bytes < 90 * MIB
    assert findings["prediction-exceeded"].severity.value == "warning"
    assert findings["headroom-used"].severity.value == "warning"
    assert evidence.fits


def test_routes_that_nothing_reaches_are_named():
    evidence, findings = run(
        plans.plan(),
        plans.get("/allocate/1"),
        routes=("GET /", "GET /allocate/<int:size>", "GET /sleep/<seconds>", "POST /"),
    )
    assert evidence.undriven == ("POST /", "GET /sleep/<seconds>")
    assert findings["undriven"].evidence == evidence.undriven


def test_the_platforms_environment_counts_and_the_plan_wins_over_it(tmp_path):
    (tmp_path / "telling.py").write_text(TELLING)
    platform = plans.platform(
        GUNICORN_CMD_ARGS="--preload --access-logfile - --bind=0.0.0.0:10000", MARK="platform"
    )
    plan = plans.plan("telling:app", environment={"MARK": "plan"})
    evidence, _ = run(plan, root=tmp_path, platform=platform)
    assert endpoint(evidence, "/").statuses.keys() == {200}


def test_the_project_is_not_written_to(tmp_path):
    for name in ("tiny_app.py",):
        (tmp_path / name).write_text((SERVERS / name).read_text())
    (tmp_path / "Procfile").write_text("web: the user's own\n")
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "kept.txt").write_text("as it was")
    evidence, _ = run(plans.plan(), plans.get("/write"), root=tmp_path)
    assert endpoint(evidence, "/write").well_answered
    assert (tmp_path / "Procfile").read_text() == "web: the user's own\n"
    assert not (tmp_path / "gunicorn.conf.py").exists()
    assert [file.name for file in (tmp_path / "instance").iterdir()] == ["kept.txt"]


def test_an_editable_installation_is_imported_from_the_private_view(tmp_path):
    """Its modules find their data beside themselves, and that must not be the project's."""
    root = tmp_path / "project"
    source = root / "source"
    source.mkdir(parents=True)
    (source / "writing.py").write_text(WRITING)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "venv",
            "--without-pip",
            "--system-site-packages",
            tmp_path / "venv",
        ],
        check=True,
    )
    (site,) = (tmp_path / "venv").glob("lib/python3*/site-packages")
    own = [path for path in sys.path if path.endswith("site-packages")]
    (site / "editable.pth").write_text("\n".join([str(source), *own]))
    assert import_folders(python) == (source.resolve(),)
    evidence, _ = run(plans.plan("writing:app"), root=root, interpreter=python)
    assert endpoint(evidence, "/").well_answered
    assert [path.name for path in source.iterdir() if path.name != "__pycache__"] == ["writing.py"]


def test_requests_that_were_never_sent_are_an_error():
    """What was not asked was not shown to fit, however well the rest was answered."""
    bounds = Bounds(boot_seconds=10, warm_up_seconds=0.5, stop_seconds=1)
    evidence, findings = run(
        plans.plan(), plans.get("/sleep/1"), plans.get("/late"), routes=(), bounds=bounds
    )
    assert [one.path for one in evidence.endpoints] == ["/sleep/1"]
    assert not evidence.fits
    found = findings["load-not-made"]
    assert found.code == "BF513"
    assert "never sent: GET /late" in found.evidence


def test_a_load_that_was_not_made_by_all_clients_is_an_error():
    bounds = Bounds(boot_seconds=10, longest_load_seconds=0.5, stop_seconds=1)
    requests = [plans.get(f"/sleep/0.{number}") for number in range(3, 7)]
    evidence, findings = run(plans.plan(), *requests, routes=(), bounds=bounds)
    assert all(one.well_answered for one in evidence.endpoints)
    assert not evidence.fits
    told = findings["load-not-made"].evidence
    assert told == ("not every request was made by all clients at once",)


def test_a_flood_of_output_neither_blocks_the_server_nor_fills_the_evidence():
    evidence, _ = run(plans.plan(), plans.get("/shout"))
    assert endpoint(evidence, "/shout").well_answered
    assert len(evidence.log_tail) < 30_000


def test_a_server_that_is_not_gunicorn_is_run_as_the_procfile_says():
    files = {"Procfile": "web: exec python serve_plainly.py\n"}
    evidence, _ = run(plans.plan(threads=1), plans.get("/allocate/1"), files=files)
    assert evidence.command == (sys.executable, "serve_plainly.py")
    assert evidence.fits


def test_an_interpreter_that_is_not_there_is_undetermined(tmp_path):
    with pytest.raises(UndeterminedError, match=r"there is no .*python to run"):
        run(plans.plan(), interpreter=tmp_path / "python")


def test_a_refusal_cannot_be_verified():
    with pytest.raises(UndeterminedError, match="700 MiB are needed"):
        run(plans.plan(refusal=Refusal("700 MiB are needed", (), "")))


@pytest.mark.root
def test_the_share_of_a_processor_is_held():
    with open_boundary(200 * MIB, cpu_share=0.2, kinds=["cgroup-v2", "cgroup-v1"]) as boundary:
        if boundary.notes:
            pytest.skip(boundary.notes[0])
        program = "import time\nend = time.monotonic() + 1\nwhile time.monotonic() < end: pass\n"
        program += "print(time.process_time())"
        spinning = boundary.spawn(
            [sys.executable, "-c", program], env={}, cwd=SERVERS, stdout=subprocess.PIPE
        )
        told, _ = spinning.communicate(timeout=20)
    assert float(told) < 0.5
