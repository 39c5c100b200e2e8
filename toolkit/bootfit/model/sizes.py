"""Sizes: written ``512Mi``, held in bytes, read by people in MiB."""

import re

from bootfit.model.errors import UsageError

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_UNITS = {
    "": 1,
    "k": 1000,
    "m": 1000**2,
    "g": 1000**3,
    "ki": KIB,
    "mi": MIB,
    "gi": GIB,
}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmg]i?)?b?\s*", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Return the bytes that ``text`` means: ``512Mi``, ``1.5GiB``, ``300M`` (decimal), ``4096``.

    Raises:
        UsageError: ``text`` is no positive size.
    """
    match = _SIZE.fullmatch(text)
    size = int(float(match[1]) * _UNITS[(match[2] or "").lower()]) if match else 0
    if size <= 0:
        raise UsageError(f"{text!r} is not a size", "write it like 512Mi or 1.5Gi")
    return size


def format_mib(size_bytes: float) -> str:
    """Return ``size_bytes`` for people: ``97.3 MiB``."""
    return f"{size_bytes / MIB:.1f} MiB"
