"""Search as a whole: words always, vectors where plugins serve them, and notes where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mealplan.catalogue.foods import words
from mealplan.kitchen import Kitchen
from mealplan.parts import parts
from mealplan.served import call
from mealplan.services.search import (
    Candidate,
    Mode,
    Result,
    Scored,
    by_both,
    by_meaning,
    by_text,
    by_words,
    of_dish,
    of_food,
)
from mealplan_plugins.text_embeddings.contract import TextEmbeddings
from mealplan_plugins.vector_search.contract import VectorsUnavailable

#: Foods that text search hands on to vector search: encoding the whole catalogue at run time
#: would take minutes.
_CANDIDATES = 48
_FOODS_BY_TEXT = (
    f"every dish is compared by its vector, but of the foods only the first {_CANDIDATES} that"
    " share a word with the query"
)


@dataclass(frozen=True)
class Found:
    """The answer to a search; ``mode`` is how it was really served, ``notes`` say why."""

    searchable: bool
    mode: Mode
    results: list[Result]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Vectors:
    """A vector search's answer, or why there is none."""

    ranked: tuple[Scored, ...]
    semantic: bool
    note: str


def find(query: str, mode: Mode, limit: int, own: Kitchen) -> Found:
    """Return what is found for ``query``; a mode that cannot be served gives way to text.

    The caller's own foods and dishes are found by their words, whatever the mode.
    """
    if not words(query):
        return Found(searchable=False, mode="text", results=[], notes=())
    foods = parts().foods.search(query, _CANDIDATES)
    text = [
        [Scored(of_food(hit.food), hit.score) for hit in foods],
        parts().dish_text.search(query, _CANDIDATES),
        by_words(
            query,
            [
                *(of_dish(dish) for dish in own.own_dishes.values()),
                *(of_food(food) for food in own.own_foods.values()),
            ],
        ),
    ]
    if mode == "text":
        return Found(searchable=True, mode="text", results=by_text(text, limit), notes=())
    vectors = _by_vectors(query, [of_food(hit.food) for hit in foods])
    if not vectors.ranked or (mode == "semantic" and not vectors.semantic):
        return Found(True, "text", by_text(text, limit), (vectors.note,))
    notes = (*((vectors.note,) if vectors.note else ()), _FOODS_BY_TEXT)
    if mode == "semantic":
        return Found(True, "semantic", by_meaning(vectors.ranked, limit), notes)
    return Found(True, "hybrid", by_both(text, vectors.ranked, limit), notes)


def _by_vectors(query: str, foods: Sequence[Candidate]) -> _Vectors:
    """Rank every dish and the candidate ``foods`` by their vectors' likeness to the query's."""
    encoded = call("text_embeddings", "encode", [query, *(one.name for one in foods)])
    embeddings: TextEmbeddings = encoded.served_by
    semantic = embeddings.semantic
    note = (
        ""
        if semantic
        else f"the embeddings that serve ({encoded.implementation}) know spelling, not meaning:"
        " nothing here is semantic"
    )
    dishes = [of_dish(dish) for dish in parts().dishes.all.values()]
    of_dishes = _dish_vectors(embeddings.space, [one.name for one in dishes])
    candidates = [*(dishes if of_dishes else ()), *foods]
    wanted, *of_foods = encoded.value
    if not any(wanted):
        return _Vectors((), semantic, "no word of the query is known to the embeddings")
    try:
        index = call("vector_search", "build", [*of_dishes, *of_foods]).value
    except VectorsUnavailable as error:
        return _Vectors((), semantic, f"vector steps are skipped: {error}")
    ranked = tuple(
        Scored(candidates[hit.position], hit.score)
        for hit in index.nearest(wanted, len(candidates))
        if hit.score > 0
    )
    return _Vectors(ranked, semantic, note if ranked else note or "no vector is near the query")


def _dish_vectors(space: str, names: list[str]) -> list[list[float]]:
    """Return the dishes' vectors in ``space``, encoded once a process.

    None at all where another implementation answers by now: vectors of two spaces do not compare.
    """
    kept = parts().dish_vectors
    if space not in kept:
        encoded = call("text_embeddings", "encode", names)
        kept[encoded.served_by.space] = encoded.value
    return kept.get(space, [])
