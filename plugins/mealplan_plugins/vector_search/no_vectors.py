"""The fallback: no vectors."""

from collections.abc import Sequence
from typing import NoReturn

from mealplan_plugins.vector_search.contract import VectorsUnavailable


class NoVectors:
    """`VectorSearch` where neither FAISS nor numpy can serve."""

    def build(self, vectors: Sequence[Sequence[float]]) -> NoReturn:
        """Refuse.

        Raises:
            VectorsUnavailable: always.
        """
        raise VectorsUnavailable(
            f"no vector index can be built over {len(vectors)} vectors; search goes by text alone"
        )
