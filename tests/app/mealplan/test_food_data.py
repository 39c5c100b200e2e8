"""The bundled foods and dishes are what they say."""

import json
import re
import sqlite3
import subprocess
import sys

import pytest

from mealplan.catalogue.allergens import in_name
from mealplan.catalogue.dishes import RECIPES, make_dish
from mealplan.catalogue.foods import DATABASE

DOCUMENT = json.loads(RECIPES.read_text(encoding="utf-8"))
PALETTE = DOCUMENT["ingredients"]
RECIPE_LIST = DOCUMENT["dishes"]
MEAT_GROUPS = {
    "Poultry Products",
    "Beef Products",
    "Pork Products",
    "Lamb, Veal, and Game Products",
    "Sausages and Luncheon Meats",
}
SEA = "Finfish and Shellfish Products"


def words(text):
    return set(re.findall(r"[a-z]+", text.lower()))


def ids(recipe):
    return recipe["id"]


def test_the_catalogue_holds_all_of_sr28_with_what_is_unknown_left_open():
    with sqlite3.connect(f"file:{DATABASE}?mode=ro&immutable=1", uri=True) as connection:
        one = lambda query: connection.execute(query).fetchone()[0]  # noqa: E731
        assert one("SELECT count(*) FROM food") == 8789
        assert one("SELECT count(*) FROM nutrient") == 37
        assert one("SELECT count(*) FROM portion") == 15438
        known = one("SELECT count(vitamin_d) * 1.0 / count(*) FROM food")
        assert 0.5 < known < 0.75  # SR28 knows vitamin D for 63 %; nothing is filled in
        assert one("SELECT count(*) FROM food WHERE vitamin_d = 0") > 0  # and a true 0 stays
    assert DATABASE.stat().st_size < 4_000_000


# Values printed in USDA's own listing of these foods, per 100 g.
@pytest.mark.parametrize(
    ("food_id", "nutrient", "amount"),
    [
        (1001, "energy", 717),
        (1001, "saturated_fat", 51.368),
        (1001, "sodium", 643),
        (9003, "vitamin_c", 4.6),
        (11124, "vitamin_a", 835),
        (15076, "vitamin_b12", 3.18),
    ],
)
def test_a_food_has_its_published_values(foods, food_id, nutrient, amount):
    assert foods.food(food_id).per_100g[nutrient] == pytest.approx(amount)


@pytest.mark.parametrize("key", PALETTE)
def test_an_ingredient_is_the_food_that_its_label_says(foods, key):
    label, food = PALETTE[key]["label"], foods.food(PALETTE[key]["food"])
    assert words(label) <= words(food.name), (label, food.name)


def test_there_are_enough_dishes_for_every_meal_and_diet():
    assert len({recipe["id"] for recipe in RECIPE_LIST}) == len(RECIPE_LIST) >= 64
    for meal in ("breakfast", "lunch", "dinner", "snacks"):
        here = [recipe for recipe in RECIPE_LIST if meal in recipe["meals"]]
        for diet in ("vegan", "vegetarian", "pescatarian", "gluten_free", "dairy_free"):
            able = [recipe for recipe in here if diet in recipe["diets"]]
            assert len(able) >= 4, (meal, diet)  # at most twice a week each: seven meals
    assert len({recipe["cuisine"] for recipe in RECIPE_LIST}) > 20
    assert set(PALETTE) == {
        part["ingredient"] for recipe in RECIPE_LIST for part in recipe["ingredients"]
    }


@pytest.mark.parametrize("recipe", RECIPE_LIST, ids=ids)
def test_a_dish_states_the_allergens_that_its_ingredients_give_away(foods, recipe):
    parts = [PALETTE[part["ingredient"]] for part in recipe["ingredients"]]
    stated = set(recipe["allergens"])
    assert stated == {allergen for part in parts for allergen in part["allergens"]}
    for part in parts:
        food = foods.food(part["food"])
        assert in_name(food.name) <= stated, food.name
        allergens = set(part["allergens"])
        if food.group == "Dairy and Egg Products":
            assert allergens & {"milk", "eggs"}, food.name
        if food.group == SEA:
            assert allergens & {"fish", "crustaceans", "molluscs"}, food.name
        if food.group == "Nut and Seed Products" and food.name.startswith("Nuts, "):
            assert "nuts" in allergens or "coconut" in food.name, food.name
        if (
            food.group == "Baked Products"
            and "corn" not in food.name
            and "Leavening" not in food.name
        ):
            assert "gluten" in allergens, food.name
        if "soy" in food.name.lower():
            assert "soybeans" in allergens, food.name


@pytest.mark.parametrize("recipe", RECIPE_LIST, ids=ids)
def test_a_dish_claims_only_diets_that_its_food_groups_allow(foods, recipe):
    found = [foods.food(PALETTE[part["ingredient"]]["food"]) for part in recipe["ingredients"]]
    groups = {food.group for food in found}
    names = " ".join(food.name.lower() for food in found)
    diets, allergens = set(recipe["diets"]), set(recipe["allergens"])
    meat = bool(groups & MEAT_GROUPS) or "chicken broth" in names
    if meat:
        assert not diets & {"vegan", "vegetarian", "pescatarian"}
    if SEA in groups:
        assert not diets & {"vegan", "vegetarian"}
    if "Dairy and Egg Products" in groups or "honey" in names or allergens & {"milk", "eggs"}:
        assert "vegan" not in diets
    if "parmesan" in names:
        assert "vegetarian" not in diets  # animal rennet
    assert ("gluten_free" in diets) == ("gluten" not in allergens)
    assert ("dairy_free" in diets) == ("milk" not in allergens)
    pork = {"Pork Products", "Sausages and Luncheon Meats"} & groups
    assert ("pork_free" in diets) == (not pork)
    if "vegan" in diets:
        assert {"vegetarian", "pescatarian", "dairy_free"} <= diets


@pytest.mark.parametrize("recipe", RECIPE_LIST, ids=ids)
def test_a_serving_of_a_dish_is_a_plausible_meal(dishes, recipe):
    dish = dishes.all[recipe["id"]]
    low, high = (150, 450) if dish.meals == {"snacks"} else (250, 850)
    assert low <= dish.energy_kcal <= high
    energy_of_parts = (
        4 * dish.per_serving.amounts["protein"]
        + 4 * dish.per_serving.amounts["carbohydrate"]
        + 9 * dish.per_serving.amounts["fat"]
    )
    assert energy_of_parts == pytest.approx(dish.energy_kcal, rel=0.20)
    assert dish.per_serving.amounts["sodium"] < 1800


@pytest.mark.parametrize("servings", [1, 2, 3, 4, 6, 12])
def test_nutrition_of_a_serving_times_the_servings_is_the_whole_recipe(dishes, servings):
    recipe = next(one for one in RECIPE_LIST if one["id"] == "chickpea-curry")
    ingredients = dishes.all["chickpea-curry"].ingredients
    dish = make_dish({**recipe, "servings": servings}, ingredients)
    by_hand = {}
    for one in ingredients:
        for nutrient, amount in one.food.per_100g.items():
            if amount is not None:
                by_hand[nutrient] = by_hand.get(nutrient, 0) + amount * one.grams / 100
    assert set(dish.per_serving.amounts) == set(by_hand)
    for nutrient, amount in dish.per_serving.amounts.items():
        assert amount * servings == pytest.approx(by_hand[nutrient])
    assert dish.per_serving.grams * servings == pytest.approx(sum(one.grams for one in ingredients))


@pytest.mark.network
def test_the_builder_makes_the_same_catalogue_again(tmp_path):
    script = DATABASE.parents[2] / "build" / "build_foods.py"
    output = tmp_path / "foods.sqlite3"
    subprocess.run([sys.executable, script, "--output", output], check=True, timeout=300)
    # Page layout is SQLite's own affair; what it holds is ours.
    assert list(dump(output)) == list(dump(DATABASE))


def dump(path):
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as connection:
        for table in ("meta", "nutrient", "food_group", "food", "portion"):
            yield from connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        query = "SELECT rowid FROM food_text WHERE food_text MATCH 'oats' ORDER BY rank, rowid"
        yield from connection.execute(query)
