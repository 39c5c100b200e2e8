"""Finding foods and dishes: by their words, by meaning, or by both."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mealplan.catalogue.dishes import Dish
from mealplan.catalogue.foods import Food, words

Mode = Literal["text", "semantic", "hybrid"]
#: Reciprocal rank fusion's constant. Cormack, Clarke, Büttcher, SIGIR 2009.
_FUSION = 60


@dataclass(frozen=True)
class Candidate:
    """A food or a dish that search may answer with."""

    kind: Literal["food", "dish"]
    id: str
    name: str

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from all others."""
        return (self.kind, self.id)


@dataclass(frozen=True)
class Scored:
    """A candidate with the score that one way of looking gave it; the higher the better."""

    candidate: Candidate
    score: float


@dataclass(frozen=True)
class Result:
    """An answer: its final score, and the one of each way of looking that found it."""

    candidate: Candidate
    score: float
    text_score: float | None
    vector_score: float | None

    def describe(self) -> dict[str, object]:
        """Return it, JSON-ready."""
        return {
            "kind": self.candidate.kind,
            "id": self.candidate.id,
            "name": self.candidate.name,
            "score": round(self.score, 6),
            "scores": {"text": self.text_score, "vector": self.vector_score},
        }


class DishText:
    """A full-text index over dishes: their names, cuisines and ingredients."""

    def __init__(self, dishes: Mapping[str, Dish]) -> None:
        self._dishes = dishes
        self._lock = threading.Lock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(
            "CREATE VIRTUAL TABLE dish USING fts5"
            " (id UNINDEXED, name, cuisine, ingredients, tokenize='porter unicode61')"
        )
        self._index.executemany(
            "INSERT INTO dish VALUES (?, ?, ?, ?)",
            [
                (dish.id, dish.name, dish.cuisine, " ".join(one.label for one in dish.ingredients))
                for dish in dishes.values()
            ],
        )

    def search(self, text: str, limit: int) -> list[Scored]:
        """Return the dishes that have words of ``text``, best first, scored by BM25."""
        terms = [f'"{word}"' for word in words(text)]
        found: dict[str, Scored] = {}
        for joined in (" AND ".join(terms), " OR ".join(terms)):
            if terms and len(found) < limit:
                with self._lock:
                    rows = self._index.execute(
                        "SELECT id, bm25(dish, 0, 4, 2, 1) FROM dish WHERE dish MATCH ?"
                        " ORDER BY 2, 1 LIMIT ?",
                        (joined, limit),
                    ).fetchall()
                for dish_id, rank in rows:
                    scored = Scored(of_dish(self._dishes[dish_id]), round(-rank, 4))
                    found.setdefault(dish_id, scored)
        return list(found.values())[:limit]


def of_dish(dish: Dish) -> Candidate:
    """Return a dish as a candidate."""
    return Candidate("dish", dish.id, dish.name)


def of_food(food: Food) -> Candidate:
    """Return a food as a candidate."""
    return Candidate("food", str(food.id), food.name)


def by_words(query: str, candidates: Sequence[Candidate]) -> list[Scored]:
    """Return those of a few candidates whose names have words of ``query``, scored by the share.

    A word of the query may be the beginning of one of the name.
    """
    wanted = words(query)
    found = []
    for candidate in candidates:
        there = words(candidate.name)
        hits = sum(any(word.startswith(want) for word in there) for want in wanted)
        if hits:
            found.append(Scored(candidate, hits / len(wanted)))
    return sorted(found, key=lambda one: (-one.score, one.candidate.key))


def by_text(lists: Sequence[Sequence[Scored]], limit: int) -> list[Result]:
    """Return the best of several text searches; their scores do not compare, their ranks do."""
    return _fused([(one, "text") for one in lists])[:limit]


def by_meaning(ranked: Sequence[Scored], limit: int) -> list[Result]:
    """Return the best of a vector search, scored by the inner product of unit vectors."""
    results = [Result(one.candidate, one.score, None, round(one.score, 4)) for one in ranked]
    return results[:limit]


def by_both(
    lists: Sequence[Sequence[Scored]], ranked: Sequence[Scored], limit: int
) -> list[Result]:
    """Return the best of text searches and a vector search, fused by rank."""
    return _fused([*((one, "text") for one in lists), (ranked, "vector")])[:limit]


def _fused(lists: Sequence[tuple[Sequence[Scored], str]]) -> list[Result]:
    fused: dict[tuple[str, str], float] = {}
    known: dict[tuple[str, str], Candidate] = {}
    scores: dict[tuple[str, str], dict[str, float]] = {}
    for ranked, way in lists:
        for rank, one in enumerate(ranked, start=1):
            key = one.candidate.key
            known[key] = one.candidate
            fused[key] = fused.get(key, 0.0) + 1 / (_FUSION + rank)
            scores.setdefault(key, {})[way] = round(one.score, 4)
    order = sorted(fused, key=lambda key: (-fused[key], key))
    return [
        Result(known[key], fused[key], scores[key].get("text"), scores[key].get("vector"))
        for key in order
    ]
