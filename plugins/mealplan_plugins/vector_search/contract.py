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


class VectorsUnavailable(CallerError):  # noqa: N818 - an answer, no error
    """Vector steps are skipped: search goes by text alone."""


class DimensionMismatch(CallerError):  # noqa: N818 - an answer, no error
    """Vectors of different spaces were mixed: the caller's mistake, not a rung's failure."""


class VectorIndex(Protocol):
    """An index over vectors of one space."""

    def nearest(self, vector: Sequence[float], count: int) -> list[Neighbour]:
        """Return the ``count`` best by inner product, best first, ties by position.

        Raises:
            DimensionMismatch: ``vector`` has other dimensions than the index.
        """
        ...


class VectorSearch(Protocol):
    """An implementation."""

    def build(self, vectors: Sequence[Sequence[float]]) -> VectorIndex:
        """Return an exact index over ``vectors``.

        Raises:
            VectorsUnavailable: this is the fallback.
            DimensionMismatch: the vectors differ in dimensions.
        """
        ...
