import pytest

from bootfit.limits.processes import Process, family, parse_stat


def test_a_name_may_hold_spaces_and_parentheses():
    fields = "S 40 42 43 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 98765 0 0"
    found = parse_stat(f"42 (a (b) c) {fields}")
    assert found == Process(42, 40, 43, 98765, "S", "a (b) c")


def test_a_process_that_has_not_called_exec_is_told():
    line = "42 (sh) S 40 42 43 0 -1 {} 0 0 0 0 0 0 0 0 20 0 1 0 98765 0 0"
    assert parse_stat(line.format(0x400040)).forked
    assert not parse_stat(line.format(0x400000)).forked


def test_half_a_line_is_no_process():
    with pytest.raises(ValueError, match="not a process"):
        parse_stat("42 (python) S 40")


def test_zombies_do_not_live():
    assert not Process(1, 0, 0, 0, "Z", "x").alive
    assert Process(1, 0, 0, 0, "S", "x").alive


def test_a_family_is_the_roots_and_all_below_them_in_any_order():
    processes = [
        Process(pid, parent, 0, 0, "S", "") for pid, parent in [(5, 9), (9, 2), (2, 1), (3, 1)]
    ]
    assert {one.pid for one in family(processes, [2])} == {2, 9, 5}
    assert family(processes, [77]) == ()


def test_a_circle_ends():
    processes = [Process(2, 3, 0, 0, "S", ""), Process(3, 2, 0, 0, "S", "")]
    assert {one.pid for one in family(processes, [2])} == {2, 3}
