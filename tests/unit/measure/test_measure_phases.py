import pytest

from bootfit.measure.phases import (
    Phase,
    Reading,
    figures_of_run,
    peak_from_high_water,
    samples_of_runs,
)

MIB = 1024 * 1024


def phase(name, *, now=0, peak=0, children=0, files=0, high_water=0, kernel=None, **event):
    reading = Reading(now, files, peak, children, high_water, "pss_anon", kernel)
    return Phase(name, event, reading)


def test_import_is_of_the_rung_and_not_of_the_app_below_it():
    figures = figures_of_run(
        [
            phase("started", now=3, modules=30),
            phase("app", now=20, peak=25, cpu=2.0, wall=4.0, modules=300),
            phase("loaded", now=50, peak=60, cpu=0.5, wall=0.75, modules=400),
            phase("exercised", now=55, peak=90, cpu=0.25),
            phase("repeated", now=55, peak=70, cpu=0.125),
        ]
    )
    assert (figures.import_cpu_seconds, figures.import_wall_seconds) == (0.5, 0.75)
    assert figures.anonymous_after_import_bytes == 50
    assert figures.modules == 400


def test_transient_is_the_second_exercise_above_what_stood_before_it():
    figures = figures_of_run(
        [
            phase("started", now=3),
            phase("loaded", now=50, peak=60),
            phase("exercised", now=58, peak=190),
            phase("repeated", now=59, peak=70),
        ]
    )
    assert figures.transient_bytes == 70 - 58
    assert figures.peak_anonymous_bytes == 190
    assert figures.anonymous_after_exercise_bytes == 59


def test_of_several_rungs_the_largest_transient_counts_and_their_work_adds_up():
    figures = figures_of_run(
        [
            phase("started"),
            phase("loaded", now=50),
            phase("exercised", now=60, cpu=1.0),
            phase("exercised", now=65, cpu=2.0),
            phase("repeated", now=65, peak=95, cpu=0.5),
            phase("repeated", now=66, peak=75, cpu=0.5),
        ]
    )
    assert figures.transient_bytes == 30
    assert figures.exercise_cpu_seconds == 3.0


def test_an_app_alone_has_no_transient():
    figures = figures_of_run([phase("started", now=3), phase("app", now=20, peak=30, cpu=1.0)])
    assert figures.transient_bytes == 0
    assert figures.exercise_cpu_seconds == 0
    assert figures.import_cpu_seconds == 1.0


def test_a_second_exercise_that_needs_less_has_no_negative_transient():
    figures = figures_of_run(
        [phase("started"), phase("loaded"), phase("exercised", now=80), phase("repeated", peak=70)]
    )
    assert figures.transient_bytes == 0


def test_peaks_of_children_and_high_water_are_kept_from_whichever_phase_had_them():
    figures = figures_of_run(
        [
            phase("started", high_water=9),
            phase("loaded", children=7, files=5, high_water=80),
            phase("exercised", children=40, files=6, high_water=60),
            phase("repeated", children=30, files=4),
        ]
    )
    assert (figures.children_peak_bytes, figures.high_water_rss_bytes) == (40, 80)
    assert figures.file_backed_bytes == 6


def test_samples_keep_the_order_of_the_runs():
    first = figures_of_run([phase("started", now=1), phase("loaded", now=10)])
    second = figures_of_run([phase("started", now=1), phase("loaded", now=30)])
    samples = samples_of_runs([first, second]).anonymous_after_import_bytes
    assert samples.values == (10, 30)
    assert samples.median == 20


def test_nothing_measured_is_an_error_and_not_a_zero():
    with pytest.raises(ValueError, match="no run"):
        samples_of_runs([])
    with pytest.raises(ValueError, match="first phase"):
        figures_of_run([])


def test_high_water_bounds_the_anonymous_peak_from_below():
    assert peak_from_high_water(100 * MIB, 10 * MIB, processors=2) == 90 * MIB - 2 * 32 * 4096
    assert peak_from_high_water(10 * MIB, 20 * MIB, processors=2) == 0


def test_on_many_processors_the_kernel_counts_late_and_more_is_taken_off():
    few = peak_from_high_water(100 * MIB, 10 * MIB, processors=2)
    many = peak_from_high_water(100 * MIB, 10 * MIB, processors=64)
    assert few - many > 30 * MIB


def test_a_run_that_missed_the_children_does_not_lower_the_peak():
    seen, missed, almost = (
        figures_of_run([phase("loaded", now=10, peak=10 + child, children=child)])
        for child in (100, 20, 95)
    )
    found = samples_of_runs([missed, seen, missed, almost])
    assert found.children_peak_bytes.values == (100, 95)
    assert found.peak_anonymous_bytes.values == (110, 105)
    assert len(found.anonymous_after_import_bytes.values) == 4


def test_kernel_memory_is_the_highest_of_a_run_with_a_sample_for_each():
    runs = [
        figures_of_run([phase("started", kernel=1), phase("loaded", kernel=at), phase("repeated")])
        for at in (5, 7, 6)
    ]
    assert samples_of_runs(runs).kernel_bytes.values == (5, 7, 6)


def test_kernel_memory_that_nobody_tells_is_unknown_and_not_nothing():
    assert samples_of_runs([figures_of_run([phase("loaded")])]).kernel_bytes is None
