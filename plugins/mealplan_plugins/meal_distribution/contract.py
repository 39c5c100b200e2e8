"""What goes into and comes out of `meal_distribution`."""

from dataclasses import dataclass
from typing import Literal, Protocol

Meal = Literal["breakfast", "lunch", "dinner", "snacks"]
MEALS: tuple[Meal, ...] = ("breakfast", "lunch", "dinner", "snacks")
Sex = Literal["female", "male"]


@dataclass(frozen=True)
class DistributionRequest:
    """A profile, and the meals that this person eats (at least one)."""

    age_years: int
    sex: Sex
    meals: tuple[Meal, ...] = MEALS


@dataclass(frozen=True)
class MealShares:
    """Share of daily energy of each meal eaten; the values sum to 1."""

    shares: dict[Meal, float]


class MealDistribution(Protocol):
    """An implementation."""

    def predict(self, request: DistributionRequest) -> MealShares:
        """Return the shares for ``request``."""
        ...
