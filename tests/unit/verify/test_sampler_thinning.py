from bootfit.model.evidence import MemorySample
from bootfit.verify.sampler import thinned


def samples(totals):
    return [MemorySample(n / 100, total, 0, 0) for n, total in enumerate(totals)]


def test_few_samples_stay_as_they_are():
    few = samples([1, 2, 3])
    assert thinned(few, 3) == tuple(few)


def test_every_stretch_keeps_its_peak_and_time_goes_on():
    totals = [1] * 1_000
    totals[137] = 50
    totals[512] = 90
    points = thinned(samples(totals), 100)
    assert len(points) == 100
    assert {50, 90} <= {point.total_bytes for point in points}
    assert [point.seconds for point in points] == sorted(point.seconds for point in points)
