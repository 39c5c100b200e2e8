"""Shares over the meals that are eaten."""

from collections.abc import Iterable, Mapping

from mealplan_plugins.meal_distribution.contract import MEALS, Meal, MealShares, NoMeals


def renormalised(weights: Mapping[Meal, float], eaten: Iterable[Meal]) -> MealShares:
    """Return ``weights`` of the meals in ``eaten``, scaled to sum to 1, in the order of a day.

    Raises:
        NoMeals: no meal is eaten.
    """
    chosen = set(eaten)
    kept = {meal: weights[meal] for meal in MEALS if meal in chosen}
    total = sum(kept.values())
    if not kept or total <= 0:
        raise NoMeals("at least one meal of the day must be eaten")
    return MealShares({meal: weight / total for meal, weight in kept.items()})
