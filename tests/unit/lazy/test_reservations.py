"""What rungs that were admitted may still take is not given to others."""

from pathlib import Path

import pytest

from bootfit.lazy import Implementation, Plugin, Registry

MIB = 1024**2
PAGES_PER_MIB = 256
FALLS = "class Object:\n pass"


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A v2 group with 500 MiB (25 of them headroom) and a process in it, as files."""
    monkeypatch.setattr("os.sysconf", lambda name: MIB // PAGES_PER_MIB)
    root = tmp_path / "root"
    (root / "proc/self").mkdir(parents=True)
    (root / "group").mkdir()
    (root / "proc/self/cgroup").write_text("0::/\n")
    (root / "proc/self/mountinfo").write_text("31 23 0:28 / /group rw - cgroup2 none rw\n")
    (root / "group/memory.max").write_text(f"{500 * MIB}\n")

    def taken(mib: int, *, by_others: int = 0) -> str:
        """Return source that makes this process hold so much."""
        pages = mib * PAGES_PER_MIB
        return (
            f"open({str(root / 'proc/self/statm')!r}, 'w')"
            f".write('90000 {pages + 77} 77 1 0 5 0\\n')\n"
            f"open({str(root / 'group/memory.stat')!r}, 'w')"
            f".write('anon {(mib + by_others) * MIB}\\nkernel 0\\n')\n"
        )

    taken.root = str(root)  # type: ignore[attr-defined]
    exec(taken(100))
    return taken


@pytest.fixture
def make(memory, module):
    """Make a registry of plugins with a source and a cost each, and a fallback without cost."""

    def build(**plugins: tuple[str, int]) -> Registry:
        return Registry(
            *[
                Plugin(
                    name,
                    Implementation(
                        "upper", f"{module(source + FALLS)}:Object", cost_bytes=cost * MIB
                    ),
                    Implementation("lower", f"{module(FALLS)}:Object"),
                )
                for name, (source, cost) in plugins.items()
            ],
            root=memory.root,
            environ={},
        )

    return build


def test_what_a_loaded_rung_has_not_taken_of_its_cost_is_kept_for_it(memory, make) -> None:
    # 375 MiB to give away; the first takes 50 of its 200 when loaded, so 175 remain.
    registry = make(first=(memory(150), 200), second=("", 176), third=("", 175))
    assert registry.load("first").implementation == "upper"
    second = registry.load("second")
    assert second.implementation == "lower"
    assert second.declined[0].reason == "no_memory"
    assert "150.0 MiB that loaded implementations may still take" in second.declined[0].detail
    assert registry.load("third").implementation == "upper"


def test_what_a_rung_takes_beyond_its_cost_is_no_credit_to_others(memory, make) -> None:
    registry = make(first=(memory(300), 20), second=("", 176), third=("", 175))
    assert registry.load("first").implementation == "upper"
    assert registry.load("second").implementation == "lower"
    assert registry.load("third").implementation == "upper"


def test_what_another_worker_takes_meanwhile_does_not_count_as_the_rung_s(memory, make) -> None:
    # Others take 100 of the group's memory while this one loads: 275 left, 200 of them reserved.
    registry = make(first=(memory(100, by_others=100), 200), second=("", 76), third=("", 75))
    assert registry.load("first").implementation == "upper"
    assert registry.load("second").implementation == "lower"
    assert registry.load("third").implementation == "upper"


def test_a_rung_that_could_not_be_loaded_keeps_nothing(memory, make) -> None:
    registry = make(first=("1/0\n", 370), second=("", 375))
    assert registry.load("first").implementation == "lower"
    assert registry.load("second").implementation == "upper"


def test_a_part_of_the_limit_is_left_for_requests_under_way(make) -> None:
    registry = make(large=("", 376), fits=("", 375))
    assert registry.load("large").implementation == "lower"
    assert registry.load("fits").implementation == "upper"


def test_where_the_process_s_memory_cannot_be_read_the_whole_cost_is_kept(memory, make) -> None:
    Path(memory.root, "proc/self/statm").unlink()
    registry = make(first=("", 300), second=("", 76), third=("", 75))
    assert registry.load("first").implementation == "upper"
    assert registry.load("second").implementation == "lower"
    assert registry.load("third").implementation == "upper"
