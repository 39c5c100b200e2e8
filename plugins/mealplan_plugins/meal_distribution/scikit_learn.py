"""A forest fitted on the published cells, loaded only if it is the one that was pinned."""

import io
import warnings
from hashlib import sha256
from importlib.resources import files

import joblib
from sklearn.exceptions import InconsistentVersionWarning

from mealplan_plugins.meal_distribution.contract import (
    MEALS,
    DistributionRequest,
    MealShares,
)
from mealplan_plugins.meal_distribution.features import features
from mealplan_plugins.meal_distribution.pins import FOREST_SHA256, GOLDEN_SHARES
from mealplan_plugins.meal_distribution.renormalise import renormalised

_FILE = "forest.joblib"
_TOLERANCE = 1e-6


class ForestDistribution:
    """`MealDistribution` by a random forest (MODEL_CARD.md).

    Raises:
        ValueError: the artefact's sha256 is not the pinned one (unpickling runs code, so it is
            compared before), or the installed scikit-learn reads another model out of it.
        Exception: whatever the installed scikit-learn raises where it cannot read the artefact.
    """

    def __init__(self) -> None:
        content = (files(__package__) / _FILE).read_bytes()
        if sha256(content).hexdigest() != FOREST_SHA256:
            raise ValueError(f"{_FILE} is not the artefact that is pinned; not unpickled")
        with warnings.catch_warnings():
            # Another version may well read it; whether it does is what the golden case answers.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            self._forest = joblib.load(io.BytesIO(content))
        shares = self.predict(DistributionRequest(age_years=40, sex="female")).shares
        if any(abs(shares[meal] - GOLDEN_SHARES[meal]) > _TOLERANCE for meal in MEALS):
            raise ValueError(f"the installed scikit-learn reads another model out of {_FILE}")

    def predict(self, request: DistributionRequest) -> MealShares:
        """Return the shares for a profile; ages outside of the survey's count as its nearest.

        Raises:
            NoMeals: no meal is eaten.
        """
        predicted = self._forest.predict([features(request)])[0]
        weights = {meal: max(0.0, float(w)) for meal, w in zip(MEALS, predicted, strict=True)}
        return renormalised(weights, request.meals)
