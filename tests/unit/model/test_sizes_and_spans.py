"""Sizes, spans and fractions as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootfit.model.errors import UsageError
from bootfit.model.sizes import format_mib, parse_size
from bootfit.model.spans import parse_fraction, parse_seconds


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("512Mi", 512 * 2**20), ("1.5GiB", 1536 * 2**20), ("300M", 300_000_000), ("4096", 4096)],
)
def test_sizes(text, size_bytes):
    assert parse_size(text) == size_bytes


@given(st.integers(1, 10**6))
def test_whole_mebibytes_survive_being_written(count):
    assert parse_size(f"{count}Mi") == count * 2**20
    assert format_mib(count * 2**20) == f"{count}.0 MiB"


@pytest.mark.parametrize("text", ["", "-1Mi", "0", "512 Ti", "Mi", "1e9", "NaN"])
def test_no_sizes(text):
    with pytest.raises(UsageError):
        parse_size(text)


@pytest.mark.parametrize(("text", "seconds"), [("3s", 3), ("250ms", 0.25), ("2m", 120), ("7", 7)])
def test_spans(text, seconds):
    assert parse_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(("text", "fraction"), [("10%", 0.1), ("0.25", 0.25), ("0", 0)])
def test_fractions(text, fraction):
    assert parse_fraction(text) == pytest.approx(fraction)


@pytest.mark.parametrize("text", ["100%", "1", "-5%", "much"])
def test_no_fractions(text):
    with pytest.raises(UsageError):
        parse_fraction(text)
