"""A figure of a comparison, in its unit."""

from bootfit.model.comparison import Unit
from bootfit.model.sizes import format_mib


def quantity(value: float, unit: Unit) -> str:
    """Return ``value`` for people: ``97.3 MiB``, ``0.412 s`` or ``24``."""
    if unit == "bytes":
        return format_mib(value)
    return f"{value:.3f} s" if unit == "seconds" else f"{value:g}"
