"""Weeks of meals: made, listed, shown, exported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from flask import Blueprint, Response, request

from mealplan.api.downloads import asked_format, download
from mealplan.api.paging import page
from mealplan.catalogue.allergens import ALLERGENS
from mealplan.errors import ApiError, not_found
from mealplan.fields import Fields, body_of
from mealplan.parts import parts
from mealplan.served import call, reply, served_by
from mealplan.services.planning import Wishes, describe_targets, describe_week, week_request
from mealplan.services.profiles import person_of
from mealplan.services.tables import Records, RecordTable
from mealplan.services.targets import energy, intakes, planning_bounds
from mealplan.store import plans
from mealplan_plugins.meal_distribution.contract import MEALS, DistributionRequest, Meal
from mealplan_plugins.spreadsheet_export.contract import Cell, Pivot
from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK, Infeasible, NutrientBounds

BLUEPRINT = Blueprint("plans", __name__)
_COLUMNS = ("day", "meal", "dish", "servings", "energy_kcal", "minutes", "allergens")
_LONGEST_SEARCH_SECONDS = 20.0
_DAY_COLUMNS = ("day", "target_kcal", "energy_kcal")
#: Each bound makes every step of the search dearer.
_MOST_BOUNDS = 12


@BLUEPRINT.post("/plans/week")
def make_week() -> Response:
    """Make a week of meals for a person, keep it, and return it with 201."""
    fields = body_of(request)
    person = person_of(fields.object("profile", required=True))
    wishes = _wishes(fields)
    fields.done()
    found = energy(person)
    targets = intakes(person, found.target_kcal)
    shares = call(
        "meal_distribution",
        "predict",
        DistributionRequest(person.age_years, person.sex, wishes.meals),
    ).value.shares
    dishes = parts().dishes.all
    asked = week_request(found.target_kcal, shares, dishes, planning_bounds(targets), wishes)
    try:
        outcome = call("week_optimizer", "plan", asked)
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
    week = describe_week(outcome.value, dishes, parts().foods.nutrients, targets, asked.nutrients)
    result = {
        "targets": describe_targets(person, found, targets),
        "meal_shares": {meal: round(share, 4) for meal, share in shares.items()},
        **week,
        "served_by": served_by(),
    }
    with parts().database.writing() as connection:
        plan_id = plans.add(
            connection,
            target_kcal=found.target_kcal,
            implementation=outcome.implementation,
            request=request.get_json(),
            result=result,
            meals=outcome.value.meals,
        )
    response = reply({"id": plan_id, **result}, 201)
    response.headers["Location"] = f"/api/v1/plans/{plan_id}"
    return response


@BLUEPRINT.get("/plans")
def list_plans() -> Response:
    """Return the latest plans, without their meals."""
    wanted = page()
    with parts().database.reading() as connection:
        found = plans.listed(connection, wanted.limit, wanted.offset)
    return reply({"plans": found, **wanted.describe()})


@BLUEPRINT.get("/plans/<int:plan_id>")
def show_plan(plan_id: int) -> Response:
    """Return a plan; ``served_by`` says who made it. Whose body it was made for stays untold."""
    plan = _plan(plan_id)
    wishes = {name: value for name, value in plan["request"].items() if name != "profile"}
    return reply({**plan, "request": wishes})


@BLUEPRINT.get("/plans/<int:plan_id>/export")
def export_plan(plan_id: int) -> Response:
    """Return a plan's meals as a file; the workbook has each day and its nutrients as well.

    A plan without meals, the fallback's, is its days: JSON and CSV hold those.
    """
    asked_format()
    plan = _plan(plan_id)
    meals = RecordTable("Meals", _COLUMNS, Records(lambda: _meal_rows(plan)))
    nutrients = RecordTable(
        "Nutrients",
        ("day", "nutrient", "amount", "unit", "coverage"),
        Records(lambda: _nutrient_rows(plan)),
    )
    days = RecordTable("Days", _DAY_COLUMNS, Records(lambda: _day_rows(plan)))
    has_meals = any(day["meals"] for day in plan["days"])
    tables = (meals, nutrients, days) if has_meals else (days, meals, nutrients)
    pivot = Pivot("Energy by day", "Meals", index="day", columns="meal", value="energy_kcal")
    return download(f"plan-{plan_id}", tables, (pivot,) if has_meals else ())


def _plan(plan_id: int) -> dict[str, Any]:
    with parts().database.reading() as connection:
        plan = plans.get(connection, plan_id) if plan_id < 2**62 else None
    if plan is None:
        raise not_found(f"plan {plan_id}")
    return plan


def _meal_rows(plan: dict[str, Any]) -> Iterator[Sequence[Cell]]:
    for day in plan["days"]:
        for meal in day["meals"]:
            allergens = ", ".join(meal["allergens"])
            yield (
                *(day["name"], meal["meal"], meal["dish"], meal["servings"], meal["energy_kcal"]),
                *(meal["minutes"], allergens),
            )


def _day_rows(plan: dict[str, Any]) -> Iterator[Sequence[Cell]]:
    for day in plan["days"]:
        yield (day["name"], day["target_kcal"], day["energy_kcal"])


def _nutrient_rows(plan: dict[str, Any]) -> Iterator[Sequence[Cell]]:
    for day in plan["days"]:
        for nutrient, told in day["nutrition"].items():
            yield (day["name"], nutrient, told["amount"], told["unit"], told["coverage"])


def _wishes(fields: Fields) -> Wishes:
    catalogue = parts().dishes
    meals = fields.choices("meals", MEALS, default=MEALS)
    if not meals:
        fields.problem("meals", "must name at least one meal")
    return Wishes(
        diets=fields.choices("diets", catalogue.diets),
        allergens=fields.choices("allergens", ALLERGENS),
        excluded_dishes=fields.choices("excluded", catalogue.all),
        pinned=_pinned(fields, meals),
        meals=cast("tuple[Meal, ...]", meals),
        bounds=_bounds(fields),
        repeats=fields.integer("repeats", 1, DAYS_PER_WEEK, default=2),
        seed=fields.integer("seed", 0, 2**31 - 1, default=0),
        time_limit_seconds=fields.number(
            "time_limit_seconds", 1, _LONGEST_SEARCH_SECONDS, default=10.0, unit="seconds"
        ),
    )


def _pinned(fields: Fields, meals: tuple[str, ...]) -> dict[tuple[int, Meal], str]:
    pinned: dict[tuple[int, Meal], str] = {}
    dishes = parts().dishes.all
    for entry in fields.objects("pinned", DAYS_PER_WEEK * len(MEALS)):
        day = entry.integer("day", 0, DAYS_PER_WEEK - 1)
        meal = cast("Meal", entry.choice("meal", meals))
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
    wanted = fields.object("nutrients")
    if len(wanted.names) > _MOST_BOUNDS:
        fields.problem("nutrients", f"must bound at most {_MOST_BOUNDS} nutrients")
        return {}
    bounds: dict[str, NutrientBounds] = {}
    for nutrient in wanted.names:
        entry = wanted.object(nutrient)
        if nutrient not in known:
            wanted.problem(nutrient[:80], "no such nutrient")
        least, most = (
            entry.number(name, 0, 1e6) if entry.has(name) else None
            for name in ("minimum", "maximum")
        )
        entry.done()
        if least is not None and most is not None and least > most:
            entry.problem("minimum", "is above the maximum")
        bounds[nutrient] = NutrientBounds(least, most)
    wanted.done()
    return bounds
