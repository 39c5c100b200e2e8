"""Adding up nutrients where some are not known: an amount, and how much of the food it covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Nutrient:
    """A nutrient that the catalogue has: our id, SR28's name and unit."""

    id: str
    name: str
    unit: str


@dataclass(frozen=True)
class Nutrition:
    """Nutrients of some grams of food.

    ``amounts`` sums what is known, in each nutrient's unit; ``known_grams`` says of how many grams
    of food it is known. What is not known is in neither, and never counts as 0.
    """

    grams: float = 0.0
    amounts: Mapping[str, float] = field(default_factory=dict)
    known_grams: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: Nutrition) -> Nutrition:
        return Nutrition(
            self.grams + other.grams,
            _added(self.amounts, other.amounts),
            _added(self.known_grams, other.known_grams),
        )

    def __mul__(self, factor: float) -> Nutrition:
        return Nutrition(
            self.grams * factor,
            {nutrient: amount * factor for nutrient, amount in self.amounts.items()},
            {nutrient: grams * factor for nutrient, grams in self.known_grams.items()},
        )

    def amount(self, nutrient: str) -> float | None:
        """Return the known amount, or None where it is known for no food at all."""
        return self.amounts.get(nutrient)

    def coverage(self, nutrient: str) -> float:
        """Return the share of the grams for which ``nutrient`` is known, 0 to 1."""
        if not self.grams:
            return 0.0
        # Sums of floats: one ten-thousandth of rounding must not read as a gap.
        return min(1.0, round(self.known_grams.get(nutrient, 0.0) / self.grams, 4))

    def describe(self, nutrients: Iterable[Nutrient]) -> dict[str, dict[str, object]]:
        """Return amount, unit and coverage of each of ``nutrients``, JSON-ready."""
        return {
            nutrient.id: {
                "amount": _rounded(self.amount(nutrient.id)),
                "unit": nutrient.unit,
                "coverage": self.coverage(nutrient.id),
            }
            for nutrient in nutrients
        }


def of_food(per_100g: Mapping[str, float | None], grams: float) -> Nutrition:
    """Return the nutrition of ``grams`` of a food with these amounts per 100 g."""
    known = {nutrient: amount for nutrient, amount in per_100g.items() if amount is not None}
    return Nutrition(
        grams,
        {nutrient: amount * grams / 100 for nutrient, amount in known.items()},
        dict.fromkeys(known, grams),
    )


def total(parts: Iterable[Nutrition]) -> Nutrition:
    """Return the sum of ``parts``; nothing at all for no parts."""
    return sum(parts, start=Nutrition())


def _added(left: Mapping[str, float], right: Mapping[str, float]) -> dict[str, float]:
    return {key: left.get(key, 0.0) + right.get(key, 0.0) for key in {**left, **right}}


def _rounded(amount: float | None) -> float | None:
    return None if amount is None else round(amount, 3)
