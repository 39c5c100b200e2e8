"""A week of meals: from a person and wishes to the plan that is kept and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from mealplan.catalogue.dishes import Dish
from mealplan.nutrition import Nutrient, Nutrition, total
from mealplan.services.targets import Energy, Intake, Person, describe_intake
from mealplan_plugins.meal_distribution.contract import Meal
from mealplan_plugins.week_optimizer.contract import (
    DAYS_PER_WEEK,
    NutrientBounds,
    WeekPlan,
    WeekRequest,
)

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Wishes:
    """What a person wants of a week."""

    diets: tuple[str, ...] = ()
    allergens: tuple[str, ...] = ()
    excluded_dishes: tuple[str, ...] = ()
    pinned: Mapping[tuple[int, Meal], str] = field(default_factory=dict)
    meals: tuple[Meal, ...] = ()
    bounds: Mapping[str, NutrientBounds] = field(default_factory=dict)
    repeats: int = 2
    seed: int = 0
    time_limit_seconds: float = 10.0


def week_request(
    energy_kcal: float,
    shares: Mapping[Meal, float],
    dishes: Mapping[str, Dish],
    bounds: Mapping[str, NutrientBounds],
    wishes: Wishes,
) -> WeekRequest:
    """Return what the week optimizer is asked."""
    return WeekRequest(
        energy_kcal=energy_kcal,
        meal_shares=dict(shares),
        dishes=tuple(dish.to_plan() for dish in dishes.values()),
        nutrients=_merged(bounds, wishes.bounds),
        diets=frozenset(wishes.diets),
        excluded_allergens=frozenset(wishes.allergens),
        excluded_dishes=frozenset(wishes.excluded_dishes),
        pinned=dict(wishes.pinned),
        repeats=wishes.repeats,
        time_limit_seconds=wishes.time_limit_seconds,
        deadline=monotonic() + wishes.time_limit_seconds,
        seed=wishes.seed,
    )


def _merged(
    ours: Mapping[str, NutrientBounds], wished: Mapping[str, NutrientBounds]
) -> dict[str, NutrientBounds]:
    """Return ``ours`` with each bound replaced that is wished otherwise."""
    merged = dict(ours)
    for nutrient, wish in wished.items():
        old = ours.get(nutrient, NutrientBounds())
        merged[nutrient] = NutrientBounds(
            old.minimum if wish.minimum is None else wish.minimum,
            old.maximum if wish.maximum is None else wish.maximum,
        )
    return merged


def describe_week(
    plan: WeekPlan,
    dishes: Mapping[str, Dish],
    nutrients: tuple[Nutrient, ...],
    targets: tuple[Intake, ...],
    bounds: Mapping[str, NutrientBounds],
) -> dict[str, Any]:
    """Return the week, JSON-ready: meals by day, nutrition by day against targets and bounds."""
    days = [_day(number, plan, dishes, nutrients) for number in range(DAYS_PER_WEEK)]
    eaten = total(_nutrition(meal.dish_id, meal.servings, dishes) for meal in plan.meals)
    daily = eaten * (1 / DAYS_PER_WEEK)
    return {
        "days": days,
        "daily_mean": _against_targets(daily, targets) if plan.meals else {},
        "bounds": _against_bounds(daily, bounds) if plan.meals else {},
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": gap(plan),
        "shortfalls": plan.shortfalls,
        "note": None if plan.meals else "energy target of each day; no dishes could be planned",
    }


def gap(plan: WeekPlan) -> float | None:
    """Return how far the objective is above its proven bound, as a share; None without a proof."""
    if plan.objective is None or plan.bound is None:
        return None
    distance = max(0.0, plan.objective - plan.bound)
    return round(distance / max(abs(plan.objective), 1e-9), 6) if distance > 1e-9 else 0.0


def describe_targets(
    person: Person, energy: Energy, targets: tuple[Intake, ...]
) -> dict[str, object]:
    """Return whom and what a plan was made for, JSON-ready."""
    return {
        "resting_kcal": round(energy.resting_kcal, 1),
        "maintenance_kcal": round(energy.maintenance_kcal, 1),
        "target_kcal": round(energy.target_kcal, 1),
        "lowest_advised_intake_applied": energy.floored,
        "below_lowest_advised_intake": energy.below_floor,
        "activity": person.activity,
        "goal": person.goal,
        "nutrients": {intake.nutrient: describe_intake(intake) for intake in targets},
    }


def _day(
    number: int, plan: WeekPlan, dishes: Mapping[str, Dish], nutrients: tuple[Nutrient, ...]
) -> dict[str, Any]:
    meals = [meal for meal in plan.meals if meal.day == number]
    eaten = total(_nutrition(meal.dish_id, meal.servings, dishes) for meal in meals)
    return {
        "day": number,
        "name": DAY_NAMES[number],
        "target_kcal": round(plan.target_energy_kcal[number], 1),
        "energy_kcal": round(eaten.amounts["energy"], 1) if meals else None,
        "meals": [
            {
                "meal": meal.meal,
                "dish_id": meal.dish_id,
                "dish": dishes[meal.dish_id].name,
                "servings": meal.servings,
                "energy_kcal": round(meal.energy_kcal, 1),
                "allergens": sorted(dishes[meal.dish_id].allergens),
                "minutes": dishes[meal.dish_id].minutes,
            }
            for meal in meals
        ],
        "nutrition": eaten.describe(nutrients) if meals else {},
    }


def _nutrition(dish_id: str, servings: float, dishes: Mapping[str, Dish]) -> Nutrition:
    return dishes[dish_id].per_serving * servings


def _against_targets(daily: Nutrition, targets: tuple[Intake, ...]) -> dict[str, dict[str, object]]:
    return {
        intake.nutrient: {
            "amount": _rounded(daily.amount(intake.nutrient)),
            "unit": intake.unit,
            "coverage": daily.coverage(intake.nutrient),
            "target": _rounded(intake.target),
            "upper": _rounded(intake.upper),
            "of_target": _share(daily.amount(intake.nutrient), intake.target),
        }
        for intake in targets
    }


def _against_bounds(
    daily: Nutrition, bounds: Mapping[str, NutrientBounds]
) -> dict[str, dict[str, object]]:
    """Return each bounded nutrient's known amount a day, and whether its maximum is proven.

    A maximum is kept on what is known; what is not known may pass it.
    """
    return {
        nutrient: {
            "minimum": _rounded(bound.minimum),
            "maximum": _rounded(bound.maximum),
            "known_amount": _rounded(daily.amount(nutrient) or 0.0),
            "coverage": daily.coverage(nutrient),
            "maximum_proven": None
            if bound.maximum is None
            else daily.coverage(nutrient) == 1
            and (daily.amount(nutrient) or 0.0) <= bound.maximum * (1 + 1e-6),
        }
        for nutrient, bound in sorted(bounds.items())
    }


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 2)


def _share(amount: float | None, target: float | None) -> float | None:
    return None if amount is None or not target else round(amount / target, 3)
