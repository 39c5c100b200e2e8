"""What goes into and comes out of `week_optimizer`."""

from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from bootfit.lazy import CallerError
from mealplan_plugins.meal_distribution.contract import Meal

DAYS_PER_WEEK = 7


@dataclass(frozen=True)
class Dish:
    """A dish per serving: energy in kcal, nutrients in the unit that the target uses."""

    id: str
    name: str
    meals: frozenset[Meal]
    diets: frozenset[str]
    allergens: frozenset[str]
    energy_kcal: float
    #: Nutrient id → the amount per serving that is known, a lower bound of what is in it; absent
    #: where it is known of no ingredient.
    nutrients: dict[str, float]


@dataclass(frozen=True)
class NutrientBounds:
    """Daily amounts, as a mean over the week; the lower bound is soft, the upper one hard.

    Both are held against the amounts that are known: where some are not, the week may have more.
    """

    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class WeekRequest:
    """One person's week."""

    energy_kcal: float
    meal_shares: dict[Meal, float]
    dishes: tuple[Dish, ...]
    nutrients: dict[str, NutrientBounds] = field(default_factory=dict)
    #: Every dish must carry all of these diet tags ("vegetarian").
    diets: frozenset[str] = frozenset()
    #: No dish may carry any of these.
    excluded_allergens: frozenset[str] = frozenset()
    excluded_dishes: frozenset[str] = frozenset()
    #: (day 0..6, meal) → dish id.
    pinned: dict[tuple[int, Meal], str] = field(default_factory=dict)
    #: How often a dish may be eaten in the week; never on two consecutive days unless pinned so.
    repeats: int = 2
    #: For the week, or for naming what clashes where there is none.
    time_limit_seconds: float = 10.0
    seed: int = 0
    #: When the answer has to be there, on the monotonic clock of this process, whichever rungs are
    #: asked for it one after another; None: `time_limit_seconds` after a rung is asked.
    deadline: float | None = None

    def ends_at(self) -> float:
        """Return the deadline of a rung that is asked now, on the monotonic clock."""
        if self.deadline is not None:
            return self.deadline
        return monotonic() + self.time_limit_seconds


@dataclass(frozen=True)
class PlannedMeal:
    """One meal: which dish and how many servings."""

    day: int
    meal: Meal
    dish_id: str
    servings: float
    energy_kcal: float


@dataclass(frozen=True)
class WeekPlan:
    """The answer. `meals` is empty for the fallback, which knows the daily energy target alone."""

    daily_energy_kcal: tuple[float, ...]
    target_energy_kcal: tuple[float, ...]
    meals: tuple[PlannedMeal, ...]
    #: Weighted deviation that was minimised; None where nothing was.
    objective: float | None
    #: A proven lower bound of the objective; None where there is no proof.
    bound: float | None
    #: Soft constraints that fell short: nutrient id → missing amount a day.
    shortfalls: dict[str, float]


class Infeasible(CallerError):  # noqa: N818 - an answer, no error
    """No week satisfies the hard constraints; `clashing` names those that clash.

    `untested` names those that the time limit left untested: they may belong to the clash.
    """

    def __init__(
        self, message: str, clashing: tuple[str, ...], untested: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.clashing = clashing
        self.untested = untested


class WeekOptimizer(Protocol):
    """An implementation."""

    def plan(self, request: WeekRequest) -> WeekPlan:
        """Return a week.

        Raises:
            Infeasible: the hard constraints cannot all be met.
        """
        ...
