"""Finding foods and dishes, and what one of them has."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, request

from mealplan.api.paging import choice, whole_number
from mealplan.catalogue.allergens import in_name
from mealplan.errors import invalid, not_found
from mealplan.fields import Fields
from mealplan.finding import find
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.search import Mode
from mealplan.store import searches

BLUEPRINT = Blueprint("foods", __name__)
_LONGEST_QUERY = 200


@BLUEPRINT.get("/foods/search")
def search() -> Response:
    """Return foods and dishes for ``q``, by ``mode`` text, semantic or hybrid."""
    fields = Fields({"q": request.args.get("q")})
    query = fields.text("q", _LONGEST_QUERY)
    if not query:
        fields.problem("q", "must not be empty")
    fields.done()
    mode = cast("Mode", choice("mode", ("text", "semantic", "hybrid"), default="text"))
    limit = whole_number("limit", 1, 50, default=10)
    found = find(query, mode, limit)
    if not found.searchable:
        raise invalid({"q": "has no word to look for"})
    with parts().database.writing() as connection:
        searches.add(connection, query, mode, found.mode, len(found.results))
    return reply(
        {
            "query": query,
            "asked_mode": mode,
            "mode": found.mode,
            "notes": list(found.notes),
            "results": [result.describe() for result in found.results],
        }
    )


@BLUEPRINT.get("/foods/<int:food_id>")
def show_food(food_id: int) -> Response:
    """Return a food: nutrients per 100 g, household portions, allergens in its name."""
    food = parts().foods.food(food_id) if food_id < 100000 else None
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
            "allergens_in_name": sorted(in_name(food.name)),
            "source": "USDA SR28",
        }
    )


@BLUEPRINT.get("/dishes")
def list_dishes() -> Response:
    """Return every dish, without its nutrients."""
    return reply({"dishes": [dish.describe() for dish in parts().dishes.all.values()]})


@BLUEPRINT.get("/dishes/<dish_id>")
def show_dish(dish_id: str) -> Response:
    """Return a dish: its ingredients, and what one serving has."""
    dish = parts().dishes.all.get(dish_id)
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
