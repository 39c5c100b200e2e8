"""What was eaten: nutrients, allergens and health risks of logged meals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from mealplan.catalogue.dishes import Dish
from mealplan.catalogue.foods import Food
from mealplan.nutrition import Nutrient, Nutrition, total
from mealplan.services.health import assess


@dataclass(frozen=True)
class Item:
    """Something that was eaten, whose nutrition and allergens are known as far as they are."""

    kind: Literal["food", "dish"]
    reference: str
    name: str
    nutrition: Nutrition
    allergens: frozenset[str]

    def describe(self) -> dict[str, object]:
        """Return it without its nutrients, JSON-ready."""
        return {
            "kind": self.kind,
            "reference": self.reference,
            "name": self.name,
            "grams": round(self.nutrition.grams, 1),
            "energy_kcal": _rounded(self.nutrition.amount("energy")),
            "allergens": sorted(self.allergens),
        }


@dataclass(frozen=True)
class EatenMeal:
    """A meal that was eaten."""

    meal: str
    items: tuple[Item, ...]

    @property
    def nutrition(self) -> Nutrition:
        """Everything in it."""
        return total(item.nutrition for item in self.items)


def food_item(food: Food, grams: float, allergens: frozenset[str]) -> Item:
    """Return ``grams`` of a food with the allergens that are known of it."""
    return Item("food", str(food.id), food.name, food.nutrition(grams), allergens)


def dish_item(dish: Dish, servings: float) -> Item:
    """Return ``servings`` of a dish."""
    return Item("dish", dish.id, dish.name, dish.per_serving * servings, dish.allergens)


def analyse_meal(eaten: EatenMeal, nutrients: tuple[Nutrient, ...]) -> dict[str, Any]:
    """Return what a meal amounts to, JSON-ready."""
    return {
        "meal": eaten.meal,
        "items": [item.describe() for item in eaten.items],
        "nutrition": eaten.nutrition.describe(nutrients),
        "allergens": allergens_found(eaten.items),
        "risks": assess(eaten.nutrition, "meal"),
    }


def analyse_day(meals: Iterable[EatenMeal], nutrients: tuple[Nutrient, ...]) -> dict[str, Any]:
    """Return what a whole day amounts to, JSON-ready."""
    eaten = total(meal.nutrition for meal in meals)
    return {"nutrition": eaten.describe(nutrients), "risks": assess(eaten, "day")}


def allergens_found(items: Iterable[Item]) -> dict[str, object]:
    """Return which allergens were found and in what, JSON-ready.

    Names and recipes say what is there; only a label says what is not.
    """
    found: dict[str, list[str]] = {}
    for item in items:
        for allergen in sorted(item.allergens):
            found.setdefault(allergen, []).append(item.name)
    return {
        "found": dict(sorted(found.items())),
        "source": "recipes and food names; a product's label may list more",
    }


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 1)
