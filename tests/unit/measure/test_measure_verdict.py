import pytest

from bootfit.measure.phases import Phase, Reading, figures_of_run, samples_of_runs
from bootfit.measure.verdict import judge
from bootfit.model.finding import Severity

MIB = 1024 * 1024


def figures(peak_mib, high_water_mib=0, kernel_mib=None):
    kernel = None if kernel_mib is None else kernel_mib * MIB
    reading = Reading(0, 0, peak_mib * MIB, 0, high_water_mib * MIB, "pss_anon", kernel)
    return samples_of_runs([figures_of_run([Phase("started", {}, reading)])])


@pytest.mark.parametrize(
    ("peak", "severity"),
    [
        (400, None),
        (409, None),
        (410, Severity.WARNING),
        (465, Severity.WARNING),
        (466, Severity.ERROR),
        (600, Severity.ERROR),
    ],
)
def test_ten_per_cent_short_is_an_error_and_twenty_five_a_warning(peak, severity):
    assert judge(figures(peak), 512 * MIB).severity is severity


def test_resident_above_the_budget_is_slow_and_not_dead():
    verdict = judge(figures(300, high_water_mib=551), 512 * MIB)
    assert verdict.severity is Severity.NOTE
    assert "551.0 MiB" in verdict.reason


def test_a_warning_is_not_hidden_by_the_note():
    assert judge(figures(450, high_water_mib=551), 512 * MIB).severity is Severity.WARNING


def test_kernel_memory_counts_where_it_is_known():
    assert judge(figures(400), 512 * MIB).severity is None
    verdict = judge(figures(400, kernel_mib=20), 512 * MIB)
    assert verdict.severity is Severity.WARNING
    assert "420.0 MiB of anonymous and kernel memory" in verdict.reason


def test_the_reason_says_what_is_needed_and_what_there_is():
    reason = judge(figures(500), 512 * MIB).reason
    assert "500.0 MiB" in reason
    assert "550.0 MiB" in reason
    assert "512.0 MiB" in reason
