from bootfit.limits.accounting import (
    ProcessMemory,
    TreeMemory,
    from_rollup,
    from_status,
    parse_fields,
    without_borrowers,
)

MIB = 1024 * 1024
ROLLUP = b"""5576685dc000-7fff890ce000 ---p 00000000 00:00 0                          [rollup]
Rss:                1808 kB
Pss:                 374 kB
Pss_Anon:            116 kB
Pss_File:            258 kB
Anonymous:           200 kB
"""
STATUS = b"""Name:\tpython
VmHWM:\t    8816 kB
RssAnon:\t    2964 kB
RssFile:\t    5852 kB
RssShmem:\t       8 kB
Threads:\t1
"""


def test_anonymous_is_the_proportional_share_and_files_what_is_left_of_rss():
    assert from_rollup(7, ROLLUP) == ProcessMemory(
        7, 116 * 1024, 1608 * 1024, "pss_anon", whole_anonymous_bytes=200 * 1024
    )


def test_a_rollup_without_pss_anon_is_not_taken_for_nothing():
    assert from_rollup(7, ROLLUP.replace(b"Pss_Anon", b"Pss_Other")) is None


def test_status_is_the_weaker_figure_and_says_so():
    assert from_status(7, STATUS) == ProcessMemory(7, 2964 * 1024, 5860 * 1024, "rss_anon")
    assert from_status(7, b"Name:\tkthreadd\n") is None


def test_only_sizes_are_read():
    assert parse_fields(STATUS)[b"VmHWM"] == 8816 * 1024
    assert b"Threads" not in parse_fields(STATUS)


def test_a_tree_adds_anonymous_memory_and_takes_the_largest_file_backed():
    tree = TreeMemory((ProcessMemory(1, 10, 100, "pss_anon"), ProcessMemory(2, 30, 60, "pss_anon")))
    assert (tree.anonymous_bytes, tree.file_backed_bytes) == (40, 100)
    assert (tree.of(2), tree.without(1), tree.of(3)) == (30, 30, 0)


def test_a_tree_is_labelled_with_its_weakest_figure():
    assert TreeMemory(()).basis == "pss_anon"
    mixed = (ProcessMemory(1, 10, 0, "pss_anon"), ProcessMemory(2, 30, 0, "rss_anon"))
    assert TreeMemory(mixed).basis == "rss_anon"
    assert TreeMemory((*mixed, ProcessMemory(3, 1, 0, "rss"))).basis == "rss"


def one(pid, anonymous, *, whole=None, forked_from=0, files=5 * MIB):
    whole = anonymous if whole is None else whole
    return ProcessMemory(pid, anonymous, files, "pss_anon", whole, forked_from)


def test_a_child_between_vfork_and_exec_has_no_memory_of_its_own():
    parent, child = one(1, 80 * MIB), one(2, 80 * MIB, forked_from=1)
    assert without_borrowers([parent, child]) == (parent,)
    grown = one(2, 80 * MIB + 4096, forked_from=1)  # another thread of the parent went on
    assert without_borrowers([parent, grown]) == (parent,)


def test_after_exec_equal_figures_are_two_processes():
    twins = (one(1, 80 * MIB), one(2, 80 * MIB))
    assert without_borrowers(twins) == twins


def test_after_fork_pages_are_shared_out_and_both_count():
    forked = (one(1, 40 * MIB, whole=80 * MIB), one(2, 40 * MIB, whole=80 * MIB, forked_from=1))
    assert without_borrowers(forked) == forked


def test_a_forked_worker_with_memory_of_its_own_counts():
    workers = (one(1, 80 * MIB), one(2, 60 * MIB, forked_from=1))
    assert without_borrowers(workers) == workers


def test_a_forked_sibling_of_equal_size_counts():
    master, *workers = (
        one(1, 14 * MIB),
        one(2, 80 * MIB, forked_from=1),
        one(3, 80 * MIB, forked_from=1),
    )
    assert without_borrowers([master, *workers]) == (master, *workers)
