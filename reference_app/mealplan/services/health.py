"""Published thresholds that a meal or a day is held against. Information, not medical advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mealplan.nutrition import Nutrition

Scope = Literal["meal", "day"]
_FOP = "UK Department of Health and FSA, Guide to creating a front of pack nutrition label (2016)"
_WHO_SALT = "WHO, Guideline: Sodium intake for adults and children (2012)"
_WHO_FAT = "WHO, Saturated fatty acid and trans-fatty acid intake for adults and children (2023)"
_WHO_CARBOHYDRATE = "WHO, Carbohydrate intake for adults and children (2023)"
_EFSA = "EFSA, Scientific Opinion on the safety of caffeine (2015)"
#: Below this, an amount that seems fine may only be unknown.
_ENOUGH = 0.9


@dataclass(frozen=True)
class Threshold:
    """A limit of a nutrient: an amount, or a share of energy where ``kcal_per_g`` is given."""

    code: str
    scope: Scope
    nutrient: str
    direction: Literal["above", "below"]
    limit: float
    unit: str
    says: str
    source: str
    kcal_per_g: float | None = None


THRESHOLDS: tuple[Threshold, ...] = (
    Threshold("fat_high", "meal", "fat", "above", 21.0, "g", "high in fat", _FOP),
    Threshold(
        "saturates_high", "meal", "saturated_fat", "above", 6.0, "g", "high in saturates", _FOP
    ),
    Threshold("sugars_high", "meal", "sugars", "above", 27.0, "g", "high in sugars", _FOP),
    # 1.8 g of salt; salt is 2.5 times sodium.
    Threshold("salt_high", "meal", "sodium", "above", 720.0, "mg", "high in salt", _FOP),
    Threshold(
        *("caffeine_single", "meal", "caffeine", "above", 200.0, "mg"),
        *("more caffeine at once than is held to be safe", _EFSA),
    ),
    Threshold("sodium_day", "day", "sodium", "above", 2000.0, "mg", "too much sodium", _WHO_SALT),
    Threshold(
        *("saturates_day", "day", "saturated_fat", "above", 0.10, "share of energy"),
        *("more than 10 % of energy from saturated fat", _WHO_FAT, 9.0),
    ),
    Threshold(
        *("trans_day", "day", "trans_fat", "above", 0.01, "share of energy"),
        *("more than 1 % of energy from trans fat", _WHO_FAT, 9.0),
    ),
    Threshold(
        *("fiber_day", "day", "fiber", "below", 25.0, "g"),
        *("less than 25 g of fibre", _WHO_CARBOHYDRATE),
    ),
    Threshold(
        *("caffeine_day", "day", "caffeine", "above", 400.0, "mg"),
        *("more caffeine in a day than is held to be safe", _EFSA),
    ),
)


def assess(eaten: Nutrition, scope: Scope) -> list[dict[str, object]]:
    """Return what each threshold of ``scope`` says of ``eaten``, JSON-ready.

    ``level`` is "high" or "low" where the threshold is passed, "ok", or "unknown" where too
    little is known of the food to say. What is known already proves that an upper limit is
    passed, but never that one is kept, nor that a lower one is missed.
    """
    return [_assess(eaten, threshold) for threshold in THRESHOLDS if threshold.scope == scope]


def _assess(eaten: Nutrition, threshold: Threshold) -> dict[str, object]:
    value = _value(eaten, threshold)
    coverage = eaten.coverage(threshold.nutrient)
    enough = coverage >= _ENOUGH
    if value is None:
        level = "unknown"
    elif threshold.direction == "above":
        level = "high" if value > threshold.limit else "ok" if enough else "unknown"
    else:
        level = "ok" if value >= threshold.limit else "low" if enough else "unknown"
    return {
        "code": threshold.code,
        "level": level,
        "message": threshold.says if level in {"high", "low"} else None,
        "nutrient": threshold.nutrient,
        "value": None if value is None else round(value, 4),
        "threshold": threshold.limit,
        "unit": threshold.unit,
        "coverage": coverage,
        "source": threshold.source,
    }


def _value(eaten: Nutrition, threshold: Threshold) -> float | None:
    amount = eaten.amount(threshold.nutrient)
    if amount is None or threshold.kcal_per_g is None:
        return amount
    energy_kcal = eaten.amount("energy")
    return amount * threshold.kcal_per_g / energy_kcal if energy_kcal else None
