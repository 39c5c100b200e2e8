"""What was eaten: sums, allergens, thresholds, history, analytics."""

import io

import pytest

from mealplan.nutrition import Nutrition
from mealplan.services.health import assess


def log(client, *meals, **more):
    answer = client.post("/api/v1/analysis/meals", json={"meals": list(meals), **more})
    assert answer.status_code == 201, answer.json
    return answer.json


def meal(name, *items):
    return {"meal": name, "items": list(items)}


def risks(found):
    return {one["code"]: one for one in found}


def test_a_meal_is_the_sum_of_its_items(client, foods, dishes):
    oats, milk = foods.food(8120), foods.food(1077)
    items = ({"food": 8120, "grams": 60}, {"food": 1077, "grams": 200}, {"dish": "dal-rice"})
    found = log(client, meal("breakfast", *items))["analyses"][0]
    for nutrient in ("energy", "calcium", "iron"):
        by_hand = (
            oats.per_100g[nutrient] * 0.6
            + milk.per_100g[nutrient] * 2
            + dishes.all["dal-rice"].per_serving.amounts[nutrient]
        )
        assert found["nutrition"][nutrient]["amount"] == pytest.approx(by_hand, abs=0.01)
        assert found["nutrition"][nutrient]["coverage"] == 1
    assert found["allergens"]["found"] == {
        "gluten": [oats.name],
        "milk": [milk.name, "Lentil dal with rice"],
    }


def test_what_sr28_does_not_know_lowers_the_coverage(client, foods):
    unknown = next(
        food
        for food in foods.foods(range(1001, 1300)).values()
        if food.per_100g["vitamin_d"] is None
    )
    found = log(
        client,
        meal("lunch", {"food": unknown.id, "grams": 300}, {"food": 1077, "grams": 100}),
    )["analyses"][0]
    told = found["nutrition"]["vitamin_d"]
    assert told["coverage"] == 0.25
    assert told["amount"] == pytest.approx(foods.food(1077).per_100g["vitamin_d"])


def test_a_meal_is_held_against_the_meal_thresholds(client):
    found = log(client, meal("snacks", {"food": 1001, "grams": 30}))  # 15.4 g of saturates
    told = risks(found["analyses"][0]["risks"])
    assert told["saturates_high"]["level"] == "high"
    assert told["fat_high"]["level"] == "high"
    assert told["sugars_high"]["level"] == "ok"
    assert told["salt_high"]["level"] == "ok"
    assert all(one["source"] for one in told.values())
    assert found["day"] is None


def test_a_day_is_held_against_the_day_thresholds(client):
    found = log(
        client,
        meal("breakfast", {"dish": "ham-cheese-sandwich"}),
        meal("dinner", {"dish": "soba-tofu", "servings": 1.5}),
        scope="day",
    )
    told = risks(found["day"]["risks"])
    assert told["sodium_day"]["level"] == "high"
    assert told["sodium_day"]["value"] > told["sodium_day"]["threshold"] == 2000
    assert "sodium_day" not in risks(found["analyses"][0]["risks"])


def test_little_knowledge_proves_too_much_but_never_enough():
    def fiber(amount, known):
        eaten = Nutrition(1000, {"fiber": amount}, {"fiber": known})
        return risks(assess(eaten, "day"))["fiber_day"]["level"]

    def sodium(amount, known):
        eaten = Nutrition(1000, {"sodium": amount}, {"sodium": known})
        return risks(assess(eaten, "day"))["sodium_day"]["level"]

    assert (sodium(2500, 300), sodium(500, 300), sodium(500, 1000)) == ("high", "unknown", "ok")
    assert (fiber(30, 300), fiber(10, 300), fiber(10, 1000)) == ("ok", "unknown", "low")
    nothing = risks(assess(Nutrition(), "day"))
    assert {one["level"] for one in nothing.values()} == {"unknown"}


def test_history_holds_every_meal_the_latest_first(make_app, client):
    log(client, meal("lunch", {"dish": "dal-rice"}), eaten_on="2026-03-01")
    log(client, meal("dinner", {"dish": "bolognese"}), eaten_on="2026-03-03")
    log(client, meal("snacks", {"dish": "trail-mix"}), eaten_on="2026-03-02")
    found = make_app().test_client().get("/api/v1/analysis/history").json["analyses"]
    assert [(one["eaten_on"], one["meal"]) for one in found] == [
        *(("2026-03-03", "dinner"), ("2026-03-02", "snacks"), ("2026-03-01", "lunch")),
    ]
    assert found[0]["items"][0]["reference"] == "bolognese"
    page = client.get("/api/v1/analysis/history?limit=1&offset=1").json["analyses"]
    assert [one["eaten_on"] for one in page] == ["2026-03-02"]


def test_analytics_average_what_is_known_and_count_it(client, dishes):
    for dish in ("dal-rice", "bolognese", "dal-rice"):
        log(client, meal("dinner", {"dish": dish}), eaten_on="2026-03-01")
    log(client, meal("lunch", {"dish": "greek-salad"}), eaten_on="2026-05-01")
    found = client.get("/api/v1/analytics?from=2026-02-01&to=2026-03-31").json
    assert found["meals"] == 3
    energy = {one: dishes.all[one].energy_kcal for one in ("dal-rice", "bolognese")}
    total = 2 * energy["dal-rice"] + energy["bolognese"]
    dinner = found["by_meal"]["dinner"]["nutrients"]["energy"]
    assert dinner == {"mean": pytest.approx(total / 3, abs=0.01), "known": 3}
    assert found["by_day"] == [
        {"date": "2026-03-01", "meals": 3, "energy_kcal": pytest.approx(total, abs=0.01)}
    ]
    assert found["eaten_most_often"][0]["name"] == "Lentil dal with rice"
    assert "lunch" not in found["by_meal"]


def test_an_export_keeps_to_its_period_and_its_bound(make_app, client, profile, monkeypatch):
    for day in ("2026-03-01", "2026-03-02", "2026-03-03"):
        log(client, meal("lunch", {"dish": "dal-rice"}), eaten_on=day)
    path = "/api/v1/analytics/export?format="
    got = client.get(path + "json&from=2026-03-02&to=2026-03-02").json
    assert [row["date"] for row in got] == ["2026-03-02"]
    assert len(client.get(path + "json").json) == 3
    openpyxl = pytest.importorskip("openpyxl")
    made = client.post("/api/v1/plans/week", json={"profile": profile}).json["id"]
    today = client.get(f"/api/v1/plans/{made}").json["created_at"][:10]
    for period, planned in ((f"from={today}&to={today}", 28), ("to=2026-03-02", 0)):
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{path}xlsx&{period}").data))
        assert book["Planned"].max_row == planned + 1
    monkeypatch.setattr("mealplan.api.analytics._MOST_ROWS", 2)
    refused = client.get(path + "csv")
    assert refused.status_code == 422
    assert "narrow" in refused.json["error"]["fields"]["from"]
    assert client.get(path + "csv&from=2026-03-02").status_code == 200
    assert client.get(path + "xlsx&from=2026-03-02").status_code == 422


def test_analytics_of_nothing_is_empty(client):
    found = client.get("/api/v1/analytics").json
    assert (found["meals"], found["by_meal"], found["by_day"]) == (0, {}, [])
    assert client.get("/api/v1/analytics/export").json == []
    assert client.get("/api/v1/analytics/export?format=csv").text.startswith("id,date,weekday")


@pytest.mark.parametrize("pandas", [True, False])
def test_the_workbook_has_pivots_where_pandas_serves(make_app, eaten, pandas):
    openpyxl = pytest.importorskip("openpyxl")
    client = make_app(forbid="" if pandas else "spreadsheet_export:pandas").test_client()
    answer = client.get("/api/v1/analytics/export?format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert {"Meals", "Planned"} <= set(book.sheetnames)
    assert ("Energy by weekday" in book.sheetnames) == pandas
    header, row = book["Meals"].iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["weekday"], told["meal"]) == ("Monday", "breakfast")
    assert told["energy"] == pytest.approx(
        eaten["analyses"][0]["nutrition"]["energy"]["amount"], 1e-3
    )
