"""Reading a person's profile from a request."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from mealplan.fields import Fields
from mealplan.services.targets import ACTIVITY_FACTORS, GOALS, Person
from mealplan_plugins.meal_distribution.contract import Sex


def person_of(fields: Fields) -> Person:
    """Return the person whose profile ``fields`` hold, and note what is not valid in it."""
    person = Person(
        age_years=fields.integer("age_years", 19, 120),
        sex=cast("Sex", fields.choice("sex", ("female", "male")) or "female"),
        weight_kg=fields.number("weight_kg", 30, 300, unit="kg"),
        height_cm=fields.number("height_cm", 120, 230, unit="cm"),
        activity=fields.choice("activity", ACTIVITY_FACTORS, default="moderate") or "moderate",
        goal=fields.choice("goal", GOALS, default="maintain") or "maintain",
    )
    fields.done()
    return person


def describe_person(person: Person) -> dict[str, Any]:
    """Return the profile of a person as `person_of` reads it."""
    return asdict(person)
