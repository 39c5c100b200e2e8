"""Version 2 over folders that look like a control group file system."""

import os
import shutil
from pathlib import Path

import pytest

from bootfit.limits import group_folder
from bootfit.limits.cgroup_v2 import CgroupV2, GroupReader
from bootfit.limits.hierarchies import Hierarchies, Hierarchy
from bootfit.limits.interface import BoundaryUnavailableError
from bootfit.model.sizes import MIB

STAT = """\
anon 41943040
file 1000
kernel 2097152
workingset_refault_anon 3
workingset_refault_file 4
"""
FILES = {
    "cgroup.procs": "",
    "memory.max": "max\n",
    "memory.swap.max": "max\n",
    "memory.oom.group": "1\n",
    "memory.stat": STAT,
    "memory.events": "low 0\nhigh 0\nmax 17\noom 2\noom_kill 1\noom_group_kill 0\n",
    "memory.peak": "60000000\n",
    "memory.current": "50000000\n",
    "cpu.max": "max 100000\n",
}


def fill(folder, files=FILES):
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A root that hands controllers down, a slice that does, and an own group that does not."""
    own = tmp_path / "user.slice" / "session.scope"
    own.mkdir(parents=True)
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (tmp_path / "user.slice" / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (own / "cgroup.subtree_control").write_text("\n")

    def make(parent, name):
        folder = parent / name
        folder.mkdir()
        return fill(folder)

    monkeypatch.setattr(group_folder, "make_group", make)
    monkeypatch.setattr(group_folder, "kill_group", lambda folder: None)
    monkeypatch.setattr(group_folder, "remove_group", shutil.rmtree)
    return Hierarchies(Hierarchy(tmp_path, own), {})


def made(hierarchies):
    return list(hierarchies.unified.mount_point.rglob("bootfit-*"))


def test_the_group_is_made_where_memory_is_handed_down_and_is_limited(tree):
    with CgroupV2(512 * MIB, 0.1, tree) as boundary:
        (group,) = made(tree)
        assert group.parent.name == "user.slice"
        assert (group / "memory.max").read_text().startswith(str(512 * MIB))
        assert (group / "memory.swap.max").read_text()[0] == "0"
        assert (group / "memory.oom.group").read_text()[0] == "0"
        assert (group / "cpu.max").read_text().startswith("10000 100000")
        assert boundary.notes == ()
    assert made(tree) == []


def test_a_process_enters_before_it_becomes_the_command(tree, tmp_path):
    with CgroupV2(512 * MIB, None, tree) as boundary:
        (group,) = made(tree)
        out = tmp_path / "out"
        with out.open("wb") as stdout:
            child = boundary.spawn(
                ["/bin/sh", "-c", "echo $$"], env={}, cwd=tmp_path, stdout=stdout
            )
            assert child.wait(10) == 0
        assert int(out.read_text()) == child.pid
        assert int((group / "cgroup.procs").read_text().split()[0]) == child.pid != os.getpid()


def test_readings_are_those_of_the_files_and_outlive_the_group(tree):
    boundary = CgroupV2(512 * MIB, None, tree)
    with boundary:
        readings = boundary.readings()
    assert readings.anonymous_bytes == 40 * MIB
    assert readings.kernel_bytes == 2 * MIB
    assert readings.peak_bytes == 60_000_000
    assert (readings.oom_kills, readings.failed_charges, readings.refaults) == (1, 17, 7)
    assert boundary.readings() == readings


def test_what_the_kernel_does_not_keep_is_kept_here(tmp_path):
    older = {
        "memory.stat": "anon 1\nkernel_stack 10\npagetables 20\nslab 30\n",
        "memory.current": "900",
    }
    reader = GroupReader(MIB)
    fill(tmp_path, older)
    assert reader.read(tmp_path).kernel_bytes == 60
    fill(tmp_path, {"memory.stat": "anon 1\nslab 5\n", "memory.current": "300"})
    last = reader.read(tmp_path)
    assert (last.kernel_bytes, last.peak_bytes) == (60, 900)
    assert reader.read(Path("/nowhere")) == last


def test_without_swap_accounting_it_says_so(tree, monkeypatch):
    without = {name: text for name, text in FILES.items() if name != "memory.swap.max"}

    def make(parent, name):
        (parent / name).mkdir()
        return fill(parent / name, without)

    monkeypatch.setattr(group_folder, "make_group", make)
    with CgroupV2(MIB, None, tree) as boundary:
        assert "swap is not limited" in boundary.notes[0]


def test_no_group_hands_memory_down(tree):
    for group in tree.unified.groups_upwards():
        (group / "cgroup.subtree_control").write_text("pids\n")
    with pytest.raises(BoundaryUnavailableError, match="does not hand the memory controller down"):
        CgroupV2(MIB, None, tree).open()
    assert made(tree) == []


def test_a_limit_that_is_refused_leaves_nothing(tree, monkeypatch):
    def make(parent, name):
        (parent / name).mkdir()
        return parent / name  # no control files: every write is refused

    monkeypatch.setattr(group_folder, "make_group", make)
    with pytest.raises(BoundaryUnavailableError, match=r"memory\.max"):
        CgroupV2(MIB, None, tree).open()
    assert made(tree) == []


def test_no_version_2_at_all():
    with pytest.raises(BoundaryUnavailableError, match="version 2"):
        CgroupV2(MIB, None, Hierarchies(None, {})).open()
