"""The dishes: lists of ingredients over SR28, whose nutrition is computed when they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mealplan.catalogue.foods import Food, FoodCatalogue
from mealplan.nutrition import Nutrition, total
from mealplan_plugins.meal_distribution.contract import Meal
from mealplan_plugins.week_optimizer.contract import Dish as DishToPlan

RECIPES = Path(__file__).parents[1] / "data" / "dishes.json"


@dataclass(frozen=True)
class Ingredient:
    """Grams of a food in the whole recipe, under the recipe's own label."""

    food: Food
    label: str
    grams: float


@dataclass(frozen=True)
class Dish:
    """A dish and what one serving of it has."""

    id: str
    name: str
    meals: frozenset[Meal]
    cuisine: str
    servings: int
    minutes: int
    diets: frozenset[str]
    allergens: frozenset[str]
    ingredients: tuple[Ingredient, ...]
    per_serving: Nutrition

    @property
    def energy_kcal(self) -> float:
        """Energy of one serving; SR28 knows the energy of every food."""
        return self.per_serving.amounts["energy"]

    def to_plan(self) -> DishToPlan:
        """Return it as the week optimizer wants it: each nutrient's known amount.

        Where some ingredient's is not known, that is a lower bound: a maximum counts it in full.
        """
        known = dict(self.per_serving.amounts)
        return DishToPlan(
            self.id, self.name, self.meals, self.diets, self.allergens, self.energy_kcal, known
        )

    def describe(self) -> dict[str, object]:
        """Return it without its nutrition, JSON-ready."""
        return {
            "id": self.id,
            "name": self.name,
            "meals": sorted(self.meals),
            "cuisine": self.cuisine,
            "minutes": self.minutes,
            "diets": sorted(self.diets),
            "allergens": sorted(self.allergens),
            "energy_kcal": round(self.energy_kcal, 1),
        }


def make_dish(recipe: Mapping[str, Any], ingredients: tuple[Ingredient, ...]) -> Dish:
    """Return the dish of a recipe; its nutrition is the ingredients' over the servings."""
    whole = total(ingredient.food.nutrition(ingredient.grams) for ingredient in ingredients)
    return Dish(
        id=recipe["id"],
        name=recipe["name"],
        meals=frozenset(recipe["meals"]),
        cuisine=recipe["cuisine"],
        servings=recipe["servings"],
        minutes=recipe["minutes"],
        diets=frozenset(recipe["diets"]),
        allergens=frozenset(recipe["allergens"]),
        ingredients=ingredients,
        per_serving=whole * (1 / recipe["servings"]),
    )


class DishCatalogue:
    """Reads the dishes at the first question, and keeps them: they never change at run time."""

    def __init__(self, foods: FoodCatalogue, recipes: Path = RECIPES) -> None:
        self._foods = foods
        self._recipes = recipes

    @cached_property
    def all(self) -> dict[str, Dish]:
        """Every dish by its id, in the file's order."""
        document = json.loads(self._recipes.read_text(encoding="utf-8"))
        palette = document["ingredients"]
        foods = self._foods.foods(entry["food"] for entry in palette.values())
        return {
            recipe["id"]: make_dish(
                recipe,
                tuple(
                    Ingredient(
                        foods[palette[part["ingredient"]]["food"]],
                        palette[part["ingredient"]]["label"],
                        part["grams"],
                    )
                    for part in recipe["ingredients"]
                ),
            )
            for recipe in document["dishes"]
        }

    @cached_property
    def diets(self) -> frozenset[str]:
        """Every diet that a dish may claim."""
        return frozenset(diet for dish in self.all.values() for diet in dish.diets)
