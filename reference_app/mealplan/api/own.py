"""Foods and dishes that you add to the catalogue for yourself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g
from sqlalchemy.exc import IntegrityError

from mealplan.accounts.caller import account
from mealplan.api.endpoint import endpoint
from mealplan.catalogue.allergens import ALLERGENS
from mealplan.errors import ApiError, not_found
from mealplan.fields import Fields
from mealplan.kitchen import (
    FIRST_OWN_FOOD,
    LARGEST_FOOD,
    dish_number,
    kitchen,
    own_dish,
)
from mealplan.parts import parts
from mealplan.schema import OWN_DISHES, OWN_FOODS
from mealplan.served import reply
from mealplan.store import own
from mealplan_plugins.meal_distribution.contract import MEALS

BLUEPRINT = Blueprint("own", __name__)
#: What a person adds by hand, and what a week may still be chosen from in time.
_MOST = 200
_MOST_INGREDIENTS = 60
#: Pure fat has 902 kcal in 100 g (SR28, lard).
_MOST_KCAL = 902
_GRAMS = {"g": 1.0, "mg": 1e3, "µg": 1e6, "kcal": 1.0}
#: What cannot be more than all of a food together; a little over is rounding.
_PARTS = ("protein", "fat", "carbohydrate", "water", "alcohol")
_MOST_PARTS_G = 103.0
_NOT_FOR = {
    "vegan": frozenset({"milk", "eggs", "fish", "crustaceans", "molluscs"}),
    "vegetarian": frozenset({"fish", "crustaceans", "molluscs"}),
    "dairy_free": frozenset({"milk"}),
    "gluten_free": frozenset({"gluten"}),
}


def _read_food(fields: Fields) -> dict[str, Any]:
    name = _name(fields)
    amounts = fields.object("per_100g", required=True)
    per_100g = {"energy": amounts.number("energy", 0, _MOST_KCAL, unit="kcal")}
    for nutrient in parts().foods.nutrients:
        if nutrient.id != "energy":
            most = 100 * _GRAMS.get(nutrient.unit, 1e6)
            amount = amounts.maybe_number(nutrient.id, 0, most, unit=nutrient.unit)
            if amount is not None:
                per_100g[nutrient.id] = amount
    amounts.done()
    if sum(per_100g.get(part, 0.0) for part in _PARTS) > _MOST_PARTS_G:
        fields.problem("per_100g", f"{', '.join(_PARTS)} are more than 100 g together")
    allergens = list(fields.choices("allergens", ALLERGENS))
    return {"name": name, "per_100g": per_100g, "allergens": allergens}


@BLUEPRINT.get("/own/foods")
@endpoint()
def list_foods() -> Response:
    """Return your own foods."""
    with parts().database.reading() as connection:
        rows = own.foods(connection, account().id)
    return reply({"foods": [_food(row["id"], row) for row in rows]})


@BLUEPRINT.post("/own/foods")
@endpoint(rate="search", body=_read_food, status=201)
def add_food(body: dict[str, Any]) -> Response:
    """Add a food by what 100 g of it have; 201. What is not given is not known, never 0."""
    with _unless_taken("food"), parts().database.writing() as connection:
        _room(own.count(connection, OWN_FOODS, account().id), "foods")
        number = own.add_food(connection, account().id, body)
    return reply(_food(number, body), 201)


@BLUEPRINT.put("/own/foods/<int:food_id>")
@endpoint(body=_read_food)
def change_food(food_id: int, body: dict[str, Any]) -> Response:
    """Replace a food of yours; dishes that are made of it follow, plans that were made do not."""
    number = food_id - FIRST_OWN_FOOD
    with _unless_taken("food"), parts().database.writing() as connection:
        there = food_id <= LARGEST_FOOD and own.change_food(connection, account().id, number, body)
    if not there:
        raise not_found(f"food {food_id} of yours")
    return reply(_food(number, body))


@BLUEPRINT.delete("/own/foods/<int:food_id>")
@endpoint(status=204)
def delete_food(food_id: int) -> Response:
    """Delete a food of yours; 204, or 409 where a dish is made of it."""
    number = food_id - FIRST_OWN_FOOD
    try:
        with parts().database.writing() as connection:
            there = food_id <= LARGEST_FOOD and own.remove(
                connection, OWN_FOODS, account().id, number
            )
    except IntegrityError:
        with parts().database.reading() as connection:
            dishes = own.dishes_with(connection, number)
        raise ApiError(
            409, "in_use", f"dishes are made of it: {', '.join(dishes[:10])}; delete those first"
        ) from None
    if not there:
        raise not_found(f"food {food_id} of yours")
    return Response(status=204)


@dataclass(frozen=True)
class _Recipe:
    name: str
    recipe: dict[str, Any]
    own_foods: tuple[int, ...]


def _read_dish(fields: Fields) -> _Recipe:
    name = _name(fields)
    allergens = set(fields.choices("allergens", ALLERGENS))
    meals = fields.choices("meals", MEALS, default=MEALS)
    if not meals:
        fields.problem("meals", "must name at least one meal")
    ingredients: list[dict[str, Any]] = []
    for entry in fields.objects("ingredients", _MOST_INGREDIENTS, least=1):
        food_id = entry.integer("food", 1, LARGEST_FOOD)
        grams = entry.number("grams", 0.1, 20000, unit="g")
        label = entry.text("label", 120, default="")
        entry.done()
        food = kitchen().food(food_id)
        if food is None:
            entry.problem("food", "no such food; look for one with foods/search")
            continue
        # What an ingredient has the dish has.
        allergens |= kitchen().allergens(food)
        ingredients.append({"food": food_id, "grams": grams, "label": label})
    diets = fields.choices("diets", parts().dishes.diets)
    for diet in diets:
        if against := sorted(_NOT_FOR.get(diet, frozenset()) & allergens):
            fields.problem("diets", f"{diet} it is not, with {', '.join(against)}")
    recipe = {
        "meals": list(meals),
        "servings": fields.integer("servings", 1, 50, default=1),
        "minutes": fields.integer("minutes", 0, 1440, default=30),
        "diets": list(diets),
        "allergens": sorted(allergens),
        "ingredients": ingredients,
    }
    mine = {part["food"] for part in ingredients if part["food"] >= FIRST_OWN_FOOD}
    return _Recipe(name, recipe, tuple(number - FIRST_OWN_FOOD for number in mine))


@BLUEPRINT.get("/own/dishes")
@endpoint()
def list_dishes() -> Response:
    """Return your own dishes, without their nutrients."""
    return reply({"dishes": [dish.describe() for dish in kitchen().own_dishes.values()]})


@BLUEPRINT.post("/own/dishes")
@endpoint(rate="search", body=_read_dish, status=201)
def add_dish(body: _Recipe) -> Response:
    """Add a dish by its ingredients; 201. Weeks are planned with it from now on."""
    with _unless_taken("dish"), parts().database.writing() as connection:
        _room(own.count(connection, OWN_DISHES, account().id), "dishes")
        number = own.add_dish(connection, account().id, body.name, body.recipe, body.own_foods)
    foods = {part["food"]: kitchen().food(part["food"]) for part in body.recipe["ingredients"]}
    known = {food_id: food for food_id, food in foods.items() if food is not None}
    dish = own_dish(number, body.name, body.recipe, known)
    g.pop("kitchen", None)
    nutrition = dish.per_serving.describe(parts().foods.nutrients)
    return reply({**dish.describe(), "servings": dish.servings, "per_serving": nutrition}, 201)


@BLUEPRINT.delete("/own/dishes/<dish>")
@endpoint(status=204)
def delete_dish(dish: str) -> Response:
    """Delete a dish of yours; 204. Plans that have it keep it, but cannot be swapped or bought."""
    number = dish_number(dish)
    with parts().database.writing() as connection:
        there = number is not None and own.remove(connection, OWN_DISHES, account().id, number)
    if not there:
        raise not_found("such dish of yours")
    return Response(status=204)


@contextmanager
def _unless_taken(what: str) -> Iterator[None]:
    """Answer 409 where a name is taken, or a food of one's own was deleted meanwhile."""
    try:
        yield
    except IntegrityError:
        raise ApiError(
            409, "taken", f"you have a {what} of this name, or one that is in it was just deleted"
        ) from None


def _name(fields: Fields) -> str:
    name = fields.text("name", 120)
    if not name:
        fields.problem("name", "must not be empty")
    return name


def _food(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": FIRST_OWN_FOOD + number,
        "name": row["name"],
        "per_100g": row["per_100g"],
        "allergens": row["allergens"],
    }


def _room(count: int, what: str) -> None:
    if count >= _MOST:
        raise ApiError(409, "too_many", f"you have {_MOST} {what} of your own: delete some first")
