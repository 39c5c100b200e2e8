"""Logging what was eaten, and what it amounts to."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, request

from mealplan.api.paging import page
from mealplan.fields import Fields, body_of
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


@BLUEPRINT.post("/analysis/meals")
def analyse() -> Response:
    """Analyse and keep meals that were eaten; 201, with one analysis a meal."""
    fields = body_of(request)
    eaten_on = fields.day("eaten_on", default=date.today())  # noqa: DTZ011 -- the server's day, README says so
    whole_day = fields.choice("scope", ("meals", "day"), default="meals") == "day"
    entries = fields.objects("meals", _MOST_MEALS, least=1)
    meals = [EatenMeal(entry.choice("meal", MEALS), tuple(_items(entry))) for entry in entries]
    for entry in entries:
        entry.done()
    fields.done()
    nutrients = parts().foods.nutrients
    results = [analyse_meal(meal, nutrients) for meal in meals]
    with parts().database.writing() as connection:
        numbers = [
            analyses.add(connection, eaten_on, meal, result)
            for meal, result in zip(meals, results, strict=True)
        ]
    return reply(
        {
            "eaten_on": eaten_on.isoformat(),
            "analyses": [
                {"id": number, **result} for number, result in zip(numbers, results, strict=True)
            ],
            "day": analyse_day(meals, nutrients) if whole_day else None,
        },
        201,
    )


@BLUEPRINT.get("/analysis/history")
def history() -> Response:
    """Return the latest meals that were analysed."""
    wanted = page()
    with parts().database.reading() as connection:
        found = analyses.history(connection, wanted.limit, wanted.offset)
    return reply({"analyses": found, **wanted.describe()})


def _items(meal: Fields) -> list[Item]:
    items: list[Item] = []
    for entry in meal.objects("items", _MOST_ITEMS, least=1):
        if entry.has("food") == entry.has("dish"):
            entry.problem("food", "name either a food with grams or a dish with servings")
            entry.has("grams")
            entry.has("servings")
        elif entry.has("food"):
            food = parts().foods.food(entry.integer("food", 1, 99999))
            grams = entry.number("grams", 0.1, 5000, unit="g")
            if food is None:
                entry.problem("food", "no such food; look for one with foods/search")
            else:
                items.append(food_item(food, grams))
        else:
            dish = parts().dishes.all.get(entry.text("dish", 80))
            servings = entry.number("servings", 0.1, 20, default=1.0)
            if dish is None:
                entry.problem("dish", "no such dish; look for one with foods/search")
            else:
                items.append(dish_item(dish, servings))
        entry.done()
    return items
