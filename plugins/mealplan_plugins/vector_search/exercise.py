"""The work that measures `vector_search`: a catalogue's index and twenty queries."""

import random
from array import array

from mealplan_plugins.vector_search.contract import VectorSearch, VectorsUnavailable

_VECTORS, _DIMENSIONS, _QUERIES = 2000, 256, 20


def run(search: VectorSearch) -> None:
    """Index 2,000 vectors of 256 dimensions, and let 20 of them find themselves.

    The fallback's refusal is its documented answer, and so a success.

    Raises:
        RuntimeError: a vector is not its own nearest neighbour.
    """
    draw = random.Random(0)  # noqa: S311 - test vectors, no secrets
    # Arrays, as a store of vectors hands them over: lists of numbers would outweigh the index.
    vectors = [array("f", array("b", draw.randbytes(_DIMENSIONS))) for _ in range(_VECTORS)]
    try:
        index = search.build(vectors)
    except VectorsUnavailable:
        return
    for position in range(_QUERIES):
        if index.nearest(vectors[position], 10)[0].position != position:
            raise RuntimeError(f"vector {position} did not find itself")
