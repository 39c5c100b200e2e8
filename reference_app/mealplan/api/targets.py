"""What a person needs, and how the day's energy goes to the meals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response

from mealplan.api.endpoint import endpoint
from mealplan.fields import Fields
from mealplan.served import call, reply
from mealplan.services.planning import describe_targets
from mealplan.services.profiles import person_of
from mealplan.services.targets import SOURCES, Person, energy, intakes
from mealplan_plugins.meal_distribution.contract import MEALS, DistributionRequest, Meal, Sex

BLUEPRINT = Blueprint("targets", __name__)


@BLUEPRINT.post("/targets/energy")
@endpoint(lock="open", body=person_of)
def energy_targets(body: Person) -> Response:
    """Return energy a day and the reference intakes of a person."""
    found = energy(body)
    targets = describe_targets(body, found, intakes(body, found.target_kcal))
    return reply({**targets, "sources": SOURCES})


@dataclass(frozen=True)
class _Distribution:
    asked: DistributionRequest
    energy_kcal: float


def _read_distribution(fields: Fields) -> _Distribution:
    age_years = fields.integer("age_years", 19, 120)
    sex = cast("Sex", fields.choice("sex", ("female", "male")))
    meals = fields.choices("meals", MEALS, default=MEALS)
    if not meals:
        fields.problem("meals", "must name at least one meal")
    return _Distribution(
        DistributionRequest(age_years, sex, cast("tuple[Meal, ...]", meals)),
        fields.number("energy_kcal", 500, 10000, default=2000.0, unit="kcal"),
    )


@BLUEPRINT.post("/distribution")
@endpoint(lock="open", body=_read_distribution)
def distribution(body: _Distribution) -> Response:
    """Return each meal's share of the day's energy."""
    shares = call("meal_distribution", "predict", body.asked).value.shares
    return reply(
        {
            "shares": {meal: round(share, 4) for meal, share in shares.items()},
            "energy_kcal": {
                meal: round(share * body.energy_kcal, 1) for meal, share in shares.items()
            },
        }
    )
