"""Rooms read from trees of control groups as the kernel lays them out."""

import logging
from pathlib import Path

import pytest

from bootfit.lazy import Implementation, Plugin, Registry, Room
from bootfit.lazy.admission import Admission
from bootfit.lazy.memory_left import memory_left

MIB = 1024**2
V1_MOUNT = "36 35 0:32 {root} /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory"
V1_OTHER = "34 35 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu"
V2_MOUNT = "31 23 0:28 {root} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"


class Tree:
    """A fake root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def v1(self, path: str, *, mounted: str = "/") -> None:
        self.write("proc/self/cgroup", f"9:cpu:/elsewhere\n4:hugetlb,memory:{path}\n0::/other\n")
        self.write("proc/self/mountinfo", f"{V1_OTHER}\n{V1_MOUNT.format(root=mounted)}\n")

    def v2(self, path: str, *, mounted: str = "/") -> None:
        self.write("proc/self/cgroup", f"0::{path}\n")
        self.write("proc/self/mountinfo", V2_MOUNT.format(root=mounted) + "\n")

    def v1_group(self, path: str, limit: int, rss: int, *, kernel: int = 0, shmem: int = 0) -> None:
        at = f"sys/fs/cgroup/memory{path}"
        self.write(f"{at}/memory.limit_in_bytes", f"{limit}\n")
        self.write(
            f"{at}/memory.stat",
            f"cache 99999999\nrss 1\ntotal_cache 99999999\ntotal_rss {rss}\ntotal_shmem {shmem}\n",
        )
        self.write(f"{at}/memory.kmem.usage_in_bytes", f"{kernel}\n")

    def v2_group(self, path: str, limit: str, stat: str) -> None:
        at = f"sys/fs/cgroup{path}"
        self.write(f"{at}/memory.max", f"{limit}\n")
        self.write(f"{at}/memory.stat", stat)

    def room(self, assumed: int | None = None) -> Room | None:
        return memory_left(str(self.root), assumed)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def test_v1_counts_anonymous_shared_and_kernel_memory_and_no_page_cache(tree: Tree) -> None:
    tree.v1("/app")
    tree.v1_group("/app", 512 * MIB, 100 * MIB, kernel=12 * MIB, shmem=3 * MIB)
    room = tree.room()
    assert room is not None
    assert (room.limit_bytes, room.used_bytes) == (512 * MIB, 115 * MIB)
    assert room.left_bytes == 397 * MIB
    assert room.source.endswith("/sys/fs/cgroup/memory/app/memory.limit_in_bytes")


def test_v1_without_a_limit_says_nothing(tree: Tree) -> None:
    tree.v1("/app")
    tree.v1_group("/app", 9223372036854771712, 100 * MIB)
    assert tree.room() is None


def test_v2_counts_the_kernel_s_sum_or_its_parts(tree: Tree) -> None:
    tree.v2("/app.slice/web")
    tree.v2_group("/app.slice/web", str(512 * MIB), "anon 100\nfile 900\nkernel 20\nshmem 5\n")
    assert tree.room() == Room(
        512 * MIB, 125, f"{tree.root}/sys/fs/cgroup/app.slice/web/memory.max"
    )
    tree.v2_group(
        "/app.slice/web",
        str(512 * MIB),
        "anon 100\nfile 900\nkernel_stack 1\npagetables 2\npercpu 3\nsock 4\nslab 5\n",
    )
    room = tree.room()
    assert room is not None
    assert room.used_bytes == 115


@pytest.mark.parametrize("version", [1, 2])
def test_the_tightest_ancestor_decides(tree: Tree, version: int) -> None:
    own, parent = 400 * MIB, 512 * MIB
    if version == 1:
        tree.v1("/pod/web")
        tree.v1_group("/pod/web", own, 50 * MIB)
        tree.v1_group("/pod", parent, 500 * MIB)
        tree.v1_group("", 9223372036854771712, 900 * MIB)
    else:
        tree.v2("/pod/web")
        tree.v2_group("/pod/web", str(own), f"anon {50 * MIB}\nkernel 0\n")
        tree.v2_group("/pod", str(parent), f"anon {500 * MIB}\nkernel 0\n")
        tree.v2_group("", "max", "anon 1\n")
    room = tree.room()
    assert room is not None
    assert room.limit_bytes == parent
    assert room.left_bytes == 12 * MIB


def test_a_container_sees_its_group_as_the_mount_s_root(tree: Tree) -> None:
    tree.v1("/docker/abc", mounted="/docker/abc")
    tree.v1_group("", 512 * MIB, 1 * MIB)
    assert tree.room() is not None
    tree.v1("/docker/abc/child", mounted="/docker/abc")
    tree.v1_group("/child", 256 * MIB, 1 * MIB)
    room = tree.room()
    assert room is not None
    assert room.limit_bytes == 256 * MIB


@pytest.mark.parametrize("path", ["/", "/../../elsewhere", "/not/below"])
def test_a_path_outside_of_the_mount_is_read_at_the_mount(tree: Tree, path: str) -> None:
    tree.v2(path, mounted="/kubepods/pod1")
    tree.v2_group("", str(64 * MIB), "anon 0\nkernel 0\n")
    room = tree.room()
    assert room is not None
    assert room.limit_bytes == 64 * MIB


def test_a_mount_point_with_a_space_is_understood(tree: Tree) -> None:
    tree.write("proc/self/cgroup", "0::/\n")
    tree.write("proc/self/mountinfo", r"31 23 0:28 / /my\040groups rw - cgroup2 none rw" + "\n")
    tree.write("my groups/memory.max", "4096\n")
    tree.write("my groups/memory.stat", "anon 96\n")
    assert tree.room() == Room(4096, 96, f"{tree.root}/my groups/memory.max")


@pytest.mark.parametrize(
    ("cgroup", "mountinfo"),
    [("", ""), ("nonsense\n", "nonsense\n"), ("0::/\n", ""), ("1:cpu:/\n", V2_MOUNT)],
)
def test_what_cannot_be_understood_is_no_limit(tree: Tree, cgroup: str, mountinfo: str) -> None:
    tree.write("proc/self/cgroup", cgroup)
    tree.write("proc/self/mountinfo", mountinfo)
    assert tree.room() is None


def test_a_use_that_is_above_the_limit_leaves_nothing() -> None:
    assert Room(10, 25, "x").left_bytes == 0


def test_the_assumed_limit_stands_in_where_no_group_has_one(tree: Tree) -> None:
    import os

    group = os.getpgrp()
    tree.write("proc/100/stat", f"100 (web ) app) S 1 {group} 1 0")
    tree.write("proc/100/smaps_rollup", "0-f ---p [rollup]\nRss: 999 kB\nPss_Anon:  30 kB\n")
    tree.write("proc/101/stat", f"101 (old kernel) S 100 {group} 1 0")
    tree.write("proc/101/smaps_rollup", "Rss: 999 kB\nAnonymous:  12 kB\n")
    tree.write("proc/102/stat", "102 (stranger) S 1 999999 1 0")
    tree.write("proc/102/smaps_rollup", "Pss_Anon:  5000 kB\n")
    tree.write("proc/self/cgroup", "0::/\n")
    assert tree.room(assumed=1 * MIB) == Room(MIB, 42 * 1024, "BOOTFIT_MEMORY_LIMIT")
    assert tree.room() is None


@pytest.mark.parametrize(("assumed", "tightest"), [(32 * MIB, 32 * MIB), (128 * MIB, 64 * MIB)])
def test_of_a_group_s_limit_and_the_assumed_one_the_tighter_holds(
    tree: Tree, assumed: int, tightest: int
) -> None:
    tree.v2("/")
    tree.v2_group("", str(64 * MIB), "anon 0\n")
    room = tree.room(assumed=assumed)
    assert room is not None
    assert room.limit_bytes == tightest


def registry_with(tree: Tree, module, cost: int | None, environ: dict | None = None) -> Registry:
    source = "class Object:\n pass"
    return Registry(
        Plugin(
            "sums",
            Implementation("upper", f"{module(source)}:Object", cost_bytes=cost),
            Implementation("lower", f"{module(source)}:Object", cost_bytes=10**15),
        ),
        root=str(tree.root),
        environ=environ or {},
    )


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("cost", "serves"), [(100 * MIB, "upper"), (100 * MIB + 1, "lower"), (None, "upper")]
)
def test_a_rung_is_admitted_where_its_cost_fits(tree, module, version, cost, serves) -> None:
    if version == 1:
        tree.v1("/app")
        tree.v1_group("/app", 500 * MIB, 375 * MIB)
    else:
        tree.v2("/app")
        tree.v2_group("/app", str(500 * MIB), f"anon {375 * MIB}\nkernel 0\n")
    registry = registry_with(tree, module, cost)
    loaded = registry.load("sums")
    # The fallback serves whatever it costs: there is nothing below it.
    assert loaded.implementation == serves
    if serves == "lower":
        assert loaded.declined[0].reason == "no_memory"
        detail = loaded.declined[0].detail
        assert "125.0 MiB left of 500.0 MiB" in detail
        assert "less 25.0 MiB of headroom" in detail
    assert registry.status()[0]["memory_left_bytes"] == 125 * MIB


def test_a_rung_declined_for_memory_serves_once_there_is_room(tree, module, clock) -> None:
    tree.v2("/app")
    tree.v2_group("/app", str(512 * MIB), f"anon {500 * MIB}\n")
    source = "class Object:\n pass"
    registry = Registry(
        Plugin(
            "sums",
            Implementation("upper", f"{module(source)}:Object", cost_bytes=50 * MIB),
            Implementation("lower", f"{module(source)}:Object"),
        ),
        root=str(tree.root),
        environ={},
        clock=clock,
    )
    assert registry.load("sums").implementation == "lower"
    tree.v2_group("/app", str(512 * MIB), f"anon {100 * MIB}\n")
    assert registry.load("sums").declined[0].reason == "backing_off"
    clock.now += 30
    assert registry.load("sums").implementation == "upper"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("512Mi", 512 * MIB),
        ("512MiB", 512 * MIB),
        (" 1.5 Gi ", 1536 * MIB),
        ("300M", 300_000_000),
        ("2g", 2_000_000_000),
        ("4096", 4096),
        ("100kb", 100_000),
    ],
)
def test_the_limit_is_read_as_people_write_it(tree, module, text, limit, caplog) -> None:
    room = registry_with(tree, module, 1, {"BOOTFIT_MEMORY_LIMIT": text}).memory_left()
    assert room is not None
    assert room.limit_bytes == limit
    assert not caplog.records


@pytest.mark.parametrize("text", ["lots", "-5Mi", "0", "5Ti", "nan", "inf", "1e400", "5MiMi", "M"])
def test_a_wrong_limit_is_a_warning_and_admits(tree, module, text, caplog) -> None:
    caplog.set_level(logging.WARNING, "bootfit.lazy")
    registry = registry_with(tree, module, 10**12, {"BOOTFIT_MEMORY_LIMIT": text})
    assert registry.load("sums").implementation == "upper"
    registry.status()
    (record,) = caplog.records  # once, however often it is read
    assert f"BOOTFIT_MEMORY_LIMIT: {text!r} is no size" in record.getMessage()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sums", "'sums' is not written 'plugin:implementation'"),
        ("sums:", "'sums:' is not written"),
        (":upper", "':upper' is not written"),
        ("smus:upper", "no plugin 'smus' (there are: sums)"),
        ("sums:uper", "sums has no 'uper' (there are: upper, lower)"),
        ("sums:lower", "is the fallback, which always serves"),
    ],
)
def test_a_wrong_entry_of_forbid_is_a_warning_and_the_rest_holds(
    tree, module, text, told, caplog
) -> None:
    caplog.set_level(logging.WARNING, "bootfit.lazy")
    registry = registry_with(tree, module, None, {"BOOTFIT_FORBID": f" {text} ,, sums : upper"})
    assert registry.load("sums").implementation == "lower"
    (record,) = caplog.records
    assert told in record.getMessage()


def test_the_environment_is_read_when_a_plugin_is_loaded(module, boundless, monkeypatch) -> None:
    registry = Registry(
        Plugin(
            "sums",
            Implementation("upper", f"{module('Object = list')}:Object"),
            Implementation("lower", f"{module('Object = list')}:Object"),
        ),
        root=boundless,
    )
    monkeypatch.setenv("BOOTFIT_FORBID", "sums:upper")
    assert registry.load("sums").implementation == "lower"


def several(tree: Tree, module, environ: dict) -> Registry:
    """Three plugins whose declared costs, each measured alone, are 60 MiB."""
    source = "class Object:\n pass"
    return Registry(
        *(
            Plugin(
                name,
                Implementation("upper", f"{module(source)}:Object", cost_bytes=60 * MIB),
                Implementation("lower", f"{module(source)}:Object"),
            )
            for name in ("a", "b", "c")
        ),
        root=str(tree.root),
        environ=environ,
    )


def test_what_a_plan_measured_together_goes_before_what_was_declared(tree, module) -> None:
    tree.v2("/app")
    tree.v2_group("/app", str(200 * MIB), f"anon {50 * MIB}\n")
    declared = several(tree, module, {})
    assert [declared.load(name).implementation for name in "abc"] == ["upper", "upper", "lower"]
    planned = several(tree, module, {"BOOTFIT_COST": "a:upper=40Mi, b:upper=40Mi, c:upper=40Mi"})
    assert [planned.load(name).implementation for name in "abc"] == ["upper", "upper", "upper"]
    tight = several(tree, module, {"BOOTFIT_COST": "a:upper=40Mi,b:upper=40Mi,c:upper=70Mi"})
    assert [tight.load(name).implementation for name in "abc"] == ["upper", "upper", "lower"]


def test_modules_that_rungs_share_are_reserved_for_once(tmp_path) -> None:
    admission = Admission("/", lambda: Room(200 * MIB, 110 * MIB, "test"))
    # It took what all share: the next one's reservation is already spent.
    admission.reserve(("a", "upper"), 40 * MIB, 90 * MIB, planned=True)
    admission.reserve(("b", "upper"), 40 * MIB, 0, planned=True)
    assert admission.refusal(80 * MIB) is None
    admission.reserve(("c", "upper"), 40 * MIB, 0, planned=True)
    assert "30.0 MiB that loaded" in admission.refusal(80 * MIB)
    # What was measured alone shares nothing with anybody.
    alone = Admission("/", lambda: Room(200 * MIB, 110 * MIB, "test"))
    alone.reserve(("a", "upper"), 40 * MIB, 90 * MIB, planned=False)
    alone.reserve(("b", "upper"), 40 * MIB, 0, planned=False)
    assert "40.0 MiB that loaded" in alone.refusal(80 * MIB)


@pytest.mark.parametrize("entry", ["a", "a:upper", "a:upper=much", "=3Mi", "a:upper=0"])
def test_a_wrong_cost_is_a_warning(tree, module, caplog, entry) -> None:
    registry = several(tree, module, {"BOOTFIT_COST": entry})
    assert registry.load("a").implementation == "upper"
    assert f"BOOTFIT_COST: {entry!r} is not written" in caplog.text
