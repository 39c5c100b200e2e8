"""Spans of time and fractions as people write them."""

import re

from bootfit.model.errors import UsageError

_SECONDS = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m)?\s*")
_FRACTION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(%)?\s*")


def parse_seconds(text: str) -> float:
    """Return the seconds that ``3s``, ``250ms``, ``2m`` or ``3`` mean.

    Raises:
        UsageError: ``text`` is no positive span.
    """
    match = _SECONDS.fullmatch(text)
    seconds = float(match[1]) * {"ms": 0.001, "m": 60.0}.get(match[2], 1.0) if match else 0.0
    if seconds <= 0:
        raise UsageError(f"{text!r} is not a span of time", "write it like 3s or 250ms")
    return seconds


def parse_fraction(text: str) -> float:
    """Return 0.1 for ``10%`` or ``0.1``.

    Raises:
        UsageError: ``text`` is not at least 0 and below 1.
    """
    match = _FRACTION.fullmatch(text)
    fraction = float(match[1]) / (100 if match[2] else 1) if match else 1.0
    if fraction >= 1:
        raise UsageError(f"{text!r} is not a fraction", "write it like 10% or 0.1")
    return fraction
