import hashlib
import io
from itertools import product

import pytest

from mealplan_plugins.meal_distribution.coefficients import CoefficientDistribution
from mealplan_plugins.meal_distribution.contract import MEALS, DistributionRequest, NoMeals
from mealplan_plugins.meal_distribution.fixed import FixedDistribution


def distribution(name: str):
    if name == "fixed":
        return FixedDistribution()
    if name == "coefficients":
        return CoefficientDistribution()
    pytest.importorskip("sklearn")
    from mealplan_plugins.meal_distribution.scikit_learn import ForestDistribution

    return ForestDistribution()


every = pytest.mark.parametrize("name", ["scikit_learn", "coefficients", "fixed"])


@every
def test_shares_sum_to_one_over_the_meals_eaten_in_the_order_of_a_day(name) -> None:
    served = distribution(name)
    for age, sex, eaten in product(
        (-5, 0, 20, 47, 80, 130),
        ("female", "male"),
        (MEALS, ("snacks", "lunch"), ("dinner", "dinner"), ("breakfast",)),
    ):
        shares = served.predict(DistributionRequest(age, sex, eaten)).shares
        assert list(shares) == [meal for meal in MEALS if meal in eaten]
        assert sum(shares.values()) == pytest.approx(1)
        assert all(0 < share <= 1 for share in shares.values())


@every
def test_a_day_without_meals_is_an_answer(name) -> None:
    with pytest.raises(NoMeals):
        distribution(name).predict(DistributionRequest(30, "male", ()))


def test_the_fixed_shares_to_the_letter() -> None:
    served = FixedDistribution()
    assert served.predict(DistributionRequest(30, "male")).shares == pytest.approx(
        {"breakfast": 0.25, "lunch": 0.30, "dinner": 0.35, "snacks": 0.10}
    )
    assert served.predict(DistributionRequest(30, "male", ("lunch", "dinner"))).shares == (
        pytest.approx({"lunch": 0.30 / 0.65, "dinner": 0.35 / 0.65})
    )


@pytest.mark.parametrize(("name", "off"), [("scikit_learn", 0.003), ("coefficients", 0.006)])
@pytest.mark.parametrize(
    ("age", "sex", "breakfast"), [(25, "male", 17.2), (75, "male", 20.8), (40, "female", 19.4)]
)
def test_the_models_answer_the_published_cells(name, off, age, sex, breakfast) -> None:
    # Percent of energy among eaters: breakfast's population share over its 85 % of eaters, and
    # 29, 39, 24 for the others, less what the group's breakfast takes from them.
    others = (100 - breakfast) / (100 - 19.4)
    cells = {
        "breakfast": breakfast / 0.85,
        "lunch": 29 * others,
        "dinner": 39 * others,
        "snacks": 24 * others,
    }
    total = sum(cells.values())
    shares = distribution(name).predict(DistributionRequest(age, sex)).shares
    assert shares == pytest.approx({m: cell / total for m, cell in cells.items()}, abs=off)


@pytest.mark.parametrize("name", ["scikit_learn", "coefficients"])
def test_older_men_eat_more_for_breakfast(name) -> None:
    served = distribution(name)
    young, old = (
        served.predict(DistributionRequest(age, "male")).shares["breakfast"] for age in (25, 75)
    )
    assert old > young + 0.02


def test_a_forest_that_is_not_the_pinned_one_is_never_unpickled(monkeypatch) -> None:
    pytest.importorskip("sklearn")
    from mealplan_plugins.meal_distribution import scikit_learn

    monkeypatch.setattr(scikit_learn, "FOREST_SHA256", hashlib.sha256(b"other").hexdigest())
    monkeypatch.setattr(scikit_learn.joblib, "load", lambda file: pytest.fail("unpickled"))
    with pytest.raises(ValueError, match="not the artefact that is pinned"):
        scikit_learn.ForestDistribution()


def test_a_scikit_learn_that_reads_another_model_is_refused(monkeypatch) -> None:
    pytest.importorskip("sklearn")
    from sklearn.exceptions import InconsistentVersionWarning

    from mealplan_plugins.meal_distribution import scikit_learn

    read = scikit_learn.joblib.load

    class Shifted:
        def __init__(self, file: io.BytesIO) -> None:
            self.forest = read(file)

        def predict(self, rows):
            return self.forest.predict([[row[0] + 30, 0.0, *row[2:]] for row in rows])

    monkeypatch.setattr(scikit_learn.joblib, "load", Shifted)
    with pytest.raises(ValueError, match="reads another model"):
        scikit_learn.ForestDistribution()

    def warns(file: io.BytesIO):
        import warnings

        warnings.warn(
            InconsistentVersionWarning(
                estimator_name="x", current_sklearn_version="9", original_sklearn_version="1"
            ),
            stacklevel=1,
        )
        return read(file)

    monkeypatch.setattr(scikit_learn.joblib, "load", warns)
    assert scikit_learn.ForestDistribution()  # another version that answers alike does serve


def test_the_artefact_is_small_and_the_pins_hold() -> None:
    from importlib.resources import files

    from mealplan_plugins.meal_distribution import pins

    content = (files("mealplan_plugins.meal_distribution") / "forest.joblib").read_bytes()
    assert len(content) < 200_000
    assert hashlib.sha256(content).hexdigest() == pins.FOREST_SHA256
    card = (files("mealplan_plugins.meal_distribution") / "MODEL_CARD.md").read_text()
    assert "synthesised" in card
