"""Logging what was eaten, and what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response

from mealplan.accounts.caller import account
from mealplan.api.endpoint import endpoint
from mealplan.api.paging import Page, page
from mealplan.errors import not_found
from mealplan.fields import Fields
from mealplan.kitchen import LARGEST_FOOD, kitchen
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.eating import (
    EatenMeal,
    Item,
    analyse_day,
    analyse_meal,
    dish_item,
    food_item,
)
from mealplan.store import analyses
from mealplan_plugins.meal_distribution.contract import MEALS

BLUEPRINT = Blueprint("analysis", __name__)
_MOST_MEALS = 12
_MOST_ITEMS = 50


@dataclass(frozen=True)
class _Eaten:
    eaten_on: date
    meals: tuple[EatenMeal, ...]
    whole_day: bool


def _read_eaten(fields: Fields) -> _Eaten:
    eaten_on = fields.day("eaten_on", default=date.today())  # noqa: DTZ011 -- the server's day, README says so
    whole_day = fields.choice("scope", ("meals", "day"), default="meals") == "day"
    meals = []
    for entry in fields.objects("meals", _MOST_MEALS, least=1):
        meals.append(EatenMeal(entry.choice("meal", MEALS), tuple(_items(entry))))
        entry.done()
    return _Eaten(eaten_on, tuple(meals), whole_day)


@BLUEPRINT.post("/analysis/meals")
@endpoint(body=_read_eaten, status=201)
def analyse(body: _Eaten) -> Response:
    """Analyse and keep meals that were eaten; 201, with one analysis a meal."""
    nutrients = parts().foods.nutrients
    results = [analyse_meal(meal, nutrients) for meal in body.meals]
    with parts().database.writing() as connection:
        numbers = [
            analyses.add(connection, account().id, body.eaten_on, meal, result)
            for meal, result in zip(body.meals, results, strict=True)
        ]
    return reply(
        {
            "eaten_on": body.eaten_on.isoformat(),
            "analyses": [
                {"id": number, **result} for number, result in zip(numbers, results, strict=True)
            ],
            "day": analyse_day(body.meals, nutrients) if body.whole_day else None,
        },
        201,
    )


@BLUEPRINT.get("/analysis/history")
@endpoint(query=page)
def history(query: Page) -> Response:
    """Return your latest meals that were analysed."""
    with parts().database.reading() as connection:
        found = analyses.history(connection, account().id, query.limit, query.offset)
    return reply({"analyses": found, **query.describe()})


@BLUEPRINT.delete("/analysis/<int:analysis_id>")
@endpoint(status=204)
def forget(analysis_id: int) -> Response:
    """Delete a meal of yours with its analysis; 204."""
    with parts().database.writing() as connection:
        there = analysis_id < 2**31 and analyses.remove(connection, account().id, analysis_id)
    if not there:
        raise not_found(f"analysis {analysis_id}")
    return Response(status=204)


def _items(meal: Fields) -> list[Item]:
    items: list[Item] = []
    for entry in meal.objects("items", _MOST_ITEMS, least=1):
        food_id = entry.maybe_integer("food", 1, LARGEST_FOOD)
        grams = entry.maybe_number("grams", 0.1, 5000, unit="g")
        dish_id = entry.text("dish", 80, default="")
        servings = entry.number("servings", 0.1, 20, default=1.0)
        if entry.has("food") == entry.has("dish"):
            entry.problem("food", "name either a food with grams or a dish with servings")
        elif food_id is not None:
            _add_food(entry, items, food_id, grams)
        elif dish := kitchen().dish(dish_id):
            items.append(dish_item(dish, servings))
        elif not entry.has("food"):
            entry.problem("dish", "no such dish; look for one with foods/search")
        entry.done()
    return items


def _add_food(entry: Fields, items: list[Item], food_id: int, grams: float | None) -> None:
    food = kitchen().food(food_id)
    if food is None:
        entry.problem("food", "no such food; look for one with foods/search")
    if grams is None:
        entry.problem("grams", "is required: a number")
    if food is not None and grams is not None:
        items.append(food_item(food, grams, kitchen().allergens(food)))
