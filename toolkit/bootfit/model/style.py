"""How a report is laid out for whoever reads it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """Width in columns, whether colour is wanted, and how much is said (-1 quiet, 1 verbose)."""

    width: int = 100
    color: bool = False
    verbosity: int = 0
