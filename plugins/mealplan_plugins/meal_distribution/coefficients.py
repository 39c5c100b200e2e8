"""A linear model in plain arithmetic: its coefficients are read from JSON."""

import json
from importlib.resources import files

from mealplan_plugins.meal_distribution.contract import DistributionRequest, MealShares
from mealplan_plugins.meal_distribution.renormalise import renormalised

_FILE = "coefficients.json"


class CoefficientDistribution:
    """`MealDistribution` by least squares on the published cells (MODEL_CARD.md).

    Raises:
        ValueError: the coefficients do not name each meal.
    """

    def __init__(self) -> None:
        content = json.loads((files(__package__) / _FILE).read_text("utf-8"))
        self._oldest: int = content["age_years"]["maximum"]
        self._youngest: int = content["age_years"]["minimum"]
        self._weights = content["meals"]

    def predict(self, request: DistributionRequest) -> MealShares:
        """Return the shares for a profile; ages outside of the survey's count as its nearest.

        Raises:
            NoMeals: no meal is eaten.
        """
        age = min(max(request.age_years, self._youngest), self._oldest)
        female = 1.0 if request.sex == "female" else 0.0
        weights = {
            meal: terms["intercept"]
            + (terms["age"] + terms["age_of_females"] * female) * age
            + terms["female"] * female
            for meal, terms in self._weights.items()
        }
        return renormalised(weights, request.meals)
