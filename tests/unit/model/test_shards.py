"""Plugins split between machines, and their documents put together again."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootfit.model.app import PluginDeclaration
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding, Severity
from bootfit.model.measurement import ProbeResult, Samples
from bootfit.model.run import Shard
from bootfit.model.shards import measures_union, merge_runs, parse_shard, part_of, resampled
from bootfit.model.sizes import MIB
from run_documents import figures, full_run


@given(
    names=st.lists(st.text(min_size=1, max_size=8), unique=True, max_size=30),
    of=st.integers(1, 12),
    seed=st.randoms(),
)
def test_all_shards_together_have_each_plugin_once_in_any_order(names, of, seed):
    plugins = [PluginDeclaration(name, ()) for name in names]
    parts = [part_of(plugins, Shard(number, of)) for number in range(1, of + 1)]
    assert sorted(one.name for part in parts for one in part) == sorted(names)
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    shuffled = list(plugins)
    seed.shuffle(shuffled)
    for number, part in enumerate(parts, start=1):
        assert set(part_of(shuffled, Shard(number, of))) == set(part)


def test_one_shard_alone_loads_all_together_and_it_has_no_more_than_others():
    for of in range(1, 9):
        (number,) = [n for n in range(1, of + 1) if measures_union(Shard(n, of))]
        plugins = [PluginDeclaration(str(n), ()) for n in range(10)]
        sizes = [len(part_of(plugins, Shard(n, of))) for n in range(1, of + 1)]
        assert sizes[number - 1] == min(sizes)


@pytest.mark.parametrize("text", ["", "2", "0/4", "5/4", "2/0", "-1/4", "a/b", "1/2/3", "1/99999"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_shard(text)
    assert "2/4" in caught.value.hint


def test_a_shard_is_read_as_it_is_written():
    assert parse_shard(" 2 / 4 ") == Shard(2, 4)
    assert str(parse_shard("2/4")) == "2/4"


def shard(number, of, *subjects):
    """Return the document of a shard that measured ``subjects`` of the shop."""
    whole = full_run("measure")
    probes = tuple(
        one for one in whole.measurements.probes if one.subject in subjects and one.mode != "union"
    )
    return replace(
        whole,
        findings=(),
        shard=Shard(number, of),
        measurements=replace(whole.measurements, probes=probes),
    )


def test_shards_become_the_whole_whatever_their_order():
    one, two = shard(1, 2, "search:words"), shard(2, 2, "search:torch", "search:numpy")
    merged = merge_runs([one, two], ["1", "2"])
    assert merged.shard is None
    assert [(p.subject, p.mode) for p in merged.measurements.probes] == [
        ("search:torch", "alone"),
        ("search:numpy", "alone"),
        ("search:numpy", "on_top"),
        ("search:words", "alone"),
        ("search:words", "on_top"),
    ]
    again = merge_runs([two, one], ["2", "1"])
    assert again.measurements.probes == merged.measurements.probes
    # The app was measured by each of them.
    assert len(merged.measurements.app.figures.import_cpu_seconds.values) == 6


def test_repeated_runs_have_the_samples_of_all_in_their_order():
    first = replace(full_run("measure"), findings=())
    slower = ProbeResult(
        ("search:numpy",), "alone", "measured", figures=figures(41.0, import_seconds=0.7)
    )
    probes = tuple(
        slower if one.subject == "search:numpy" and one.mode == "alone" else one
        for one in first.measurements.probes
    )
    second = replace(first, measurements=replace(first.measurements, probes=probes))
    merged = merge_runs([first, second], ["1", "2"])
    told = merged.measurements.of("alone", "search:numpy").figures
    assert told.import_cpu_seconds == Samples((0.5, 0.5, 0.5, 0.7, 0.7, 0.7))
    assert told.kernel_bytes is None
    assert merged.measurements.of("alone", "search:torch").status == "not_installed"


def test_findings_are_told_once_and_the_worst_of_them():
    mild = Finding("BF303", "x", Severity.WARNING, "app", "takes 30.1 MiB")
    hard = replace(mild, severity=Severity.ERROR, message="takes 30.2 MiB")
    other = replace(mild, subject="search:words")
    runs = [
        replace(shard(1, 2), findings=(mild, other)),
        replace(shard(2, 2), findings=(hard, other)),
    ]
    assert merge_runs(runs, ["1", "2"]).findings == (hard, other)


def conditions(run, **changes):
    measured = run.measurements
    return replace(
        run, measurements=replace(measured, conditions=replace(measured.conditions, **changes))
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda run: replace(run, project="other"), "another project than one.json: other"),
        (lambda run: replace(run, target="Heroku"), "another target than one.json: Heroku"),
        (lambda run: replace(run, budget_bytes=1), "another memory budget"),
        (lambda run: replace(run, app=replace(run.app, app="a:b")), "another app"),
        (lambda run: replace(run, app=replace(run.app, plugins=())), "other plugins"),
        (lambda run: replace(run, measurements=None), "two.json holds no measurements"),
        (lambda run: conditions(run, python="CPython 3.12.1"), "another interpreter"),
        (lambda run: conditions(run, machine="aarch64"), "another architecture"),
        (lambda run: conditions(run, installed=(("flask", "3.1.3"),)), "numpy 2.4.6"),
        (lambda run: replace(run, shard=Shard(2, 3)), "different splits"),
        (lambda run: replace(run, shard=None), "different splits"),
        (lambda run: replace(run, shard=Shard(1, 2)), "missing: 2/2"),
    ],
)
def test_what_does_not_belong_together_is_refused_in_one_line(change, told):
    with pytest.raises(UsageError) as caught:
        merge_runs([shard(1, 2), change(shard(2, 2))], ["one.json", "two.json"])
    assert told in caught.value.message
    assert "two.json" in caught.value.message or "shards" in caught.value.message
    assert "\n" not in caught.value.message


def test_a_shard_given_twice_is_refused():
    with pytest.raises(UsageError, match="given twice: 1/2"):
        merge_runs([shard(1, 2), shard(2, 2), shard(1, 2)], ["1", "2", "3"])


def test_the_path_of_the_interpreter_may_differ_between_machines():
    one, two = shard(1, 2), conditions(shard(2, 2), interpreter="/elsewhere/python")
    assert merge_runs([one, two], ["1", "2"]).measurements is not None


def test_rounds_take_the_place_of_samples_but_of_those_taken_alone():
    measured = full_run("measure").measurements
    again = [
        ProbeResult(("search:numpy",), "union", "measured", figures=figures(peak))
        for peak in (60.0, 61.0)
    ]
    told = resampled(measured, {("search:numpy",): again})
    on_top = told.of("on_top", "search:numpy").figures
    assert len(on_top.peak_anonymous_bytes.values) == 6
    assert on_top.peak_anonymous_bytes.maximum > 61 * MIB
    assert told.of("union", "search:numpy").figures == on_top
    for mode, name in (("alone", "search:numpy"), ("on_top", "search:words")):
        assert told.of(mode, name) == measured.of(mode, name)
    assert told.app == measured.app


def test_a_round_that_failed_is_the_result():
    measured = full_run("measure").measurements
    fine = ProbeResult(("search:numpy",), "union", "measured", figures=figures(60.0))
    crashed = ProbeResult(("search:numpy",), "union", "crashed", "signal 11")
    told = resampled(measured, {("search:numpy",): [fine, crashed]})
    assert told.of("on_top", "search:numpy").status == "crashed"
