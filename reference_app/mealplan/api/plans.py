"""Weeks of meals: made, listed, shown, changed, copied, exported, deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from flask import Blueprint, Response

from mealplan.accounts.caller import account
from mealplan.api.downloads import CSV, EXCEL, JSON, asked_format, download
from mealplan.api.endpoint import endpoint
from mealplan.api.paging import Page, page
from mealplan.errors import ApiError, invalid, not_found
from mealplan.fields import Fields
from mealplan.kitchen import kitchen
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.calendars import calendar
from mealplan.services.shopping import by_aisle, needed
from mealplan.services.swapping import PORTIONS, Placed, Slot, Week
from mealplan.services.tables import Records, RecordTable
from mealplan.store import plans
from mealplan.weeks import (
    Asked,
    Made,
    Named,
    asked_before,
    changed_result,
    keep,
    make,
    meal_rows,
    person_asked,
    placed_meals,
    read_start,
    read_time_limit,
    read_week,
    rules_of,
    stored_plan,
)
from mealplan_plugins.meal_distribution.contract import MEALS, Meal
from mealplan_plugins.spreadsheet_export.contract import Cell, Pivot
from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK

BLUEPRINT = Blueprint("plans", __name__)
ICS = "text/calendar"
_COLUMNS = ("day", "meal", "dish", "servings", "energy_kcal", "minutes", "allergens")
_DAY_COLUMNS = ("day", "target_kcal", "energy_kcal")


@BLUEPRINT.post("/plans/week")
@endpoint(rate="plan", body=read_week, status=201)
def make_week(body: Asked) -> Response:
    """Make a week of meals for a person, keep it, and return it with 201."""
    return _kept(make(body), body.named)


@dataclass(frozen=True)
class _Listed:
    page: Page
    saved: bool


def _read_listed(query: Fields) -> _Listed:
    return _Listed(page(query), query.choice("saved", ("0", "1"), default="0") == "1")


@BLUEPRINT.get("/plans")
@endpoint(query=_read_listed)
def list_plans(query: _Listed) -> Response:
    """Return your latest plans without their meals; with ``saved=1`` those you kept."""
    wanted = query.page
    with parts().database.reading() as connection:
        found = plans.listed(
            connection, account().id, wanted.limit, wanted.offset, saved=query.saved
        )
    return reply({"plans": found, **wanted.describe()})


@BLUEPRINT.get("/plans/<int:plan_id>")
@endpoint()
def show_plan(plan_id: int) -> Response:
    """Return a plan; ``served_by`` says who made it. Whose body it was made for stays untold."""
    return reply(_shown(stored_plan(plan_id)))


def _read_change(fields: Fields) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if fields.has("name"):
        values["name"] = fields.text("name", 120) or "Week"
    # Null takes the plan out of the calendar.
    if "starts_on" in fields.names or fields.has("starts_on"):
        values["starts_on"] = read_start(fields)
    if fields.has("saved"):
        values["saved"] = fields.flag("saved", default=True)
    return values


@BLUEPRINT.patch("/plans/<int:plan_id>")
@endpoint(body=_read_change)
def change_plan(plan_id: int, body: dict[str, Any]) -> Response:
    """Rename a plan, keep it or not, or say on which day it begins (null: on none)."""
    stored_plan(plan_id)
    with parts().database.writing() as connection:
        plans.change(connection, account().id, plan_id, **body)
    return reply(_shown(stored_plan(plan_id)))


@BLUEPRINT.delete("/plans/<int:plan_id>")
@endpoint(status=204)
def delete_plan(plan_id: int) -> Response:
    """Delete a plan; 204."""
    stored_plan(plan_id)
    with parts().database.writing() as connection:
        plans.remove(connection, account().id, plan_id)
    return Response(status=204)


def _read_copy(fields: Fields) -> Named:
    return Named(fields.text("name", 120, default=""), read_start(fields), saved=True)


@BLUEPRINT.post("/plans/<int:plan_id>/copy")
@endpoint(rate="plan", body=_read_copy, status=201)
def copy_plan(plan_id: int, body: Named) -> Response:
    """Copy a plan, as for another week; 201."""
    row = stored_plan(plan_id)
    made = Made(
        row["request"], row["result"], row["target_kcal"], row["implementation"], _rows(row)
    )
    return _kept(made, replace(body, name=body.name or f"{row['name'][:112]} (copy)"))


@dataclass(frozen=True)
class _Place:
    slot: Slot
    limit: int


def _read_place(query: Fields) -> _Place:
    return _Place(
        Slot(query.integer("day", 0, DAYS_PER_WEEK - 1), query.choice("meal", MEALS)),
        query.integer("limit", 1, 50, default=10),
    )


@BLUEPRINT.get("/plans/<int:plan_id>/alternatives")
@endpoint(query=_read_place)
def alternatives(plan_id: int, query: _Place) -> Response:
    """Return what may legally stand in place of a meal, the best for the week first."""
    row = stored_plan(plan_id)
    week = _week(row, placed_meals(row), query.slot)
    assert week.now is not None  # noqa: S101 -- _week has looked
    score = week.score(week.now.dish, week.now.servings)
    found = week.alternatives(kitchen().dishes.values(), query.limit)
    return reply(
        {
            "day": query.slot.day,
            "meal": query.slot.meal,
            "now": week.placed(week.now.dish, week.now.servings).describe(score),
            "alternatives": [one.describe(score) for one in found],
        }
    )


@dataclass(frozen=True)
class _Swap:
    dish: str
    servings: float | None


def _read_swap(fields: Fields) -> _Swap:
    servings = fields.maybe_number("servings", PORTIONS[0], PORTIONS[-1])
    return _Swap(fields.text("dish", 80), servings)


@BLUEPRINT.put("/plans/<int:plan_id>/meals/<int:day>/<meal>")
@endpoint(rate="plan", body=_read_swap)
def swap(plan_id: int, day: int, meal: str, body: _Swap) -> Response:
    """Put another dish in place of a meal; 422 names the rules that it would break."""
    row = stored_plan(plan_id)
    dish = kitchen().dish(body.dish)
    if dish is None:
        raise invalid({"dish": "no such dish"})
    placed = placed_meals(row)
    slot = Slot(day, meal)
    week = _week(row, placed, slot)
    broken = week.forbidden(dish)
    servings = body.servings
    if not broken and servings is None:
        best = week.best(dish)
        # Where no portion is legal, one serving tells why.
        servings = best.servings if best else 1.0
    broken = (*broken, *(week.unfit(dish, servings) if servings is not None else ()))
    if broken:
        raise ApiError(
            422,
            "breaks_rules",
            f"{dish.name} cannot be {meal} of day {day}: it breaks {', '.join(broken)}",
            fields={"breaks": list(broken)},
        )
    assert servings is not None  # noqa: S101 -- chosen above, where nothing is broken
    changed = [one if one.slot != slot else Placed(slot, dish, servings) for one in placed]
    result = changed_result(row, changed, person_asked(asked_before(row).person))
    with parts().database.writing() as connection:
        # Two swaps at once: the later one must not bring back what the earlier one replaced.
        current = plans.get(connection, account().id, plan_id)
        if current is None or current["result"] != row["result"]:
            raise ApiError(409, "changed", "the plan was changed meanwhile: look at it again")
        plans.change(connection, account().id, plan_id, result=result)
        plans.replace_meals(connection, plan_id, meal_rows(changed))
    return reply(_shown(stored_plan(plan_id)))


@dataclass(frozen=True)
class _Again:
    keep: tuple[Slot, ...]
    excluded: tuple[str, ...]
    seed: int
    time_limit_seconds: float
    named: Named


def _read_again(fields: Fields) -> _Again:
    kept = []
    for entry in fields.objects("keep", DAYS_PER_WEEK * len(MEALS)):
        kept.append(Slot(entry.integer("day", 0, DAYS_PER_WEEK - 1), entry.choice("meal", MEALS)))
        entry.done()
    return _Again(
        tuple(kept),
        fields.choices("excluded", kitchen().dishes),
        fields.integer("seed", 0, 2**31 - 1, default=0),
        read_time_limit(fields),
        Named(fields.text("name", 120, default=""), read_start(fields), saved=True),
    )


@BLUEPRINT.post("/plans/<int:plan_id>/resolve")
@endpoint(rate="plan", body=_read_again, status=201)
def resolve(plan_id: int, body: _Again) -> Response:
    """Make a new week by the same wishes around the meals of this one that are kept; 201."""
    row = stored_plan(plan_id)
    standing = {one.slot: one.dish.id for one in placed_meals(row)}
    missing = [slot for slot in body.keep if slot not in standing]
    if missing:
        raise invalid({"keep": f"this plan has no {missing[0].meal} on day {missing[0].day}"})
    before = asked_before(row)
    pinned: Mapping[tuple[int, Meal], str] = {
        **before.wishes.pinned,
        **{(slot.day, cast("Meal", slot.meal)): standing[slot] for slot in body.keep},
    }
    wishes = replace(
        before.wishes,
        pinned=dict(pinned),
        excluded_dishes=tuple(dict.fromkeys((*before.wishes.excluded_dishes, *body.excluded))),
        seed=body.seed,
        time_limit_seconds=body.time_limit_seconds,
    )
    name = body.named.name or f"{row['name'][:110]} (again)"
    return _kept(make(replace(before, wishes=wishes)), replace(body.named, name=name))


@BLUEPRINT.get("/plans/<int:plan_id>/shopping")
@endpoint(query=lambda query: query.integer("people", 1, 50, default=1))
def shopping(plan_id: int, query: int) -> Response:
    """Return what to buy for a week and so many people: by aisle, in grams and portions."""
    row = stored_plan(plan_id)
    bought = needed([(one.dish, one.servings) for one in placed_meals(row)], query)
    return reply(
        {
            "plan": plan_id,
            "people": query,
            "grams": round(sum(one.grams for one in bought), 1),
            "aisles": by_aisle(bought, parts().foods.portions),
        }
    )


@dataclass(frozen=True)
class _Export:
    format: str
    starts_on: date | None


def _read_export(query: Fields) -> _Export:
    return _Export(asked_format(query, "ics"), read_start(query))


@BLUEPRINT.get("/plans/<int:plan_id>/export")
@endpoint(rate="export", query=_read_export, media=(JSON, CSV, EXCEL, ICS))
def export_plan(plan_id: int, query: _Export) -> Response:
    """Return a plan's meals as a file; the workbook has each day and its nutrients as well.

    A plan without meals, the fallback's, is its days: JSON and CSV hold those. A calendar needs
    the day that the plan begins on: its own, or ``starts_on``.
    """
    row = stored_plan(plan_id)
    plan = row["result"]
    if query.format == "ics":
        return _calendar(row, query.starts_on or row["starts_on"])
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
    return download(f"plan-{plan_id}", query.format, tables, (pivot,) if has_meals else ())


def _kept(made: Made, named: Named) -> Response:
    plan_id = keep(made, named)
    response = reply(_shown(stored_plan(plan_id)), 201)
    response.headers["Location"] = f"/api/v1/plans/{plan_id}"
    return response


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    wishes = {name: value for name, value in row["request"].items() if name != "profile"}
    return {
        "id": row["id"],
        "created_at": row["created_at"],
        "name": row["name"],
        "starts_on": row["starts_on"] and row["starts_on"].isoformat(),
        "saved": row["saved"],
        "request": wishes,
        **row["result"],
    }


def _week(row: Mapping[str, Any], placed: list[Placed], slot: Slot) -> Week:
    if all(one.slot != slot for one in placed):
        raise not_found(f"{slot.meal[:20]!r} of day {slot.day} in this plan")
    return Week(placed, slot, rules_of(row, slot.day, asked_before(row).wishes))


def _calendar(row: Mapping[str, Any], starts_on: date | None) -> Response:
    if starts_on is None:
        raise invalid({"starts_on": "is required: this plan does not say on which day it begins"})
    event = {**row, "starts_on": starts_on, "days": row["result"]["days"]}
    response = Response(calendar(row["name"], [event]), mimetype=ICS)
    response.headers["Content-Disposition"] = f"attachment; filename=plan-{row['id']}.ics"
    return response


def _rows(row: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"day": day["day"], **meal} for day in row["result"]["days"] for meal in day["meals"]
    )


def _meal_rows(plan: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    for day in plan["days"]:
        for meal in day["meals"]:
            allergens = ", ".join(meal["allergens"])
            yield (
                *(day["name"], meal["meal"], meal["dish"], meal["servings"], meal["energy_kcal"]),
                *(meal["minutes"], allergens),
            )


def _day_rows(plan: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    for day in plan["days"]:
        yield (day["name"], day["target_kcal"], day["energy_kcal"])


def _nutrient_rows(plan: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    for day in plan["days"]:
        for nutrient, told in day["nutrition"].items():
            yield (day["name"], nutrient, told["amount"], told["unit"], told["coverage"])
