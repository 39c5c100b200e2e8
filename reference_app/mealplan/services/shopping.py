"""What to buy for a week: grams by aisle, and as many cups or pieces as that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mealplan.catalogue.dishes import Dish
from mealplan.catalogue.foods import Food, Portion

#: SR28's food group → where a shop has it, in the order in which one walks.
_AISLES = {
    "Fruit and vegetables": ("Fruits and Fruit Juices", "Vegetables and Vegetable Products"),
    "Bakery": ("Baked Products",),
    "Meat and fish": (
        *("Poultry Products", "Pork Products", "Beef Products", "Finfish and Shellfish Products"),
        *("Lamb, Veal, and Game Products", "Sausages and Luncheon Meats"),
    ),
    "Dairy and eggs": ("Dairy and Egg Products",),
    "Grains, pasta and cereals": ("Cereal Grains and Pasta", "Breakfast Cereals"),
    "Beans and lentils": ("Legumes and Legume Products",),
    "Nuts and seeds": ("Nut and Seed Products",),
    "Oils, spices and sauces": ("Fats and Oils", "Spices and Herbs", "Soups, Sauces, and Gravies"),
    "Sweets and snacks": ("Sweets", "Snacks"),
    "Drinks": ("Beverages",),
}
_AISLE_OF = {group: aisle for aisle, groups in _AISLES.items() for group in groups}
_OTHER = "Other"
_ORDER = (*_AISLES, _OTHER)
#: As many of a portion as a person still counts.
_COUNTABLE = (0.25, 24.0)


@dataclass(frozen=True)
class Bought:
    """Grams of a food, and the dishes that they are for."""

    food: Food
    label: str
    grams: float
    dishes: tuple[str, ...]


def needed(meals: Iterable[tuple[Dish, float]], people: float) -> list[Bought]:
    """Return what so many servings of each dish need for each of ``people``."""
    grams: dict[int, float] = {}
    first: dict[int, tuple[Food, str]] = {}
    dishes: dict[int, dict[str, None]] = {}
    for dish, servings in meals:
        for part in dish.ingredients:
            food = part.food.id
            grams[food] = grams.get(food, 0.0) + part.grams / dish.servings * servings * people
            first.setdefault(food, (part.food, part.label))
            dishes.setdefault(food, {})[dish.name] = None
    return [
        Bought(food, label, grams[food.id], tuple(dishes[food.id]))
        for food, label in first.values()
    ]


def by_aisle(
    bought: Sequence[Bought], portions: Callable[[int], Sequence[Portion]]
) -> list[dict[str, Any]]:
    """Return the list by aisle in a shop's order, JSON-ready."""
    found: dict[str, list[Bought]] = {}
    for one in bought:
        found.setdefault(_AISLE_OF.get(one.food.group, _OTHER), []).append(one)
    return [
        {
            "aisle": aisle,
            "items": [
                {
                    "food": one.food.id,
                    "label": one.label,
                    "grams": round(one.grams, 1),
                    "portion": _portion(one.grams, portions(one.food.id)),
                    "dishes": list(one.dishes),
                }
                for one in sorted(found[aisle], key=lambda one: (one.label, one.food.id))
            ],
        }
        for aisle in _ORDER
        if aisle in found
    ]


def _portion(grams: float, portions: Sequence[Portion]) -> dict[str, object] | None:
    """Return the grams in the first household measure that a person would count them in."""
    for portion in portions:
        if portion.grams <= 0 or portion.amount <= 0:
            continue
        count = grams / portion.grams * portion.amount
        if _COUNTABLE[0] <= count <= _COUNTABLE[1]:
            grams_each = portion.grams / portion.amount
            rounded = max(0.25, round(count * 4) / 4)
            return {"count": rounded, "label": portion.label, "grams_each": round(grams_each, 1)}
    return None
