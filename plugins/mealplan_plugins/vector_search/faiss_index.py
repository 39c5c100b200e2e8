"""Exact inner products with FAISS, whose kernels outrun numpy on large catalogues."""

from collections.abc import Sequence

import faiss
import numpy as np

from mealplan_plugins.vector_search.contract import Neighbour
from mealplan_plugins.vector_search.ranking import TIE_DECIMALS, check_query, common_length, ranked


class _FaissIndex:
    """Vectors in a flat FAISS index."""

    def __init__(self, vectors: Sequence[Sequence[float]]) -> None:
        self._dimensions = common_length(vectors)
        self._count = len(vectors)
        if self._count:
            self._index = faiss.IndexFlatIP(self._dimensions)
            self._index.add(np.asarray(vectors, dtype=np.float32))

    def nearest(self, vector: Sequence[float], count: int) -> list[Neighbour]:
        """Return the ``count`` best by inner product, best first, ties by position.

        Raises:
            DimensionMismatch: ``vector`` is of another space.
        """
        if not self._count or count <= 0:
            return []
        check_query(vector, self._dimensions)
        query = np.asarray([vector], dtype=np.float32)
        # FAISS breaks ties as it likes: take more until the last hit is past the tie.
        asked = min(count + 1, self._count)
        while True:
            scores, positions = self._index.search(query, asked)
            last, wanted = scores[0][-1], scores[0][min(count, asked) - 1]
            if asked == self._count or wanted - last > 10.0**-TIE_DECIMALS:
                break
            asked = min(asked * 2, self._count)
        return ranked(zip(positions[0].tolist(), scores[0].tolist(), strict=True), count)


class FaissSearch:
    """`VectorSearch` by FAISS."""

    def build(self, vectors: Sequence[Sequence[float]]) -> _FaissIndex:
        """Return an exact index over ``vectors``.

        Raises:
            DimensionMismatch: the vectors differ in dimensions.
        """
        return _FaissIndex(vectors)
