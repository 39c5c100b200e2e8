"""What goes into and comes out of `meal_distribution`."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bootfit.lazy import CallerError

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


class NoMeals(CallerError):  # noqa: N818 - an answer, no error
    """A day without any meal has no shares: the caller's mistake, not a rung's failure."""


class MealDistribution(Protocol):
    """An implementation."""

    def predict(self, request: DistributionRequest) -> MealShares:
        """Return the shares for ``request``, in the order of a day.

        Raises:
            NoMeals: ``request`` has no meal.
        """
        ...
