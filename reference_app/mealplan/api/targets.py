"""What a person needs, and how the day's energy goes to the meals."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Response, request

from mealplan.fields import body_of
from mealplan.served import call, reply
from mealplan.services.planning import describe_targets
from mealplan.services.profiles import person_of
from mealplan.services.targets import SOURCES, energy, intakes
from mealplan_plugins.meal_distribution.contract import MEALS, DistributionRequest, Meal, Sex

BLUEPRINT = Blueprint("targets", __name__)


@BLUEPRINT.post("/targets/energy")
def energy_targets() -> Response:
    """Return energy a day and the reference intakes of a person."""
    person = person_of(body_of(request))
    found = energy(person)
    targets = describe_targets(person, found, intakes(person, found.target_kcal))
    return reply({**targets, "sources": SOURCES})


@BLUEPRINT.post("/distribution")
def distribution() -> Response:
    """Return each meal's share of the day's energy."""
    fields = body_of(request)
    age_years = fields.integer("age_years", 19, 120)
    sex = cast("Sex", fields.choice("sex", ("female", "male")))
    meals = fields.choices("meals", MEALS, default=MEALS)
    energy_kcal = fields.number("energy_kcal", 500, 10000, default=2000.0, unit="kcal")
    if not meals:
        fields.problem("meals", "must name at least one meal")
    fields.done()
    asked = DistributionRequest(age_years, sex, cast("tuple[Meal, ...]", meals))
    shares = call("meal_distribution", "predict", asked).value.shares
    return reply(
        {
            "shares": {meal: round(share, 4) for meal, share in shares.items()},
            "energy_kcal": {meal: round(share * energy_kcal, 1) for meal, share in shares.items()},
        }
    )
