"""The work that measures `meal_distribution`: a household of profiles."""

from itertools import product
from math import isclose

from mealplan_plugins.meal_distribution.contract import (
    MEALS,
    DistributionRequest,
    Meal,
    MealDistribution,
    Sex,
)

_SEXES: tuple[Sex, ...] = ("female", "male")
_EATEN: tuple[tuple[Meal, ...], ...] = (MEALS, ("breakfast", "lunch", "dinner"), ("dinner",))


def run(distribution: MealDistribution) -> None:
    """Ask for 36 profiles.

    Raises:
        RuntimeError: shares do not sum to 1, or are not of the meals eaten.
    """
    for age, sex, eaten in product(range(20, 80, 10), _SEXES, _EATEN):
        shares = distribution.predict(DistributionRequest(age, sex, eaten)).shares
        if tuple(shares) != eaten or not isclose(sum(shares.values()), 1.0):
            raise RuntimeError(f"{sex}, {age}, {eaten}: {shares}")
