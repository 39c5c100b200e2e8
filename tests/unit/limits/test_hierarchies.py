from pathlib import Path

from bootfit.limits.hierarchies import parse_hierarchies, read_hierarchies

UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
HYBRID = """\
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""


def test_the_own_group_lies_below_the_mount_point():
    found = parse_hierarchies(UNIFIED, "0::/user.slice/session-1.scope\n")
    assert found.by_controller == {}
    assert found.unified.own_group == Path("/sys/fs/cgroup/user.slice/session-1.scope")
    assert found.unified.groups_upwards() == (
        Path("/sys/fs/cgroup/user.slice/session-1.scope"),
        Path("/sys/fs/cgroup/user.slice"),
        Path("/sys/fs/cgroup"),
    )


def test_version_1_has_a_hierarchy_for_each_controller():
    own = "4:memory:/jobs/7\n2:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n"
    found = parse_hierarchies(HYBRID, own)
    assert found.by_controller["memory"].own_group == Path("/sys/fs/cgroup/memory/jobs/7")
    assert found.by_controller["cpu"].mount_point == Path("/sys/fs/cgroup/cpu,cpuacct")
    assert found.unified.own_group == Path("/sys/fs/cgroup/unified")


def test_a_container_that_is_shown_its_own_group_alone():
    mountinfo = "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
    inside = parse_hierarchies(mountinfo, "4:memory:/docker/abc\n")
    assert inside.by_controller["memory"].own_group == Path("/sys/fs/cgroup/memory")
    below = parse_hierarchies(mountinfo, "4:memory:/docker/abc/job\n")
    assert below.by_controller["memory"].own_group == Path("/sys/fs/cgroup/memory/job")
    elsewhere = parse_hierarchies(mountinfo, "4:memory:/docker/abcdef\n")
    assert elsewhere.by_controller["memory"].own_group == Path("/sys/fs/cgroup/memory")


def test_a_mount_point_may_hold_a_space():
    mountinfo = "35 31 0:32 / /mnt/my\\040groups rw - cgroup2 cgroup2 rw\n"
    assert parse_hierarchies(mountinfo, "0::/\n").unified.mount_point == Path("/mnt/my groups")


def test_what_is_not_mounted_or_not_readable_is_not_there(tmp_path):
    assert parse_hierarchies("", "0::/\n4:memory:/\n").unified is None
    assert read_hierarchies(tmp_path).by_controller == {}
