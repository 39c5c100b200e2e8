"""The one order of neighbours, whatever computed the scores."""

from collections.abc import Iterable, Sequence

from mealplan_plugins.vector_search.contract import DimensionMismatch, Neighbour

#: Scores that agree to so many decimals are a tie: single precision carries no more of them.
TIE_DECIMALS = 6


def ranked(hits: Iterable[tuple[int, float]], count: int) -> list[Neighbour]:
    """Return the ``count`` best of (position, score), best first, ties by position."""
    best = sorted((-round(score, TIE_DECIMALS), position) for position, score in hits)
    return [Neighbour(position, -negated) for negated, position in best[:count]]


def common_length(vectors: Sequence[Sequence[float]]) -> int:
    """Return the dimensions of ``vectors``; 0 where there are none.

    Raises:
        DimensionMismatch: they differ.
    """
    lengths = {len(vector) for vector in vectors}
    if len(lengths) > 1:
        raise DimensionMismatch(f"vectors of different dimensions: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def check_query(vector: Sequence[float], dimensions: int) -> None:
    """Refuse a query from another space.

    Raises:
        DimensionMismatch: the query has not ``dimensions`` dimensions.
    """
    if len(vector) != dimensions:
        raise DimensionMismatch(f"query of {len(vector)} dimensions, index of {dimensions}")
