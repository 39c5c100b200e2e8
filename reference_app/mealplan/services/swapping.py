"""Swapping one meal of a week: which other dishes are legal there, and how good each would be.

The rules and the weights are those of the week optimizer, held against one meal at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mealplan.catalogue.dishes import Dish
from mealplan.nutrition import Nutrition, total
from mealplan_plugins.week_optimizer.contract import DAYS_PER_WEEK, NutrientBounds

#: Servings of a dish at a meal, as the planners have them.
PORTIONS = (0.5, 1.0, 1.5, 2.0)
_ENERGY_SOFT = 0.05
_ENERGY_HARD = 0.10
_ENERGY_WEIGHT = 5.0
_SHORTFALL_WEIGHT = 10.0
#: Rounding of what was kept, and no more.
_SLACK = 1e-3


@dataclass(frozen=True)
class Slot:
    """A meal of a day."""

    day: int
    meal: str


@dataclass(frozen=True)
class Placed:
    """A dish in a slot, so many servings of it."""

    slot: Slot
    dish: Dish
    servings: float

    @property
    def energy_kcal(self) -> float:
        """Its energy."""
        return self.dish.energy_kcal * self.servings


@dataclass(frozen=True)
class Rules:
    """What a week was asked to keep."""

    target_kcal: float
    shares: Mapping[str, float]
    diets: frozenset[str] = frozenset()
    allergens: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    repeats: int = 2
    bounds: Mapping[str, NutrientBounds] = field(default_factory=dict)


@dataclass(frozen=True)
class Alternative:
    """A dish that may stand in a slot, and what the week would be with it."""

    dish: Dish
    servings: float
    energy_kcal: float
    day_energy_kcal: float
    #: What it adds to the week's objective; the lower the better.
    score: float
    #: Nutrient → change of the week's daily mean.
    change: Mapping[str, float]

    def describe(self, score_now: float) -> dict[str, object]:
        """Return it, JSON-ready; ``score_now`` is of what stands there."""
        return {
            **self.dish.describe(),
            "servings": self.servings,
            "energy_kcal": round(self.energy_kcal, 1),
            "day_energy_kcal": round(self.day_energy_kcal, 1),
            "score": round(self.score, 4),
            "better_by": round(score_now - self.score, 4),
            "daily_mean_change": {name: round(one, 2) for name, one in self.change.items()},
        }


class Week:
    """A week without what stands in one slot of it."""

    def __init__(self, placed: Iterable[Placed], slot: Slot, rules: Rules) -> None:
        everything = list(placed)
        self._rules = rules
        self._slot = slot
        self.now = next((one for one in everything if one.slot == slot), None)
        self._others = [one for one in everything if one.slot != slot]
        self._rest = total(one.dish.per_serving * one.servings for one in self._others)
        self._day_rest = sum(one.energy_kcal for one in self._others if one.slot.day == slot.day)
        self._before = self._mean(self.now) if self.now else None

    def alternatives(self, dishes: Iterable[Dish], limit: int) -> list[Alternative]:
        """Return the best legal dishes for the slot, each in its best portion, the best first."""
        found = [
            min(legal, key=lambda one: (one.score, one.servings))
            for dish in dishes
            if (self.now is None or dish.id != self.now.dish.id)
            and not self.forbidden(dish)
            and (legal := list(self._portions(dish)))
        ]
        return sorted(found, key=lambda one: (one.score, one.dish.id))[:limit]

    def best(self, dish: Dish) -> Alternative | None:
        """Return a dish in its best legal portion, or None where it has none."""
        return min(self._portions(dish), key=lambda one: one.score, default=None)

    def forbidden(self, dish: Dish) -> tuple[str, ...]:
        """Return which rules a dish breaks in whatever portion."""
        rules, slot = self._rules, self._slot
        days = [one.slot.day for one in self._others if one.dish.id == dish.id]
        broken = (
            ("meals", slot.meal not in dish.meals),
            ("diets", not rules.diets <= dish.diets),
            ("allergens", bool(rules.allergens & dish.allergens)),
            ("excluded dishes", dish.id in rules.excluded),
            ("repeats", len(days) >= rules.repeats),
            ("consecutive days", any(abs(day - slot.day) <= 1 for day in days)),
        )
        return tuple(name for name, is_broken in broken if is_broken)

    def unfit(self, dish: Dish, servings: float) -> tuple[str, ...]:
        """Return which limits of energy and nutrients a portion of a dish would break."""
        placed = Placed(self._slot, dish, servings)
        target = self._rules.target_kcal
        broken = []
        if abs(self._day_rest + placed.energy_kcal - target) > (_ENERGY_HARD + _SLACK) * target:
            broken.append("daily energy")
        mean = self._mean(placed)
        for nutrient, bound in self._rules.bounds.items():
            if bound.maximum is None:
                continue
            amount = mean.amount(nutrient) or 0.0
            before = (self._before.amount(nutrient) or 0.0) if self._before else 0.0
            # A week that is above already must not get worse.
            if amount > max(bound.maximum, before) * (1 + _SLACK):
                broken.append(f"maximum of {nutrient}")
        return tuple(broken)

    def score(self, dish: Dish, servings: float) -> float:
        """Return what the slot adds to the week's objective with that in it."""
        target = self._rules.target_kcal
        energy = dish.energy_kcal * servings
        share = self._rules.shares.get(self._slot.meal, 0.0)
        off = abs((self._day_rest + energy) / target - 1)
        mean = self._mean(Placed(self._slot, dish, servings))
        missing = sum(
            max(0.0, bound.minimum - (mean.amount(nutrient) or 0.0)) / bound.minimum
            for nutrient, bound in self._rules.bounds.items()
            if bound.minimum
        )
        return (
            abs(energy / target - share)
            + _ENERGY_WEIGHT * max(0.0, off - _ENERGY_SOFT)
            + _SHORTFALL_WEIGHT * missing
        )

    def _portions(self, dish: Dish) -> Iterator[Alternative]:
        for servings in PORTIONS:
            if not self.unfit(dish, servings):
                yield self.placed(dish, servings)

    def placed(self, dish: Dish, servings: float) -> Alternative:
        """Return what the week would be with so many servings of a dish."""
        energy = dish.energy_kcal * servings
        mean = self._mean(Placed(self._slot, dish, servings))
        change = {
            nutrient: (mean.amount(nutrient) or 0.0) - (self._before.amount(nutrient) or 0.0)
            for nutrient in self._rules.bounds
            if self._before is not None
        }
        score = self.score(dish, servings)
        return Alternative(dish, servings, energy, self._day_rest + energy, score, change)

    def _mean(self, placed: Placed | None) -> Nutrition:
        added = placed.dish.per_serving * placed.servings if placed else Nutrition()
        return (self._rest + added) * (1 / DAYS_PER_WEEK)


def shortfalls(placed: Iterable[Placed], bounds: Mapping[str, NutrientBounds]) -> dict[str, float]:
    """Return the nutrients whose minimum a week misses, and by how much a day."""
    mean = total(one.dish.per_serving * one.servings for one in placed) * (1 / DAYS_PER_WEEK)
    missing = {
        nutrient: bound.minimum - (mean.amount(nutrient) or 0.0)
        for nutrient, bound in bounds.items()
        if bound.minimum
    }
    return {
        nutrient: amount
        for nutrient, amount in missing.items()
        if amount > 1e-9 * (bounds[nutrient].minimum or 1.0)
    }
