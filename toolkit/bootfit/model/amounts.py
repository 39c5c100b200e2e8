"""Figures as people read them."""

from bootfit.model.comparison import Change, Unit
from bootfit.model.sizes import KIB, MIB


def amount(value: float, unit: Unit) -> str:
    """Return ``value`` with its unit: ``52.3 MiB``, ``0.41 s``, ``18 ms``, ``12``."""
    if unit == "bytes":
        return f"{value / MIB:.1f} MiB" if abs(value) >= MIB / 10 else f"{value / KIB:.0f} KiB"
    if unit == "seconds":
        return f"{value:.2f} s" if abs(value) >= 0.1 else f"{1000 * value:.0f} ms"
    return f"{value:.0f}"


def by_how_much(change: Change) -> str:
    """Return the difference without its sign: ``5.0 MiB (12 %)``."""
    told = amount(abs(change.difference), change.unit)
    return told if change.ratio is None else f"{told} ({100 * abs(change.ratio):.0f} %)"
