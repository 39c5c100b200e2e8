"""Finding foods and dishes, and what one of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response

from mealplan.accounts.caller import caller
from mealplan.api.endpoint import endpoint
from mealplan.errors import invalid, not_found
from mealplan.fields import Fields
from mealplan.finding import find
from mealplan.kitchen import LARGEST_FOOD, kitchen
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.search import Mode
from mealplan.store import searches

BLUEPRINT = Blueprint("foods", __name__)
_LONGEST_QUERY = 200


@dataclass(frozen=True)
class _Search:
    text: str
    mode: Mode
    limit: int


def _read_search(query: Fields) -> _Search:
    return _Search(
        query.text("q", _LONGEST_QUERY),
        cast("Mode", query.choice("mode", ("text", "semantic", "hybrid"), default="text")),
        query.integer("limit", 1, 50, default=10),
    )


@BLUEPRINT.get("/foods/search")
@endpoint(lock="open", rate="search", query=_read_search)
def search(query: _Search) -> Response:
    """Return foods and dishes for ``q``, by ``mode`` text, semantic or hybrid.

    Who is signed in finds their own as well, by their words.
    """
    found = find(query.text, query.mode, query.limit, kitchen())
    if not found.searchable:
        raise invalid({"q": "has no word to look for"})
    whose = caller()
    with parts().database.writing() as connection:
        searches.add(
            connection,
            whose.account.id if whose else None,
            query=query.text,
            mode=query.mode,
            served_mode=found.mode,
            results=len(found.results),
        )
    return reply(
        {
            "query": query.text,
            "asked_mode": query.mode,
            "mode": found.mode,
            "notes": list(found.notes),
            "results": [result.describe() for result in found.results],
        }
    )


@BLUEPRINT.get("/foods/<int:food_id>")
@endpoint(lock="open")
def show_food(food_id: int) -> Response:
    """Return a food: nutrients per 100 g, household portions, allergens in its name."""
    food = kitchen().food(food_id) if food_id <= LARGEST_FOOD else None
    if food is None:
        raise not_found(f"food {food_id}")
    nutrients = parts().foods.nutrients
    return reply(
        {
            "id": food.id,
            "name": food.name,
            "group": food.group,
            "per_100g": {
                one.id: {"amount": food.per_100g[one.id], "unit": one.unit} for one in nutrients
            },
            "portions": [
                {"amount": one.amount, "label": one.label, "grams": one.grams}
                for one in parts().foods.portions(food.id)
            ],
            "allergens_in_name": sorted(kitchen().allergens(food)),
            "source": "own" if food.id in kitchen().own_foods else "USDA SR28",
        }
    )


@BLUEPRINT.get("/dishes")
@endpoint(lock="open")
def list_dishes() -> Response:
    """Return every dish, yours as well, without its nutrients."""
    return reply({"dishes": [dish.describe() for dish in kitchen().dishes.values()]})


@BLUEPRINT.get("/dishes/<dish_id>")
@endpoint(lock="open")
def show_dish(dish_id: str) -> Response:
    """Return a dish: its ingredients, and what one serving has."""
    dish = kitchen().dish(dish_id)
    if dish is None:
        raise not_found("such dish")
    return reply(
        {
            **dish.describe(),
            "servings": dish.servings,
            "ingredients": [
                {"label": one.label, "food": one.food.id, "grams": one.grams}
                for one in dish.ingredients
            ],
            "per_serving": dish.per_serving.describe(parts().foods.nutrients),
        }
    )
