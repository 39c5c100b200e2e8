"""The work that measures `week_optimizer`: a week out of as many dishes as the app has."""

import random

from mealplan_plugins.meal_distribution.contract import Meal
from mealplan_plugins.week_optimizer.contract import (
    DAYS_PER_WEEK,
    Dish,
    NutrientBounds,
    WeekOptimizer,
    WeekRequest,
)

_DISHES = 120
_SHARES: dict[Meal, float] = {"breakfast": 0.25, "lunch": 0.30, "dinner": 0.35, "snacks": 0.10}
_ENERGY_KCAL: dict[Meal, tuple[int, int]] = {
    "breakfast": (300, 600),
    "lunch": (400, 800),
    "dinner": (450, 900),
    "snacks": (100, 300),
}


def run(optimizer: WeekOptimizer) -> None:
    """Plan one week.

    Raises:
        RuntimeError: the answer is neither a whole week nor, as the fallback's is, energy alone.
    """
    plan = optimizer.plan(request())
    slots = len({(meal.day, meal.meal) for meal in plan.meals})
    if slots not in {0, DAYS_PER_WEEK * len(_SHARES)} or len(plan.daily_energy_kcal) != (
        DAYS_PER_WEEK
    ):
        raise RuntimeError(f"{slots} meals are no week")


def request() -> WeekRequest:
    """Return the week that is asked for, always the same."""
    draw = random.Random(0)  # noqa: S311 - made-up dishes, no secrets
    dishes = tuple(_dish(number, draw) for number in range(_DISHES))
    return WeekRequest(
        energy_kcal=2100.0,
        meal_shares=dict(_SHARES),
        dishes=dishes,
        nutrients={
            "protein_g": NutrientBounds(minimum=70.0),
            "fibre_g": NutrientBounds(minimum=25.0),
            "sodium_mg": NutrientBounds(maximum=2300.0),
        },
        diets=frozenset({"vegetarian"}),
        excluded_allergens=frozenset({"peanuts"}),
        pinned={(0, "dinner"): "dish-2"},
    )


def _dish(number: int, draw: random.Random) -> Dish:
    """Return a made-up dish."""
    meal = tuple(_SHARES)[number % len(_SHARES)]
    energy_kcal = float(draw.randint(*_ENERGY_KCAL[meal]))
    return Dish(
        id=f"dish-{number}",
        name=f"Dish {number}",
        meals=frozenset({meal}),
        diets=frozenset({"vegetarian"} if number % 5 else {"pescatarian"}),
        allergens=frozenset({"peanuts"} if number % 11 == 7 else ()),
        energy_kcal=energy_kcal,
        nutrients={
            "protein_g": energy_kcal * draw.uniform(0.02, 0.06),
            "fibre_g": energy_kcal * draw.uniform(0.005, 0.02),
            "sodium_mg": energy_kcal * draw.uniform(0.3, 1.3),
        },
    )
