"""The catalogue of foods: USDA SR28 in a SQLite file that is opened read-only."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from mealplan.nutrition import Nutrient, Nutrition, of_food

DATABASE = Path(__file__).parents[1] / "data" / "foods.sqlite3"
_WORD = re.compile(r"\w+")
_SELECT = (
    "SELECT food.*, food_group.name AS group_name"
    " FROM food JOIN food_group ON food_group.id = food.food_group"
)
_AMERICAN = {
    "aubergine": "eggplant",
    "beetroot": "beets",
    "capsicum": "peppers",
    "chilli": "chili",
    "courgette": "zucchini",
    "maize": "corn",
    "mince": "ground",
    "porridge": "oats",
    "prawn": "shrimp",
    "prawns": "shrimp",
    "rocket": "arugula",
    "swede": "rutabagas",
    "sweetcorn": "corn",
    "wholemeal": "whole",
    "yoghurt": "yogurt",
}


@dataclass(frozen=True)
class Food:
    """A food of SR28, with its nutrients per 100 g; None is "not known"."""

    id: int
    name: str
    group: str
    per_100g: dict[str, float | None]

    def nutrition(self, grams: float) -> Nutrition:
        """Return the nutrition of ``grams`` of it."""
        return of_food(self.per_100g, grams)


@dataclass(frozen=True)
class Portion:
    """A household measure: ``amount`` ``label`` weighs ``grams``."""

    amount: float
    label: str
    grams: float


@dataclass(frozen=True)
class FoodHit:
    """A food that text search found; the higher the BM25 score the better."""

    food: Food
    score: float


class FoodCatalogue:
    """Reads foods. Each thread has a connection of its own, opened at its first question."""

    def __init__(self, database: Path = DATABASE) -> None:
        self._uri = f"file:{quote(str(database))}?mode=ro&immutable=1"
        self._local = threading.local()

    @cached_property
    def nutrients(self) -> tuple[Nutrient, ...]:
        """The nutrients that a food may have, in the catalogue's order."""
        rows = self._query("SELECT id, name, unit FROM nutrient ORDER BY position")
        return tuple(Nutrient(row["id"], row["name"], row["unit"]) for row in rows)

    def food(self, food_id: int) -> Food | None:
        """Return the food with that SR28 number, or None."""
        return self.foods([food_id]).get(food_id)

    def foods(self, food_ids: Iterable[int]) -> dict[int, Food]:
        """Return those of ``food_ids`` that exist, by id."""
        wanted = sorted(set(food_ids))
        found: dict[int, Food] = {}
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ", ".join("?" * len(some))
            rows = self._query(f"{_SELECT} WHERE food.id IN ({marks})", some)
            found.update((row["id"], self._food(row)) for row in rows)
        return found

    def portions(self, food_id: int) -> tuple[Portion, ...]:
        """Return the household measures of a food, SR28's order."""
        rows = self._query(
            "SELECT amount, label, grams FROM portion WHERE food = ? ORDER BY position", [food_id]
        )
        return tuple(Portion(row["amount"], row["label"], row["grams"]) for row in rows)

    def search(self, text: str, limit: int) -> list[FoodHit]:
        """Return foods whose name has the words of ``text``, best first.

        First those that have them all and start with the first, then those that have them all,
        then those where the last is a beginning of a word, then those that have some.
        """
        # Quoted, so that no operator of FTS5 that a user writes is one.
        terms = [f'"{word}"' for word in words(text)]
        if not terms:
            return []
        everything = " AND ".join(terms)
        ladder = (
            f"(name : ^{terms[0]}) AND {everything}",
            everything,
            f"{everything}*",
            " OR ".join(terms),
        )
        found: dict[int, FoodHit] = {}
        for expression in ladder:
            if len(found) < limit:
                for hit in self._match(expression, limit):
                    found.setdefault(hit.food.id, hit)
        return list(found.values())[:limit]

    def _match(self, expression: str, limit: int) -> list[FoodHit]:
        rows = self._query(
            f"{_SELECT.replace('SELECT', 'SELECT bm25(food_text, 1.0, 0.5) AS rank,', 1)}"
            " JOIN food_text ON food_text.rowid = food.id WHERE food_text MATCH ?"
            " ORDER BY rank, length(food.name), food.id LIMIT ?",
            [expression, limit],
        )
        return [FoodHit(self._food(row), round(-row["rank"], 4)) for row in rows]

    def _food(self, row: sqlite3.Row) -> Food:
        per_100g = {
            nutrient.id: None if row[nutrient.id] is None else row[nutrient.id] / 1000
            for nutrient in self.nutrients
        }
        return Food(row["id"], row["name"], row["group_name"], per_100g)

    def _query(self, statement: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._uri, uri=True)
            connection.row_factory = sqlite3.Row
            self._local.connection = connection
        return list(connection.execute(statement, values))


def words(text: str) -> list[str]:
    """Return the words of ``text``, lower case, at most sixteen; SR28's word for a British one."""
    return [_AMERICAN.get(word, word) for word in _WORD.findall(text.lower())[:16]]
