"""Foods and dishes that users add: computed, planned, found, logged, and theirs."""

import pytest

V1 = "/api/v1"
LOAF = {
    "name": "Rye loaf",
    "per_100g": {"energy": 250, "protein": 8.5, "sodium": 400},
    "allergens": ["gluten"],
}


@pytest.fixture
def loaf(client):
    answer = client.post(f"{V1}/own/foods", json=LOAF)
    assert answer.status_code == 201
    return answer.json["id"]


def toast(loaf, **more):
    parts = [{"food": loaf, "grams": 120}, {"food": 1001, "grams": 20, "label": "butter"}]
    return {"name": "Toast", "servings": 2, "meals": ["breakfast"], "ingredients": parts, **more}


def test_a_food_is_logged_with_what_is_known_of_it_and_no_more(client, loaf):
    shown = client.get(f"{V1}/foods/{loaf}").json
    assert shown["source"] == "own"
    assert shown["allergens_in_name"] == ["gluten"]
    assert shown["per_100g"]["sodium"] == {"amount": 400, "unit": "mg"}
    assert shown["per_100g"]["fat"]["amount"] is None
    meal = {"meal": "lunch", "items": [{"food": loaf, "grams": 50}]}
    (told,) = client.post(f"{V1}/analysis/meals", json={"meals": [meal]}).json["analyses"]
    assert told["nutrition"]["energy"]["amount"] == 125
    assert told["nutrition"]["fat"] == {"amount": None, "unit": "g", "coverage": 0.0}
    assert told["allergens"]["found"] == {"gluten": ["Rye loaf"]}
    changed = {**LOAF, "per_100g": {"energy": 100}, "allergens": []}
    assert client.put(f"{V1}/own/foods/{loaf}", json=changed).status_code == 200
    assert client.get(f"{V1}/own/foods").json["foods"][0]["per_100g"] == {"energy": 100}


def test_a_dish_is_computed_from_its_ingredients(client, loaf, foods):
    answer = client.post(f"{V1}/own/dishes", json=toast(loaf, diets=["vegetarian"]))
    assert answer.status_code == 201
    butter = foods.food(1001).per_100g["energy"]
    expected = (250 * 1.2 + butter * 0.2) / 2
    assert answer.json["energy_kcal"] == pytest.approx(expected, abs=0.1)
    # What its ingredients have it has, whatever is said.
    assert answer.json["allergens"] == ["gluten", "milk"]
    shown = client.get(f"{V1}/dishes/{answer.json['id']}").json
    assert shown["per_serving"] == answer.json["per_serving"]
    assert shown["per_serving"]["sodium"]["coverage"] == 1
    assert shown["per_serving"]["fat"]["coverage"] == pytest.approx(20 / 140, abs=1e-3)
    assert answer.json["id"] in {one["id"] for one in client.get(f"{V1}/dishes").json["dishes"]}


@pytest.mark.parametrize("optimizer", ["pulp", "greedy"])
def test_a_week_is_planned_swapped_and_bought_with_it(make_app, profile, optimizer):
    forbid = "meal_distribution:scikit_learn" + (
        ",week_optimizer:pulp" if optimizer == "greedy" else ""
    )
    client = make_app(forbid=forbid).test_client()
    loaf = client.post(f"{V1}/own/foods", json=LOAF).json["id"]
    dish = client.post(f"{V1}/own/dishes", json=toast(loaf)).json["id"]
    pinned = [{"day": 1, "meal": "breakfast", "dish": dish}]
    made = client.post(f"{V1}/plans/week", json={"profile": profile, "pinned": pinned})
    assert made.status_code == 201, made.text
    assert made.json["days"][1]["meals"][0]["dish"] == "Toast"
    path = f"{V1}/plans/{made.json['id']}"
    shopping = client.get(f"{path}/shopping").json
    (other,) = [aisle for aisle in shopping["aisles"] if aisle["aisle"] == "Other"]
    assert [item["food"] for item in other["items"]] == [loaf]
    assert client.get(f"{path}/alternatives?day=1&meal=breakfast").json["now"]["id"] == dish
    # Its recipe may go: the plan is still shown, but what it is made of is not known any more.
    assert client.delete(f"{V1}/own/dishes/{dish}").status_code == 204
    assert client.get(path).json["days"] == made.json["days"]
    for gone in (f"{path}/shopping", f"{path}/alternatives?day=1&meal=lunch"):
        answer = client.get(gone)
        assert answer.status_code == 409
        assert "Toast" in answer.json["error"]["message"]


def test_search_finds_them(client, loaf):
    dish = client.post(f"{V1}/own/dishes", json=toast(loaf)).json["id"]
    found = client.get(f"{V1}/foods/search?q=rye loa").json["results"]
    assert found[0]["name"] == "Rye loaf" or "Rye loaf" in {one["name"] for one in found[:4]}
    found = client.get(f"{V1}/foods/search?q=toast").json["results"]
    assert dish in {one["id"] for one in found[:4]}


def test_a_food_that_a_dish_is_made_of_is_not_deleted(client, loaf):
    dish = client.post(f"{V1}/own/dishes", json=toast(loaf)).json["id"]
    answer = client.delete(f"{V1}/own/foods/{loaf}")
    assert answer.status_code == 409
    assert "Toast" in answer.json["error"]["message"]
    assert client.delete(f"{V1}/own/dishes/{dish}").status_code == 204
    assert client.delete(f"{V1}/own/foods/{loaf}").status_code == 204
    assert client.get(f"{V1}/foods/{loaf}").status_code == 404


def test_a_name_is_taken_by_one_of_ones_own_alone(client, loaf, sign_up):
    assert client.post(f"{V1}/own/foods", json=LOAF).status_code == 409
    assert sign_up("b@example.org").post(f"{V1}/own/foods", json=LOAF).status_code == 201
    second = client.post(f"{V1}/own/foods", json={**LOAF, "name": "Other"}).json["id"]
    assert client.put(f"{V1}/own/foods/{second}", json=LOAF).status_code == 409
    assert client.post(f"{V1}/own/dishes", json=toast(loaf)).status_code == 201
    assert client.post(f"{V1}/own/dishes", json=toast(loaf)).status_code == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({**LOAF, "name": " "}, "name"),
        ({**LOAF, "name": "x" * 121}, "name"),
        ({**LOAF, "per_100g": {}}, "per_100g.energy"),
        ({**LOAF, "per_100g": {"energy": -1}}, "per_100g.energy"),
        ({**LOAF, "per_100g": {"energy": 903}}, "per_100g.energy"),
        ({**LOAF, "per_100g": {"energy": 1, "protein": 101}}, "per_100g.protein"),
        ({**LOAF, "per_100g": {"energy": 1, "gold": 1}}, "per_100g.gold"),
        ({**LOAF, "per_100g": {"energy": 1, "fat": 60, "protein": 60}}, "per_100g"),
        ({**LOAF, "per_100g": [1]}, "per_100g"),
        ({**LOAF, "allergens": ["bread"]}, "allergens"),
    ],
)
def test_bad_foods_are_named(client, body, field):
    answer = client.post(f"{V1}/own/foods", json=body)
    assert answer.status_code == 422
    assert field in answer.json["error"]["fields"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"ingredients": []}, "ingredients"),
        ({"ingredients": [{"food": 1, "grams": 1}]}, "ingredients[0].food"),
        ({"ingredients": [{"food": 1_000_999, "grams": 1}]}, "ingredients[0].food"),
        ({"ingredients": [{"food": 1001, "grams": 0}]}, "ingredients[0].grams"),
        ({"servings": 0}, "servings"),
        ({"meals": []}, "meals"),
        ({"diets": ["vegan"]}, "diets"),
        ({"diets": ["gluten_free"]}, "diets"),
        ({"diets": ["tasty"]}, "diets"),
        ({"minutes": 1e9}, "minutes"),
    ],
)
def test_bad_dishes_are_named(client, loaf, more, field):
    answer = client.post(f"{V1}/own/dishes", json=toast(loaf, **more))
    assert answer.status_code == 422
    assert field in answer.json["error"]["fields"]
