"""Weeks of meals in a request: read from it, made by the plugins, changed, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from mealplan.accounts.caller import account
from mealplan.catalogue.allergens import ALLERGENS
from mealplan.catalogue.dishes import Dish
from mealplan.errors import ApiError, invalid, not_found
from mealplan.fields import Fields
from mealplan.kitchen import kitchen
from mealplan.parts import parts
from mealplan.served import call, served_by
from mealplan.services.planning import Wishes, describe_targets, describe_week, week_request
from mealplan.services.profiles import describe_person, person_of
from mealplan.services.swapping import Placed, Rules, Slot, shortfalls
from mealplan.services.targets import Person, energy, intakes, planning_bounds
from mealplan.store import plans, profiles
from mealplan_plugins.meal_distribution.contract import MEALS, DistributionRequest, Meal
from mealplan_plugins.week_optimizer.contract import (
    DAYS_PER_WEEK,
    Infeasible,
    NutrientBounds,
    PlannedMeal,
    WeekPlan,
)

LONGEST_SEARCH_SECONDS = 20.0
MOST_PLANS = 1000
#: Each bound makes every step of the search dearer.
_MOST_BOUNDS = 12
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class Named:
    """What a plan is called, and when it is eaten."""

    name: str
    starts_on: date | None
    saved: bool


@dataclass(frozen=True)
class Asked:
    """A week that is asked for; no person: the one of the caller's own profile."""

    person: Person | None
    wishes: Wishes
    named: Named


@dataclass(frozen=True)
class Made:
    """A week that was made: what is kept of it."""

    request: dict[str, Any]
    result: dict[str, Any]
    target_kcal: float
    implementation: str
    meals: tuple[Mapping[str, Any], ...]


def read_week(fields: Fields) -> Asked:
    """Return the week that ``fields`` ask for."""
    profile = fields.maybe("profile")
    return Asked(
        person=None if profile is None else person_of(profile),
        wishes=_wishes(fields),
        named=Named(
            fields.text("name", 120, default="Week") or "Week",
            read_start(fields),
            fields.flag("saved", default=True),
        ),
    )


def read_start(fields: Fields, name: str = "starts_on") -> date | None:
    """Return the day that a week begins on, or None."""
    day = fields.maybe_day(name)
    if day is not None and not _FIRST_DAY <= day <= _LAST_DAY:
        if day != date.min:
            fields.problem(name, f"must be from {_FIRST_DAY} to {_LAST_DAY}")
        return None
    return day


def read_time_limit(fields: Fields) -> float:
    """Return how long a week may be looked for."""
    return fields.number(
        "time_limit_seconds", 1, LONGEST_SEARCH_SECONDS, default=10.0, unit="seconds"
    )


def person_asked(given: Person | None) -> Person:
    """Return the person given, or the caller's own profile.

    Raises:
        ApiError: 422 where there is neither.
    """
    if given is not None:
        return given
    with parts().database.reading() as connection:
        stored = profiles.get(connection, account().id)
    if stored is None:
        raise invalid({"profile": "is required, here or kept with PUT /api/v1/profile"})
    return person_of(Fields(stored))


def make(asked: Asked) -> Made:
    """Make a week.

    Raises:
        ApiError: 422 where the wishes clash.
    """
    person = person_asked(asked.person)
    found = energy(person)
    targets = intakes(person, found.target_kcal)
    wanted = DistributionRequest(person.age_years, person.sex, asked.wishes.meals)
    shares = call("meal_distribution", "predict", wanted).value.shares
    dishes = kitchen().dishes
    request = week_request(
        found.target_kcal, shares, dishes, planning_bounds(targets), asked.wishes
    )
    try:
        outcome = call("week_optimizer", "plan", request)
    except Infeasible as error:
        raise ApiError(
            422,
            "infeasible",
            f"no week satisfies all of this: {error}",
            fields={
                "clashing": list(error.clashing),
                "untested": list(error.untested),
                "served_by": served_by(),
            },
        ) from None
    week = describe_week(outcome.value, dishes, parts().foods.nutrients, targets, request.nutrients)
    result = {
        "targets": describe_targets(person, found, targets),
        "meal_shares": {meal: round(share, 4) for meal, share in shares.items()},
        **week,
        "served_by": served_by(),
    }
    return Made(
        {"profile": describe_person(person), **_describe_wishes(asked.wishes)},
        result,
        found.target_kcal,
        outcome.implementation,
        tuple(vars(meal) for meal in outcome.value.meals),
    )


def keep(made: Made, named: Named) -> int:
    """Keep a week as the caller's plan, and return its number.

    Raises:
        ApiError: 409 where the caller has as many as one may.
    """
    with parts().database.writing() as connection:
        if plans.count(connection, account().id) >= MOST_PLANS:
            raise ApiError(409, "too_many", f"you have {MOST_PLANS} plans: delete some first")
        return plans.add(
            connection,
            account().id,
            name=named.name,
            starts_on=named.starts_on,
            saved=named.saved,
            target_kcal=made.target_kcal,
            implementation=made.implementation,
            request=made.request,
            result=made.result,
            meals=made.meals,
        )


def stored_plan(plan_id: int) -> dict[str, Any]:
    """Return the row of a plan of the caller's.

    Raises:
        ApiError: 404 where they have none of that number.
    """
    with parts().database.reading() as connection:
        row = plans.get(connection, account().id, plan_id) if plan_id < 2**31 else None
    if row is None:
        raise not_found(f"plan {plan_id}")
    return row


def asked_before(row: Mapping[str, Any]) -> Asked:
    """Return what a plan was asked to be.

    Raises:
        ApiError: 409 where that names what there is no more.
    """
    fields = Fields(row["request"])
    asked = read_week(fields)
    try:
        fields.done()
    except ApiError as error:
        raise ApiError(
            409,
            "outdated",
            "this plan was asked for with what there is no more: make a new one",
            fields=error.fields,
        ) from None
    return replace(asked, named=Named(row["name"], row["starts_on"], bool(row["saved"])))


def placed_meals(row: Mapping[str, Any]) -> list[Placed]:
    """Return a plan's meals with their dishes.

    Raises:
        ApiError: 409 where it has none, or one of its dishes is gone.
    """
    found = []
    for day in row["result"]["days"]:
        for meal in day["meals"]:
            dish = kitchen().dish(meal["dish_id"])
            if dish is None:
                raise ApiError(
                    409, "outdated", f"the dish {meal['dish']!r} of this plan is there no more"
                )
            found.append(Placed(Slot(day["day"], meal["meal"]), dish, meal["servings"]))
    if not found:
        raise ApiError(409, "no_meals", "this plan has energy targets alone, and no meals")
    return found


def rules_of(row: Mapping[str, Any], day: int, wishes: Wishes) -> Rules:
    """Return what a day of a plan has to keep."""
    return Rules(
        target_kcal=row["result"]["days"][day]["target_kcal"],
        shares=row["result"]["meal_shares"],
        diets=frozenset(wishes.diets),
        allergens=frozenset(wishes.allergens),
        excluded=frozenset(wishes.excluded_dishes),
        repeats=wishes.repeats,
        bounds=bounds_of(row),
    )


def bounds_of(row: Mapping[str, Any]) -> dict[str, NutrientBounds]:
    """Return the nutrient bounds that a plan was made within."""
    return {
        nutrient: NutrientBounds(told["minimum"], told["maximum"])
        for nutrient, told in row["result"]["bounds"].items()
    }


def changed_result(row: Mapping[str, Any], placed: list[Placed], person: Person) -> dict[str, Any]:
    """Return a plan's result with other meals; nothing is proven of it any more."""
    bounds = bounds_of(row)
    targets_kcal = tuple(day["target_kcal"] for day in row["result"]["days"])
    order: dict[str, int] = {meal: place for place, meal in enumerate(MEALS)}
    meals = tuple(
        PlannedMeal(
            one.slot.day, cast("Meal", one.slot.meal), one.dish.id, one.servings, one.energy_kcal
        )
        for one in sorted(
            placed, key=lambda one: (one.slot.day, order[cast("Meal", one.slot.meal)])
        )
    )
    daily = tuple(
        sum(meal.energy_kcal for meal in meals if meal.day == day) for day in range(DAYS_PER_WEEK)
    )
    plan = WeekPlan(daily, targets_kcal, meals, None, None, shortfalls(placed, bounds))
    dishes = {one.dish.id: one.dish for one in placed}
    week = describe_week(
        plan, dishes, parts().foods.nutrients, intakes(person, row["target_kcal"]), bounds
    )
    return {**row["result"], **week, "note": "changed by hand since it was made"}


def meal_rows(placed: list[Placed]) -> list[dict[str, Any]]:
    """Return meals as the rows that are kept."""
    return [
        {
            "day": one.slot.day,
            "meal": one.slot.meal,
            "dish_id": one.dish.id,
            "servings": one.servings,
            "energy_kcal": one.energy_kcal,
        }
        for one in placed
    ]


def _wishes(fields: Fields) -> Wishes:
    dishes = kitchen().dishes
    meals = fields.choices("meals", MEALS, default=MEALS)
    if not meals:
        fields.problem("meals", "must name at least one meal")
    return Wishes(
        diets=fields.choices("diets", parts().dishes.diets),
        allergens=fields.choices("allergens", ALLERGENS),
        excluded_dishes=fields.choices("excluded", dishes),
        pinned=_pinned(fields, meals, dishes),
        meals=cast("tuple[Meal, ...]", meals),
        bounds=_bounds(fields),
        repeats=fields.integer("repeats", 1, DAYS_PER_WEEK, default=2),
        seed=fields.integer("seed", 0, 2**31 - 1, default=0),
        time_limit_seconds=read_time_limit(fields),
    )


def _pinned(
    fields: Fields, meals: tuple[str, ...], dishes: Mapping[str, Dish]
) -> dict[tuple[int, Meal], str]:
    pinned: dict[tuple[int, Meal], str] = {}
    for entry in fields.objects("pinned", DAYS_PER_WEEK * len(MEALS)):
        day = entry.integer("day", 0, DAYS_PER_WEEK - 1)
        meal = cast("Meal", entry.choice("meal", meals or MEALS))
        dish = entry.text("dish", 80)
        entry.done()
        if dish not in dishes:
            entry.problem("dish", "no such dish")
        if (day, meal) in pinned:
            entry.problem("meal", "this meal of this day is pinned twice")
        pinned[day, meal] = dish
    return pinned


def _bounds(fields: Fields) -> dict[str, NutrientBounds]:
    known = {nutrient.id for nutrient in parts().foods.nutrients}
    bounds: dict[str, NutrientBounds] = {}
    for nutrient, entry in fields.mapping("nutrients", known, _MOST_BOUNDS).items():
        least, most = (entry.maybe_number(name, 0, 1e6) for name in ("minimum", "maximum"))
        entry.done()
        if least is not None and most is not None and least > most:
            entry.problem("minimum", "is above the maximum")
        bounds[nutrient] = NutrientBounds(least, most)
    return bounds


def _describe_wishes(wishes: Wishes) -> dict[str, Any]:
    """Return wishes as `read_week` reads them."""
    return {
        "diets": list(wishes.diets),
        "allergens": list(wishes.allergens),
        "excluded": list(wishes.excluded_dishes),
        "pinned": [
            {"day": day, "meal": meal, "dish": dish} for (day, meal), dish in wishes.pinned.items()
        ],
        "meals": list(wishes.meals),
        "nutrients": {
            nutrient: {"minimum": bound.minimum, "maximum": bound.maximum}
            for nutrient, bound in wishes.bounds.items()
        },
        "repeats": wishes.repeats,
        "seed": wishes.seed,
        "time_limit_seconds": wishes.time_limit_seconds,
    }
