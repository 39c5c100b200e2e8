"""What measuring again moves is no difference, and everything else is."""

import pytest

from bootfit.emit.measured_figures import agree

SETTINGS = """\
# Predicted peak: 49.9 MiB.
workers = 1

# Twice the slowest first request, 21 s.
timeout = 45
max_requests = 0
os.environ.setdefault('BOOTFIT_COST', 'shop:vectors=14Mi,shop:table=3Mi')
"""


@pytest.mark.parametrize(
    ("this", "becomes"),
    [
        ("49.9 MiB", "50.7 MiB"),
        ("# Twice the slowest first request, 21 s.", "# Twice the slowest\n# first, 22 s."),
        ("timeout = 45", "timeout = 50"),
        ("vectors=14Mi", "vectors=15Mi"),
        ("table=3Mi", "table=4Mi"),
    ],
)
def test_a_second_measurement_agrees(this, becomes):
    assert this in SETTINGS
    assert agree(SETTINGS, SETTINGS.replace(this, becomes))
    assert agree(SETTINGS.replace(this, becomes), SETTINGS)


@pytest.mark.parametrize(
    ("this", "becomes"),
    [
        ("workers = 1", "workers = 2"),
        ("workers = 1", "# workers = 1"),
        ("timeout = 45", "timeout = 90"),
        ("timeout = 45", "graceful_timeout = 45"),
        ("timeout = 45", "timeout = 0"),
        ("max_requests = 0", "max_requests = 1"),
        ("vectors=14Mi", "vectors=28Mi"),
        ("vectors=14Mi", "pictures=14Mi"),
        (",shop:table=3Mi", ""),
        ("14Mi", "14Gi"),
        ("timeout = 45", "timeout = 45\nreload = True"),
    ],
)
def test_another_plan_does_not(this, becomes):
    assert this in SETTINGS
    assert not agree(SETTINGS, SETTINGS.replace(this, becomes))
    assert not agree(SETTINGS.replace(this, becomes), SETTINGS)
