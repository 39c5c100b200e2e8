"""The foods and dishes that whoever asks may use: the catalogue's, and their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import g

from mealplan.accounts.caller import caller
from mealplan.catalogue.allergens import in_name
from mealplan.catalogue.dishes import Dish, Ingredient, make_dish
from mealplan.catalogue.foods import Food
from mealplan.parts import parts
from mealplan.store import own

#: Numbers of own foods begin here; SR28's end far below.
FIRST_OWN_FOOD = 1_000_000
LARGEST_FOOD = 2**31 - 1
_OWN_DISH = "own-"


@dataclass(frozen=True)
class Kitchen:
    """What one account may use; nobody's has the catalogue alone."""

    own_foods: Mapping[int, Food]
    own_allergens: Mapping[int, frozenset[str]]
    own_dishes: Mapping[str, Dish]

    @property
    def dishes(self) -> dict[str, Dish]:
        """Every dish by its id, the catalogue's first."""
        return {**parts().dishes.all, **self.own_dishes}

    def food(self, food_id: int) -> Food | None:
        """Return a food, or None."""
        if food_id >= FIRST_OWN_FOOD:
            return self.own_foods.get(food_id)
        return parts().foods.food(food_id)

    def dish(self, dish_id: str) -> Dish | None:
        """Return a dish, or None."""
        return self.own_dishes.get(dish_id) or parts().dishes.all.get(dish_id)

    def allergens(self, food: Food) -> frozenset[str]:
        """Return the allergens of an own food as its owner wrote, of SR28's as its name tells."""
        return self.own_allergens.get(food.id, in_name(food.name))


def kitchen() -> Kitchen:
    """Return the kitchen of who makes this request."""
    if "kitchen" not in g:
        found = caller()
        g.kitchen = _kitchen(found.account.id) if found else Kitchen({}, {}, {})
    stored: Kitchen = g.kitchen
    return stored


def dish_id(number: int) -> str:
    """Return the id of an own dish."""
    return f"{_OWN_DISH}{number}"


def dish_number(dish: str) -> int | None:
    """Return the number of an own dish's id, or None where it is none."""
    number = dish.removeprefix(_OWN_DISH)
    well = dish.startswith(_OWN_DISH) and number.isascii() and number.isdigit()
    return int(number) if well and len(number) < 10 else None


def own_dish(number: int, name: str, recipe: Mapping[str, Any], foods: Mapping[int, Food]) -> Dish:
    """Return the dish of a recipe whose foods are all in ``foods``."""
    ingredients = tuple(
        Ingredient(foods[part["food"]], part["label"] or foods[part["food"]].name, part["grams"])
        for part in recipe["ingredients"]
    )
    return make_dish({**recipe, "id": dish_id(number), "name": name, "cuisine": "own"}, ingredients)


def _kitchen(account_id: int) -> Kitchen:
    with parts().database.reading() as connection:
        foods = own.foods(connection, account_id)
        dishes = own.dishes(connection, account_id)
    every = [nutrient.id for nutrient in parts().foods.nutrients]
    own_foods = {
        FIRST_OWN_FOOD + row["id"]: Food(
            FIRST_OWN_FOOD + row["id"],
            row["name"],
            "Own foods",
            {nutrient: row["per_100g"].get(nutrient) for nutrient in every},
        )
        for row in foods
    }
    used = {part["food"] for row in dishes for part in row["recipe"]["ingredients"]}
    known = {**own_foods, **_of_catalogue(used)}
    return Kitchen(
        own_foods,
        {FIRST_OWN_FOOD + row["id"]: frozenset(row["allergens"]) for row in foods},
        {
            dish_id(row["id"]): own_dish(row["id"], row["name"], row["recipe"], known)
            for row in dishes
        },
    )


def _of_catalogue(foods: Iterable[int]) -> dict[int, Food]:
    return parts().foods.foods(food for food in foods if food < FIRST_OWN_FOOD)
