"""What the control groups of this process leave, over laid-out folders."""

from bootfit.limits.free_memory import left_in_groups
from bootfit.limits.hierarchies import Hierarchies, Hierarchy


def lay(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(str(text))


def test_each_limited_group_upwards_counts_and_files_are_free(tmp_path):
    lay(tmp_path, memory__max="max", memory__current=10)
    lay(tmp_path / "pod", memory__max=1000, memory__current=700)
    (tmp_path / "pod" / "memory.stat").write_text("active_file 50\ninactive_file 100\nanon 5\n")
    lay(tmp_path / "pod" / "own", memory__max=5000, memory__current=600)
    tree = Hierarchies(Hierarchy(tmp_path, tmp_path / "pod" / "own"), {})
    assert left_in_groups(tree) == [4400, 450]


def test_version_1_and_a_group_that_is_over_its_limit(tmp_path):
    lay(tmp_path / "own", memory__limit_in_bytes=1000, memory__usage_in_bytes=1200)
    memory = Hierarchy(tmp_path, tmp_path / "own")
    assert left_in_groups(Hierarchies(None, {"memory": memory})) == [0]
    (tmp_path / "own" / "memory.stat").write_text("total_inactive_file 500\nactive_file 9\n")
    assert left_in_groups(Hierarchies(None, {"memory": memory})) == [300]


def test_without_groups_nothing_is_said():
    assert left_in_groups(Hierarchies(None, {})) == []
