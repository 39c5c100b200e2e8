"""Fit `meal_distribution` on published survey cells; write its artefacts, pins and model card.

    python plugins/build/build_meal_distribution.py

The same scikit-learn writes the same bytes. No micro-data is used: the cells below are published,
and the grid between them is interpolated, as the model card says.
"""

import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import joblib
import numpy as np
import sklearn
from sklearn.ensemble import RandomForestRegressor

from mealplan_plugins.meal_distribution.contract import (
    MEALS,
    DistributionRequest,
    Meal,
    MealShares,
    Sex,
)
from mealplan_plugins.meal_distribution.features import OLDEST_YEARS, YOUNGEST_YEARS, features
from mealplan_plugins.meal_distribution.renormalise import renormalised

OUT = Path(__file__).parents[1] / "mealplan_plugins" / "meal_distribution"
LARGEST_BYTES = 200_000

#: Percent of adults who eat the meal, and percent of a day's energy that its eaters take from it
#: (USDA FSRG dietary data briefs, 2024; NHANES 2017 to March 2020, adults of 20 and over).
EATERS = {"breakfast": 85.0, "lunch": 77.0, "dinner": 91.0, "snacks": 95.0}
ENERGY_OF_EATERS = {"lunch": 29.0, "dinner": 39.0, "snacks": 24.0}
#: Percent of the population's energy, derived from the cells above.
POPULATION = {"breakfast": 19.4, "lunch": 22.3, "dinner": 35.5, "snacks": 22.8}
#: Breakfast's percent of the population's energy by group; between the ages, a straight line.
BREAKFAST_MEN_20_TO_39, BREAKFAST_MEN_60_UP = 17.2, 20.8
MIDDLE_OF_YOUNG, MIDDLE_OF_OLD = 30, 70

CARD = """# Model card: shares of daily energy a meal

**What it answers**: the share of a day's energy that an adult takes at breakfast, lunch, dinner
and as snacks, given age, sex and which of the meals are eaten.

**Fitted on published cells, not on people.** No micro-data was used. The cells:

- USDA FSRG dietary data briefs, 2024 (NHANES 2017 to March 2020, adults): eaters of breakfast 85,
  lunch 77, dinner 91, snacks 95 %; of their day's energy, eaters take 29 % at lunch, 39 % at
  dinner, 24 % as snacks.
- Shares of the whole population, derived from those: 19.4, 22.3, 35.5, 22.8 %.
- Breakfast by group: 17.2 % (men, 20 to 39) to 20.8 % (men, 60 and over).

**The grid between the cells is synthesised**: every age from {young} to {old}, both sexes, all 15
sets of meals; {rows} rows. Breakfast moves on a straight line between the men's groups. For women
no cell is at hand: they are given the population's mean, so sex changes the answer a little and
proves nothing. What breakfast gains the other meals lose in proportion. Who skips a meal takes its
energy at the others in proportion.

**Artefacts**: `forest.joblib` (random forest, scikit-learn {version}, {bytes} bytes, read only
where its sha256 is the pinned one) and `coefficients.json` (least squares on the same grid).
Over the grid the forest is off by {forest:.4f} and the coefficients by {linear:.4f} at the most
(share of energy).

**Not for**: children, pregnancy, medical advice, or claims about a person.
"""


def main() -> int:
    """Write forest, coefficients, pins and card."""
    requests = list(grid())
    wanted = np.array([row_of(truth(request)) for request in requests])
    columns = np.array([features(request) for request in requests])

    forest = RandomForestRegressor(n_estimators=12, max_leaf_nodes=96, random_state=0, n_jobs=1)
    forest.fit(columns, wanted)
    buffer = io.BytesIO()
    joblib.dump(forest, buffer, compress=("zlib", 9))
    content = buffer.getvalue()
    if len(content) > LARGEST_BYTES:
        raise SystemExit(f"the forest takes {len(content)} bytes, more than {LARGEST_BYTES}")
    (OUT / "forest.joblib").write_bytes(content)

    meals = fit_linear()
    (OUT / "coefficients.json").write_text(
        json.dumps(
            {"age_years": {"minimum": YOUNGEST_YEARS, "maximum": OLDEST_YEARS}, "meals": meals},
            indent=2,
        )
        + "\n"
    )
    golden = served(forest, DistributionRequest(40, "female"))
    shares = ",\n".join(f'    "{meal}": {golden.shares[meal]!r}' for meal in MEALS)
    (OUT / "pins.py").write_text(
        '"""Written by plugins/build/build_meal_distribution.py: what the artefact must be."""\n\n'
        f'FOREST_SHA256 = "{sha256(content).hexdigest()}"\n'
        "#: What it answers for a woman of 40 who eats every meal.\n"
        f"GOLDEN_SHARES = {{\n{shares},\n}}\n"
    )
    (OUT / "MODEL_CARD.md").write_text(
        CARD.format(
            young=YOUNGEST_YEARS,
            old=OLDEST_YEARS,
            rows=len(requests),
            version=sklearn.__version__,
            bytes=len(content),
            forest=worst(requests, lambda request: served(forest, request)),
            linear=worst(requests, lambda request: by_coefficients(meals, request)),
        )
    )
    print(f"forest.joblib: {len(content)} bytes", file=sys.stderr)
    return 0


def grid() -> Iterator[DistributionRequest]:
    """Yield every age, sex and set of meals."""
    sexes: tuple[Sex, ...] = ("female", "male")
    for age in range(YOUNGEST_YEARS, OLDEST_YEARS + 1):
        for sex in sexes:
            for count in range(1, len(MEALS) + 1):
                for eaten in combinations(MEALS, count):
                    yield DistributionRequest(age, sex, eaten)


def weights_of_eaters(age_years: int, sex: Sex) -> dict[Meal, float]:
    """Return percent of energy among each meal's eaters, for one group."""
    breakfast = POPULATION["breakfast"]
    if sex == "male":
        way = (age_years - MIDDLE_OF_YOUNG) / (MIDDLE_OF_OLD - MIDDLE_OF_YOUNG)
        gain = BREAKFAST_MEN_60_UP - BREAKFAST_MEN_20_TO_39
        breakfast = BREAKFAST_MEN_20_TO_39 + gain * min(max(way, 0.0), 1.0)
    others = (100 - breakfast) / (100 - POPULATION["breakfast"])
    return {
        "breakfast": breakfast / EATERS["breakfast"] * 100,
        **{meal: percent * others for meal, percent in ENERGY_OF_EATERS.items()},
    }


def truth(request: DistributionRequest) -> MealShares:
    """Return what the cells say for ``request``."""
    return renormalised(weights_of_eaters(request.age_years, request.sex), request.meals)


def row_of(shares: MealShares) -> list[float]:
    """Return the shares in the order of MEALS, 0 for a meal that is not eaten."""
    return [shares.shares.get(meal, 0.0) for meal in MEALS]


def fit_linear() -> dict[str, dict[str, float]]:
    """Return the terms of each meal's weight, by least squares; women have a slope of their own."""
    ages = range(YOUNGEST_YEARS, OLDEST_YEARS + 1)
    sexes: tuple[Sex, ...] = ("female", "male")
    points = [(age, sex, float(sex == "female")) for age in ages for sex in sexes]
    design = np.array([[1.0, age, female, age * female] for age, _, female in points])
    fitted = {}
    for meal in MEALS:
        wanted = np.array([weights_of_eaters(age, sex)[meal] / 100 for age, sex, _ in points])
        solution = np.linalg.lstsq(design, wanted, rcond=None)[0]
        names = ("intercept", "age", "female", "age_of_females")
        # Rounded, so that the last digits of another linear algebra do not change the file.
        fitted[meal] = {
            name: round(float(value), 8) + 0.0 for name, value in zip(names, solution, strict=True)
        }
    return fitted


def served(forest: RandomForestRegressor, request: DistributionRequest) -> MealShares:
    """Return what the forest answers."""
    predicted = forest.predict([features(request)])[0]
    return renormalised(dict(zip(MEALS, map(float, predicted), strict=True)), request.meals)


def by_coefficients(meals: dict[str, dict[str, float]], request: DistributionRequest) -> MealShares:
    """Return what the coefficients answer."""
    female = 1.0 if request.sex == "female" else 0.0
    weights = {
        meal: terms["intercept"]
        + (terms["age"] + terms["age_of_females"] * female) * request.age_years
        + terms["female"] * female
        for meal, terms in meals.items()
    }
    return renormalised(weights, request.meals)


def worst(
    requests: Iterable[DistributionRequest],
    answer: Callable[[DistributionRequest], MealShares],
) -> float:
    """Return the largest error of a share over ``requests``."""
    return max(
        abs(answer(request).shares[meal] - share)
        for request in requests
        for meal, share in truth(request).shares.items()
    )


if __name__ == "__main__":
    sys.exit(main())
