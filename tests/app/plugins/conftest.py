"""A checker of weeks that shares no code with the planners, and weeks to plan."""

import random
from collections import Counter
from collections.abc import Callable

import pytest

from mealplan_plugins.week_optimizer.contract import (
    Dish,
    NutrientBounds,
    WeekPlan,
    WeekRequest,
)

SHARES = {"breakfast": 0.25, "lunch": 0.30, "dinner": 0.35, "snacks": 0.10}
_RANGES = {"breakfast": (250, 550), "lunch": (300, 800), "dinner": (350, 900), "snacks": (80, 300)}


def check_week(  # noqa: C901 - one rule after another
    request: WeekRequest, plan: WeekPlan
) -> list[str]:
    """Return what is wrong with ``plan``, written from the contract alone."""
    dishes = {dish.id: dish for dish in request.dishes}
    meals = [meal for meal, share in request.meal_shares.items() if share > 0]
    total_share = sum(request.meal_shares[meal] for meal in meals)
    wrong = []
    at = {(meal.day, meal.meal): meal for meal in plan.meals}
    if set(at) != {(day, meal) for day in range(7) for meal in meals} or len(plan.meals) != len(at):
        return ["not each meal of the week once"]
    for (day, meal), planned in at.items():
        dish = dishes[planned.dish_id]
        pinned = request.pinned.get((day, meal))
        if pinned is None and meal not in dish.meals:
            wrong.append(f"{dish.id} at {meal}")
        if pinned not in (None, dish.id):
            wrong.append(f"pin of {day} {meal}")
        if planned.servings not in (0.5, 1.0, 1.5, 2.0):
            wrong.append(f"{planned.servings} servings")
        if abs(planned.energy_kcal - dish.energy_kcal * planned.servings) > 1e-6:
            wrong.append(f"energy of {day} {meal}")
        if not request.diets <= dish.diets:
            wrong.append(f"diet of {dish.id}")
        if request.excluded_allergens & dish.allergens:
            wrong.append(f"allergen of {dish.id}")
        if dish.id in request.excluded_dishes:
            wrong.append(f"{dish.id} is excluded")
    if max(Counter(meal.dish_id for meal in plan.meals).values()) > request.repeats:
        wrong.append("repeats")
    for (day, meal), planned in at.items():
        for (other_day, other_meal), other in at.items():
            same = planned.dish_id == other.dish_id and (day, meal) < (other_day, other_meal)
            both_pinned = (day, meal) in request.pinned and (
                other_day,
                other_meal,
            ) in request.pinned
            if same and abs(other_day - day) <= 1 and not both_pinned:
                wrong.append(f"{planned.dish_id} on {day} and {other_day}")
    daily = [sum(at[day, meal].energy_kcal for meal in meals) for day in range(7)]
    for day, energy in enumerate(daily):
        if abs(energy - plan.daily_energy_kcal[day]) > 1e-6:
            wrong.append(f"stated energy of day {day}")
        if abs(energy / request.energy_kcal - 1) > 0.1 + 1e-9:
            wrong.append(f"energy of day {day}: {energy}")
    if plan.target_energy_kcal != (request.energy_kcal,) * 7:
        wrong.append("target")
    value = sum(
        abs(
            planned.energy_kcal / request.energy_kcal
            - request.meal_shares[planned.meal] / total_share
        )
        for planned in plan.meals
    )
    value += sum(5 * max(0, abs(e / request.energy_kcal - 1) - 0.05) for e in daily)
    for name, bounds in request.nutrients.items():
        mean = sum(dishes[m.dish_id].nutrients.get(name, 0) * m.servings for m in plan.meals) / 7
        if bounds.maximum is not None and mean > bounds.maximum * (1 + 1e-9):
            wrong.append(f"{name}: {mean} above {bounds.maximum}")
        if bounds.minimum:
            missing = max(0.0, bounds.minimum - mean)
            value += 10 * missing / bounds.minimum
            if abs(missing - plan.shortfalls.get(name, 0.0)) > 1e-6:
                wrong.append(f"stated shortfall of {name}")
    if plan.objective is None or abs(plan.objective - value) > 1e-6:
        wrong.append(f"objective {plan.objective}, not {value}")
    if plan.bound is not None and plan.bound > value + 1e-6:
        wrong.append("a bound above the objective")
    return wrong


@pytest.fixture
def violations() -> Callable[[WeekRequest, WeekPlan], list[str]]:
    return check_week


@pytest.fixture
def make_dish() -> Callable[..., Dish]:
    def make(name: str, energy_kcal: float = 500, meals=("dinner",), **fields: object) -> Dish:
        return Dish(
            id=name,
            name=name.title(),
            meals=frozenset(meals),
            diets=frozenset(fields.get("diets", ())),  # type: ignore[arg-type]
            allergens=frozenset(fields.get("allergens", ())),  # type: ignore[arg-type]
            energy_kcal=energy_kcal,
            nutrients=dict(fields.get("nutrients", {})),  # type: ignore[call-overload]
        )

    return make


@pytest.fixture
def make_week(make_dish) -> Callable[..., WeekRequest]:
    """Return a maker of requests over ``count`` made-up dishes."""

    def make(count: int = 60, seed: int = 0, **changes: object) -> WeekRequest:
        draw = random.Random(seed)
        dishes = []
        for number in range(count):
            meal = tuple(SHARES)[number % 4]
            energy = float(draw.randint(*_RANGES[meal]))
            main = meal in {"lunch", "dinner"} and draw.random() < 0.6
            dishes.append(
                make_dish(
                    f"d{number}",
                    energy,
                    ("lunch", "dinner") if main else (meal,),
                    diets=("vegetarian",) if draw.random() < 0.6 else (),
                    allergens=("nuts",) if draw.random() < 0.1 else (),
                    nutrients={
                        name: energy * draw.uniform(low, high)
                        for name, low, high in (
                            ("protein", 0.02, 0.06),
                            ("fibre", 0.005, 0.02),
                            ("sodium", 0.3, 1.3),
                        )
                        if draw.random() > 0.1
                    },
                )
            )
        fields = {
            "energy_kcal": 2100.0,
            "meal_shares": dict(SHARES),
            "dishes": tuple(dishes),
            "nutrients": {
                "protein": NutrientBounds(minimum=70),
                "fibre": NutrientBounds(minimum=30),
                "sodium": NutrientBounds(maximum=1700),
            },
        }
        return WeekRequest(**{**fields, **changes})  # type: ignore[arg-type]

    return make
