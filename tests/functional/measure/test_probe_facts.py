"""What a probe does beside taking memory: threads, children, mapped files, growth, bytecode."""

import os
import sys
from pathlib import Path

import pytest

from bootfit.measure import describe, measure_project
from bootfit.model.sizes import KIB, MIB

WORK = """\
import mmap
import subprocess
import sys
import threading
import time


def threaded():
    waiting = threading.Event()
    for _ in range(5):
        threading.Thread(target=waiting.wait, daemon=True).start()
    return waiting


def spawning():
    return [subprocess.run([sys.executable, "-c", "import time; time.sleep(0.2)"]) for _ in "ab"]


def mapping():
    with open(__file__.replace("facts_work.py", "mapped.bin"), "rb") as stream:
        pages = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    return pages, sum(pages[number] for number in range(0, len(pages), mmap.PAGESIZE))


KEPT = []


def leaking():
    return KEPT


def leak(kept):
    kept.append(bytearray(b"1") * (300 * 1024))


def caching():
    return {}


def cache(kept):
    kept.setdefault("once", bytearray(b"1") * (8 * 1024 * 1024))


def slow():
    return None


def wait(value):
    time.sleep(0.6)
"""
REGISTRY = """\
EXERCISES = {"leaking": "leak", "caching": "cache", "slow": "wait"}


def rung(name):
    work = EXERCISES.get(name, "")
    exercise = "facts_work:" + work if work else "builtins:bool"
    return {"name": name, "target": "facts_work:" + name, "exercise": exercise}


class Plugins:
    def describe(self):
        names = ["threaded", "spawning", "mapping", "leaking", "caching", "slow"]
        return [{"name": name, "ladder": [rung(name)]} for name in names]


PLUGINS = Plugins()
"""


def measured(root, environment=None):
    (root / "facts_app.py").write_text("def app(environ, start_response):\n    return []\n")
    (root / "facts_work.py").write_text(WORK)
    (root / "facts_plugins.py").write_text(REGISTRY)
    (root / "mapped.bin").write_bytes(os.urandom(MIB) * 6)
    python = Path(sys.executable)
    described = describe(root, python, "facts_app:app", "facts_plugins:PLUGINS")
    return measure_project(described, root, python, samples=2, environment=environment or {})


@pytest.fixture(scope="module")
def measurements(tmp_path_factory):
    return measured(tmp_path_factory.mktemp("facts"))


def figure(measurements, name, what):
    samples = getattr(measurements[0].of("alone", f"{name}:{name}").figures, what)
    return samples and samples.median


def test_threads_are_counted(measurements):
    assert figure(measurements, "threaded", "threads") == 6
    assert figure(measurements, "mapping", "threads") == 1


def test_children_are_counted_though_they_are_gone(measurements):
    assert figure(measurements, "spawning", "children") == 2
    assert figure(measurements, "mapping", "children") == 0


def test_a_mapped_file_counts_as_a_file_and_not_as_anonymous(measurements):
    with_file = figure(measurements, "mapping", "mapped_files")
    assert with_file == figure(measurements, "caching", "mapped_files") + 1
    size = figure(measurements, "mapping", "file_backed_after_import_bytes")
    without = figure(measurements, "caching", "file_backed_after_import_bytes")
    assert (size - without) / MIB == pytest.approx(6, abs=0.25)
    anonymous = figure(measurements, "mapping", "anonymous_after_import_bytes")
    assert anonymous - figure(measurements, "caching", "anonymous_after_import_bytes") < MIB / 4


def test_a_leak_is_told_from_a_cache_that_fills(measurements):
    assert figure(measurements, "leaking", "growth_bytes") == pytest.approx(300 * KIB, rel=0.05)
    assert figure(measurements, "caching", "growth_bytes") < 8 * KIB
    grows = [one.subject for one in measurements[1] if one.code == "BF316"]
    assert grows == ["leaking:leaking"]


def test_growth_is_unknown_where_too_few_exercises_fit_into_a_second(measurements):
    assert figure(measurements, "slow", "growth_bytes") is None


def test_the_groups_own_peak_holds_what_is_anonymous(measurements):
    probe = measurements[0].of("alone", "caching:caching").figures
    if measurements[0].conditions.limit_kind == "watchdog":
        assert probe.group_peak_bytes is None
    else:
        assert probe.group_peak_bytes.median > probe.peak_anonymous_bytes.median


def test_bytecode_that_cannot_be_written_is_told(tmp_path, measurements):
    assert measurements[0].app.figures.uncompiled_modules.median == 0
    assert "BF317" not in {one.code for one in measurements[1]}
    (tmp_path / "file").write_text("no folder")
    nowhere = {"PYTHONPYCACHEPREFIX": str(tmp_path / "file")}
    without, findings = measured(tmp_path, nowhere)
    assert without.app.figures.uncompiled_modules.median >= 5
    (finding,) = [one for one in findings if one.code == "BF317"]
    assert "compileall" in finding.remedy
