import random
from array import array

import pytest

from mealplan_plugins.vector_search.contract import (
    DimensionMismatch,
    Neighbour,
    VectorsUnavailable,
)
from mealplan_plugins.vector_search.no_vectors import NoVectors


def search(name: str):
    pytest.importorskip("numpy")
    if name == "numpy":
        from mealplan_plugins.vector_search.numpy_index import NumpySearch

        return NumpySearch()
    pytest.importorskip("faiss")
    from mealplan_plugins.vector_search.faiss_index import FaissSearch

    return FaissSearch()


both = pytest.mark.parametrize("name", ["faiss", "numpy"])


def vectors(count: int, dimensions: int, seed: int = 0) -> list[list[float]]:
    draw = random.Random(seed)
    return [[draw.gauss(0, 1) for _ in range(dimensions)] for _ in range(count)]


@both
def test_neighbours_are_those_of_plain_arithmetic(name) -> None:
    stored, queries = vectors(300, 16), vectors(10, 16, seed=1)
    index = search(name).build(stored)
    for query in queries:
        scores = [sum(a * b for a, b in zip(v, query, strict=True)) for v in stored]
        expected = sorted(range(300), key=lambda place: (-scores[place], place))[:7]
        found = index.nearest(query, 7)
        assert [one.position for one in found] == expected
        assert [one.score for one in found] == pytest.approx(
            [scores[place] for place in expected], abs=1e-4
        )


@both
@pytest.mark.parametrize("count", [1, 2, 3, 40, 99, 200])
def test_ties_go_by_position_wherever_the_cut_falls(name, count) -> None:
    tied = [[1.0, 0.0, 0.3]] * 100
    index = search(name).build([[2.0, 0.0, 0.0], *tied, [0.5, 0.0, 0.0]])
    found = index.nearest([1.0, 0.0, 0.0], count)
    assert [one.position for one in found] == list(range(min(count, 102)))


def test_faiss_and_numpy_give_the_same_answers() -> None:
    stored = vectors(500, 32)
    stored += stored[:50]  # duplicates: ties
    one, other = search("faiss").build(stored), search("numpy").build(stored)
    for query in vectors(20, 32, seed=2):
        first, second = one.nearest(query, 25), other.nearest(query, 25)
        assert [hit.position for hit in first] == [hit.position for hit in second]
        assert [hit.score for hit in first] == pytest.approx(
            [hit.score for hit in second], abs=1e-4
        )


@both
def test_the_edges(name) -> None:
    empty = search(name).build([])
    assert empty.nearest([1.0, 2.0], 3) == []
    index = search(name).build([array("f", [1.0, 0.0]), array("f", [0.0, 1.0])])
    assert index.nearest([0.0, 1.0], 0) == []
    assert index.nearest([0.0, 1.0], -1) == []
    assert index.nearest(array("f", [0.0, 1.0]), 1) == [Neighbour(1, 1.0)]
    assert len(index.nearest([0.0, 1.0], 99)) == 2


@both
def test_vectors_of_another_space_are_an_answer(name) -> None:
    with pytest.raises(DimensionMismatch, match=r"\[2, 3\]"):
        search(name).build([[1.0, 2.0], [1.0, 2.0, 3.0]])
    index = search(name).build([[1.0, 2.0]])
    with pytest.raises(DimensionMismatch, match="query of 3 dimensions, index of 2"):
        index.nearest([1.0, 2.0, 3.0], 1)


def test_the_fallback_refuses_and_says_what_goes_on() -> None:
    with pytest.raises(VectorsUnavailable, match="by text alone"):
        NoVectors().build([[1.0]])
