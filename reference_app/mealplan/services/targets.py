"""What a person needs in a day: energy, and the Dietary Reference Intakes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from mealplan_plugins.meal_distribution.contract import Sex
from mealplan_plugins.week_optimizer.contract import NutrientBounds

_TABLE = Path(__file__).parents[1] / "data" / "targets.json"

#: Total energy over resting energy. FAO/WHO/UNU, Human energy requirements (2004), chapter 5,
#: gives 1.40-1.69, 1.70-1.99 and 2.00-2.40; these are the multipliers in common use with
#: Mifflin-St Jeor, which start lower.
ACTIVITY_FACTORS: dict[str, float] = {
    "sedentary": 1.2,
    "light": 1.375,
    "moderate": 1.55,
    "active": 1.725,
    "very_active": 1.9,
}
GOALS = ("lose", "maintain", "gain")
_LOSS_KCAL = 500.0
_GAIN_FACTOR = 1.10
#: The lowest advised intake while losing weight; whatever the goal, less is pointed out.
_FLOOR_KCAL: dict[Sex, float] = {"female": 1200.0, "male": 1500.0}
SOURCES = {
    "resting_energy": "Mifflin MD, St Jeor ST et al., Am J Clin Nutr 1990;51:241-247",
    "lose": "2013 AHA/ACC/TOS Guideline for the Management of Overweight and Obesity in Adults:"
    " a deficit of 500 kcal a day, not below 1,200 (women) or 1,500 kcal (men)",
    "gain": "Iraki J et al., Sports 2019;7:154: 10 % above maintenance",
}


@dataclass(frozen=True)
class Person:
    """Whom a target is for: an adult, neither pregnant nor breastfeeding."""

    age_years: int
    sex: Sex
    weight_kg: float
    height_cm: float
    activity: str = "moderate"
    goal: str = "maintain"


@dataclass(frozen=True)
class Energy:
    """Energy a day in kcal: at rest, to keep the weight, and for the goal."""

    resting_kcal: float
    maintenance_kcal: float
    target_kcal: float
    #: True where the goal would have gone below the lowest advised intake.
    floored: bool
    #: True where the target is below it all the same, as this person needs less than that.
    below_floor: bool


def resting_energy(person: Person) -> float:
    """Return resting energy in kcal a day by Mifflin and St Jeor (1990)."""
    base = 10 * person.weight_kg + 6.25 * person.height_cm - 5 * person.age_years
    return base + (5 if person.sex == "male" else -161)


def energy(person: Person) -> Energy:
    """Return the energy targets of ``person``."""
    resting = resting_energy(person)
    maintenance = resting * ACTIVITY_FACTORS[person.activity]
    target = maintenance
    if person.goal == "lose":
        # A person who needs less than the floor to begin with is not told to eat more.
        target = max(maintenance - _LOSS_KCAL, min(_FLOOR_KCAL[person.sex], maintenance))
    elif person.goal == "gain":
        target = maintenance * _GAIN_FACTOR
    floored = person.goal == "lose" and target > maintenance - _LOSS_KCAL
    return Energy(resting, maintenance, target, floored, target < _FLOOR_KCAL[person.sex])


@dataclass(frozen=True)
class Intake:
    """A reference intake a day: ``target`` to reach, ``upper`` not to exceed, in ``unit``."""

    nutrient: str
    unit: str
    target: float | None
    upper: float | None
    kind: str
    source: str


def intakes(person: Person, energy_kcal: float) -> tuple[Intake, ...]:
    """Return the reference intakes of ``person``; shares of energy for ``energy_kcal`` a day."""
    table = _table()
    reports = table["reports"]
    band = next(
        place
        for place, (first, last) in enumerate(table["age_bands"])
        if first <= person.age_years <= last
    )
    found = [
        Intake(
            nutrient,
            entry["unit"],
            entry[person.sex][band],
            entry["upper"][band] if "upper" in entry else None,
            entry["kind"],
            reports[entry["source"]],
        )
        for nutrient, entry in table["nutrients"].items()
    ]
    protein = table["protein_g_per_kg"]
    for nutrient, entry in table["energy_shares"].items():
        least, most = (
            None if share is None else share * energy_kcal / entry["kcal_per_g"]
            for share in (entry["minimum"], entry["maximum"])
        )
        if nutrient == "protein" and least is not None:
            least = max(least, protein["value"] * person.weight_kg)
        found.append(Intake(nutrient, "g", least, most, entry["kind"], reports[entry["source"]]))
    return tuple(found)


#: Lower bounds that a week is planned for: nutrients that SR28 knows of nearly every ingredient.
PLANNED_MINIMA = (
    *("protein", "carbohydrate", "fat", "fiber", "calcium", "iron", "magnesium", "potassium"),
    *("zinc", "vitamin_c", "folate", "vitamin_b12"),
)
#: Upper bounds that a week must keep. Tolerable upper levels of vitamins and minerals are about
#: supplements; food does not reach them.
PLANNED_MAXIMA = ("sodium", "saturated_fat", "fat", "carbohydrate")


def planning_bounds(found: tuple[Intake, ...]) -> dict[str, NutrientBounds]:
    """Return the bounds that a week is planned within, daily means."""
    return {
        intake.nutrient: NutrientBounds(
            intake.target if intake.nutrient in PLANNED_MINIMA else None,
            intake.upper if intake.nutrient in PLANNED_MAXIMA else None,
        )
        for intake in found
        if intake.nutrient in {*PLANNED_MINIMA, *PLANNED_MAXIMA}
    }


def describe_intake(intake: Intake) -> Mapping[str, object]:
    """Return an intake, JSON-ready."""
    return {
        "target": None if intake.target is None else round(intake.target, 2),
        "upper": None if intake.upper is None else round(intake.upper, 2),
        "unit": intake.unit,
        "kind": intake.kind,
        "source": intake.source,
    }


@lru_cache(maxsize=1)
def _table() -> Any:
    return json.loads(_TABLE.read_text(encoding="utf-8"))
