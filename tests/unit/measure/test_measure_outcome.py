from pathlib import Path

from bootfit.limits.children import ChildResult
from bootfit.measure.agent_run import AgentRun, Setting, probe_environment, search_paths
from bootfit.measure.outcome import crash_frames, outcome, own_frame
from bootfit.measure.phases import Phase, Reading
from bootfit.model.finding import Place

ROOT = Path("/srv/project")
SETTING = Setting(ROOT, Path("python"), time_limit_seconds=7, memory_limit_bytes=64 * 1024 * 1024)
NOTHING = Reading(0, 0, 0, 0, 0, "pss_anon")
SEGFAULT = """noise
Fatal Python error: Segmentation fault

Current thread 0x00007f (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/srv/project/shop/work.py", line 12 in load
  File "/opt/bootfit/measure/agent.py", line 99 in load
"""


def ended(*phases, returncode=None, signal=None, out_of_memory=False, failed=None, **more):
    told = [Phase(name, {"phase": name}, NOTHING) for name in phases]
    if failed is not None:
        told.append(Phase("failed", {"phase": "failed", **failed}, NOTHING))
    values = {"timed_out": False, "flooded": False, "stopped": "", "stdout": "", "stderr": ""}
    child = ChildResult(returncode, signal, wall_seconds=1.0, **{**values, **more})
    return outcome(AgentRun(tuple(told), child, out_of_memory), SETTING, has_app=True)


def failure(**more):
    return {
        "stage": "load",
        "type": "RuntimeError",
        "message": "damaged\nmore",
        "missing": "",
        "not_found": False,
        "no_memory": False,
        "candidates": None,
        "frames": [],
        **more,
    }


def test_done_is_measured_however_the_process_ends_afterwards():
    assert ended("started", "app", "loaded", "done", signal=11).status == "measured"


def test_a_crash_names_signal_moment_and_the_projects_own_line():
    became = ended("started", "app", signal=11, stderr=SEGFAULT)
    assert became.status == "crashed"
    assert became.detail == "crashed (SIGSEGV) while it was loaded, in shop/work.py:12"
    assert became.place == Place("shop/work.py", 12)


def test_exit_without_a_word_is_a_crash_and_quotes_what_was_said():
    became = ended("started", "app", "loaded", returncode=3, stderr="\nlicence expired\n\n")
    assert became.status == "crashed"
    assert "exit code 3" in became.detail
    assert "licence expired" in became.detail
    assert "while its exercise ran" in became.detail


def test_a_kill_is_told_apart_from_a_crash():
    assert ended("started", "app", signal=9).status == "killed"


def test_a_timeout_counts_before_the_signal_that_ended_it():
    became = ended("started", timed_out=True, signal=6, stderr=SEGFAULT)
    assert became.status == "timed_out"
    assert became.detail == (
        "did not end within 7 s, while the app was imported, in shop/work.py:12"
    )


def test_flood_and_memory_cap():
    assert ended("started", flooded=True, signal=9).status == "flooded"
    became = ended("started", "app", out_of_memory=True, signal=9)
    assert became.status == "out_of_memory"
    assert "64.0 MiB" in became.detail


def test_an_exception_is_one_line_with_the_innermost_line_of_the_project():
    frames = [
        ("/srv/project/shop/work.py", 3, "load"),
        ("/srv/project/shop/model.py", 40, "read"),
        ("/srv/project/.venv/lib/python3.11/site-packages/numpy/lib.py", 8, "open"),
    ]
    became = ended("started", "app", returncode=0, failed=failure(frames=frames))
    assert became.status == "raised"
    assert became.detail == "raised RuntimeError: damaged, in shop/model.py:40"
    assert became.place == Place("shop/model.py", 40)


def test_a_memory_error_is_out_of_memory():
    assert ended(returncode=0, failed=failure(no_memory=True)).status == "out_of_memory"


def test_frames_of_importlib_are_nobodys_place():
    frames = [("<frozen importlib._bootstrap>", 1140, "_find_and_load")]
    became = ended(returncode=0, failed=failure(frames=frames))
    assert became.detail == "raised RuntimeError: damaged"
    assert became.place is None


def test_installed_packages_inside_the_project_are_not_its_own_code():
    inside = ("/srv/project/.venv/lib/python3.11/site-packages/x.py", 1, "f")
    assert own_frame([inside], ROOT) is None
    assert own_frame([("/elsewhere/x.py", 1, "f")], ROOT) is None


def test_no_stack_no_frames():
    assert crash_frames("plain output\n") == ()


def test_the_probes_environment_is_the_users_but_for_what_distorts():
    base = {"DATABASE_URL": "sqlite://", "PYTHONHASHSEED": "7", "BOOTFIT_FORBID": "a:b"}
    base |= {"PYTHONDONTWRITEBYTECODE": "1", "COVERAGE_PROCESS_START": "x", "OMP_NUM_THREADS": "8"}
    found = probe_environment(base, {"SECRET_KEY": "k"})
    assert found == {
        "DATABASE_URL": "sqlite://",
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "SECRET_KEY": "k",
    }


def test_source_folder_comes_second_and_only_where_it_is_no_package(tmp_path):
    assert search_paths(tmp_path) == [str(tmp_path)]
    (tmp_path / "src").mkdir()
    assert search_paths(tmp_path) == [str(tmp_path), str(tmp_path / "src")]
    (tmp_path / "src" / "__init__.py").touch()
    assert search_paths(tmp_path) == [str(tmp_path)]
