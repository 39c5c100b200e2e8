"""The fallback: the same shares for everybody."""

from mealplan_plugins.meal_distribution.contract import DistributionRequest, Meal, MealShares
from mealplan_plugins.meal_distribution.renormalise import renormalised

SHARES: dict[Meal, float] = {"breakfast": 0.25, "lunch": 0.30, "dinner": 0.35, "snacks": 0.10}


class FixedDistribution:
    """`MealDistribution` of 25, 30, 35 and 10 percent."""

    def predict(self, request: DistributionRequest) -> MealShares:
        """Return the fixed shares, scaled to the meals eaten.

        Raises:
            NoMeals: no meal is eaten.
        """
        return renormalised(SHARES, request.meals)
