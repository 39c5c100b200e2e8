"""Adding nutrients up: what is not known is never 0."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mealplan.nutrition import Nutrient, Nutrition, of_food, total

AMOUNTS = st.dictionaries(
    st.sampled_from(["energy", "iron", "sodium"]), st.one_of(st.none(), st.floats(0, 1000))
)
GRAMS = st.floats(0.1, 2000)


def test_an_unknown_amount_leaves_the_sum_and_shows_in_the_coverage():
    eaten = of_food({"iron": 2.0}, 100) + of_food({"iron": None}, 300)
    assert eaten.amount("iron") == 2.0
    assert eaten.coverage("iron") == 0.25
    assert eaten.amount("zinc") is None
    assert eaten.coverage("zinc") == 0.0
    told = eaten.describe([Nutrient("iron", "Iron", "mg"), Nutrient("zinc", "Zinc", "mg")])
    assert told["iron"] == {"amount": 2.0, "unit": "mg", "coverage": 0.25}
    assert told["zinc"] == {"amount": None, "unit": "mg", "coverage": 0.0}


def test_a_true_zero_is_known():
    assert of_food({"iron": 0.0}, 50).amount("iron") == 0.0
    assert of_food({"iron": 0.0}, 50).coverage("iron") == 1.0


@given(st.lists(st.tuples(AMOUNTS, GRAMS), max_size=6), st.floats(0.1, 10))
def test_sums_scale_and_their_coverage_does_not(parts, factor):
    eaten = total(of_food(amounts, grams) for amounts, grams in parts)
    scaled = eaten * factor
    for nutrient in ("energy", "iron", "sodium"):
        assert scaled.coverage(nutrient) == pytest.approx(eaten.coverage(nutrient), abs=2e-4)
        assert (scaled.amount(nutrient) is None) == (eaten.amount(nutrient) is None)
        if eaten.amount(nutrient) is not None:
            assert scaled.amount(nutrient) == pytest.approx(eaten.amount(nutrient) * factor)


def test_nothing_eaten_is_nothing_known():
    assert total([]) == Nutrition()
    assert total([]).coverage("energy") == 0.0
