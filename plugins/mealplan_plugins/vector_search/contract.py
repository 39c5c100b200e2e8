"""What goes into and comes out of `vector_search`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bootfit.lazy import CallerError


@dataclass(frozen=True)
class Neighbour:
    """One hit: the position of the vector in the index, and its inner product with the query."""

    position: int
    score: float


class VectorsUnavailable(CallerError):
    """Vector steps are skipped: search goes by text alone."""


class VectorIndex(Protocol):
    """An index over vectors of one space."""

    def nearest(self, vector: Sequence[float], count: int) -> list[Neighbour]:
        """Return the ``count`` best by inner product, best first, ties by position."""
        ...


class VectorSearch(Protocol):
    """An implementation."""

    def build(self, vectors: Sequence[Sequence[float]]) -> VectorIndex:
        """Return an exact index over ``vectors``.

        Raises:
            VectorsUnavailable: this is the fallback.
        """
        ...
