"""What a week is chosen from: the dishes that are left, in portions, and the hard limits.

Pure and standard library alone; both planners start here.
"""

from collections import Counter
from dataclasses import dataclass, field
from math import isfinite

from mealplan_plugins.meal_distribution.contract import Meal
from mealplan_plugins.week_optimizer.contract import (
    DAYS_PER_WEEK,
    Dish,
    Infeasible,
    NutrientBounds,
    WeekRequest,
)

#: Servings of a dish at a meal.
PORTIONS = (0.5, 1.0, 1.5, 2.0)
#: Each day's energy may be off its target by no more than this.
ENERGY_HARD = 0.10

# The groups of hard constraints, as `Infeasible.clashing` names them.
ENERGY = "daily energy"
REPEATS = "repeats"
SPACING = "consecutive days"
PINS = "pinned dishes"
DIETS = "diets"
ALLERGENS = "allergens"
EXCLUSIONS = "excluded dishes"
MAXIMUM = "maximum of "


@dataclass(frozen=True, eq=False)
class Column:
    """A dish at a meal, so many servings of it. Equal to itself alone, so that it can be a key."""

    dish: Dish
    meal: Meal
    servings: float
    energy_kcal: float
    #: How far its energy is from the meal's share, as a share of the day's energy.
    off_share: float
    #: Whether the dish is for this meal only where it is pinned to it.
    by_pin: bool


@dataclass(frozen=True)
class Problem:
    """A request without what it rules out, and without the groups that were relaxed."""

    energy_kcal: float
    shares: dict[Meal, float]
    columns: dict[Meal, tuple[Column, ...]]
    pinned: dict[tuple[int, Meal], str]
    #: How often a dish may be eaten in the week.
    repeats: int
    #: Whether a dish may not be eaten on consecutive days.
    spaced: bool
    #: The least and the most energy of a day, in kcal.
    energy_band: tuple[float, float]
    #: Nutrient id → mean amount a day: hard upper, soft lower.
    maxima: dict[str, float]
    minima: dict[str, float]
    #: What no choice can mend.
    impossible: tuple[str, ...] = field(default=())

    @property
    def meals(self) -> tuple[Meal, ...]:
        """The meals of a day."""
        return tuple(self.shares)


def groups(request: WeekRequest) -> tuple[str, ...]:
    """Return the groups of hard constraints that ``request`` has, the likeliest culprits last.

    Relaxed in this order, so that what is left to name is what a user can change.
    """
    present = [
        (SPACING, True),
        (REPEATS, True),
        (ENERGY, True),
        *((MAXIMUM + name, bounds.maximum is not None) for name, bounds in _bounds(request)),
        (EXCLUSIONS, bool(request.excluded_dishes)),
        (DIETS, bool(request.diets)),
        (ALLERGENS, bool(request.excluded_allergens)),
        (PINS, bool(request.pinned)),
    ]
    return tuple(name for name, there in present if there)


def build(request: WeekRequest, without: frozenset[str] = frozenset()) -> Problem:
    """Return the problem of ``request``, relaxed by the groups in ``without``.

    Raises:
        Infeasible: the request itself makes no sense: no energy, no meals, an unknown pin.
    """
    _check(request)
    total = sum(share for share in request.meal_shares.values() if share > 0)
    shares = {meal: share / total for meal, share in request.meal_shares.items() if share > 0}
    pinned = {} if PINS in without else dict(request.pinned)
    band = (1 - ENERGY_HARD, 1 + ENERGY_HARD) if ENERGY not in without else (0.0, float("inf"))
    energy_band = (band[0] * request.energy_kcal, band[1] * request.energy_kcal)
    allowed = [dish for dish in request.dishes if _allowed(dish, request, without)]
    allowed_ids = {dish.id for dish in allowed}
    columns = {
        meal: tuple(
            column
            for dish in allowed
            # Who pins a dish to a meal says that it is one for that meal, there.
            if meal in dish.meals or dish.id in _pinned_to(pinned, meal)
            for column in _columns(dish, meal, shares[meal], request.energy_kcal)
            if column.energy_kcal <= energy_band[1]
        )
        for meal in shares
    }
    repeats = request.repeats if REPEATS not in without else DAYS_PER_WEEK * len(shares)
    pins = Counter(pinned.values())
    impossible = [
        *(f"no dish is left for {meal}" for meal, left in columns.items() if not left),
        *(f"{dish!r} is pinned and ruled out" for dish in pins if dish not in allowed_ids),
        *(f"{dish!r} is pinned {n} times" for dish, n in pins.items() if n > repeats),
    ]
    return Problem(
        energy_kcal=request.energy_kcal,
        shares=shares,
        columns=columns,
        pinned=pinned,
        repeats=repeats,
        spaced=SPACING not in without,
        energy_band=energy_band,
        maxima={
            name: bounds.maximum
            for name, bounds in _bounds(request)
            if bounds.maximum is not None and MAXIMUM + name not in without
        },
        minima={
            name: bounds.minimum
            for name, bounds in _bounds(request)
            if bounds.minimum is not None and bounds.minimum > 0
        },
        impossible=tuple(impossible),
    )


def most_on(problem: Problem, dish_id: str, days: tuple[int, ...]) -> int:
    """Return how often a dish may be eaten on ``days``, one day or two in a row.

    Once, unless more is pinned.
    """
    pins = sum(
        1 for (day, _), pinned in problem.pinned.items() if pinned == dish_id and day in days
    )
    return max(1, pins)


def _check(request: WeekRequest) -> None:
    """Refuse a request that makes no sense."""
    if not isfinite(request.energy_kcal) or request.energy_kcal <= 0:
        raise Infeasible(f"{request.energy_kcal} kcal is no energy for a day", (ENERGY,))
    if not any(share > 0 for share in request.meal_shares.values()):
        raise Infeasible("at least one meal of the day must have a share", ("meal shares",))
    known = {dish.id for dish in request.dishes}
    for (day, meal), dish_id in request.pinned.items():
        if not 0 <= day < DAYS_PER_WEEK or request.meal_shares.get(meal, 0) <= 0:
            raise Infeasible(f"{dish_id!r} is pinned to day {day}, {meal}: no such meal", (PINS,))
        if dish_id not in known:
            raise Infeasible(f"{dish_id!r} is pinned, but there is no such dish", (PINS,))


def _bounds(request: WeekRequest) -> list[tuple[str, NutrientBounds]]:
    """Return the bounds in one order, whatever order they came in."""
    return sorted(request.nutrients.items())


def _allowed(dish: Dish, request: WeekRequest, without: frozenset[str]) -> bool:
    """Whether diet, allergens and exclusions leave ``dish`` in."""
    return (
        (DIETS in without or request.diets <= dish.diets)
        and (ALLERGENS in without or not request.excluded_allergens & dish.allergens)
        and (EXCLUSIONS in without or dish.id not in request.excluded_dishes)
    )


def _pinned_to(pinned: dict[tuple[int, Meal], str], meal: Meal) -> set[str]:
    """Return the dishes pinned to ``meal`` on any day."""
    return {dish_id for (_, at), dish_id in pinned.items() if at == meal}


def _columns(dish: Dish, meal: Meal, share: float, energy_kcal: float) -> list[Column]:
    """Return ``dish`` in each portion."""
    return [
        Column(
            dish=dish,
            meal=meal,
            servings=servings,
            energy_kcal=dish.energy_kcal * servings,
            off_share=abs(dish.energy_kcal * servings / energy_kcal - share),
            by_pin=meal not in dish.meals,
        )
        for servings in PORTIONS
    ]
