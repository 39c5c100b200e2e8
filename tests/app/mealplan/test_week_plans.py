"""Weeks of meals: legal by a checker of its own, kept, exported."""

import csv
import io
import json
from itertools import pairwise
from time import monotonic

import pytest

from mealplan.catalogue.dishes import RECIPES
from mealplan.plugins import PLUGINS

BEST = "text_embeddings:sentence_transformers"
DOCUMENT = json.loads(RECIPES.read_text(encoding="utf-8"))
RECIPE_OF = {recipe["id"]: recipe for recipe in DOCUMENT["dishes"]}


def check_week(plan, foods, *, diets=(), allergens=(), excluded=(), pinned=None, repeats=2):
    """Check a week against the raw recipes and foods, not against the app's own sums."""
    pinned = pinned or {}
    assert [day["day"] for day in plan["days"]] == list(range(7))
    eaten = {}
    for day in plan["days"]:
        assert [meal["meal"] for meal in day["meals"]] == [
            *("breakfast", "lunch", "dinner", "snacks")
        ]
        kcal = 0
        for meal in day["meals"]:
            recipe = RECIPE_OF[meal["dish_id"]]
            slot = (day["day"], meal["meal"])
            if slot in pinned:
                assert meal["dish_id"] == pinned[slot]
            else:
                assert meal["meal"] in recipe["meals"]
                assert set(diets) <= set(recipe["diets"])
                assert not set(allergens) & set(recipe["allergens"])
                assert meal["dish_id"] not in excluded
            eaten.setdefault(meal["dish_id"], []).append(day["day"])
            assert 0.25 <= meal["servings"] <= 3
            raw = sum(
                foods.food(DOCUMENT["ingredients"][part["ingredient"]]["food"]).per_100g["energy"]
                * part["grams"]
                / 100
                for part in recipe["ingredients"]
            )
            served = raw / recipe["servings"] * meal["servings"]
            assert meal["energy_kcal"] == pytest.approx(served, abs=0.1)
            kcal += served
        assert day["energy_kcal"] == pytest.approx(kcal, abs=0.5)
        assert day["nutrition"]["energy"]["amount"] == pytest.approx(kcal, abs=0.5)
        assert 0.9 * day["target_kcal"] - 1 <= kcal <= 1.1 * day["target_kcal"] + 1
    for dish, days in eaten.items():
        if dish not in pinned.values():
            assert len(days) <= repeats, dish
            assert all(later - earlier > 1 for earlier, later in pairwise(days)), dish


@pytest.fixture(params=["pulp", "greedy"])
def planner(request, make_app):
    """Return a client for each optimizer that plans dishes."""
    forbid = BEST + ("" if request.param == "pulp" else ",week_optimizer:pulp")
    client = make_app(forbid=forbid).test_client()
    client.implementation = request.param
    return client


@pytest.mark.usefixtures("weeks_found_once")
@pytest.mark.parametrize(
    ("diets", "allergens"),
    [
        ((), ()),
        (("vegetarian",), ("nuts", "peanuts")),
        (("vegan",), ()),
        (("gluten_free",), ("fish", "crustaceans", "molluscs")),
    ],
)
def test_a_week_is_legal(planner, foods, profile, diets, allergens):
    body = {"profile": profile, "diets": diets, "allergens": allergens, "seed": 3}
    answer = planner.post("/api/v1/plans/week", json=body)
    assert answer.status_code == 201, answer.json
    plan = answer.json
    assert plan["served_by"]["week_optimizer"]["implementation"] == planner.implementation
    check_week(plan, foods, diets=diets, allergens=allergens)
    mean = plan["daily_mean"]
    if planner.implementation == "pulp":
        assert 0 <= plan["gap"] < 0.05
        assert plan["bound"] <= plan["objective"] + 1e-9
        for nutrient in ("sodium", "saturated_fat"):
            assert mean[nutrient]["amount"] <= mean[nutrient]["upper"] * 1.001
    for nutrient, missing in plan["shortfalls"].items():
        assert missing > 0
        assert mean[nutrient]["amount"] < mean[nutrient]["target"]


@pytest.mark.usefixtures("weeks_found_once")
def test_pins_and_exclusions_are_kept(planner, foods, profile):
    pinned = {(2, "dinner"): "dal-rice", (5, "breakfast"): "shakshuka"}
    body = {
        "profile": profile,
        "excluded": ["oatmeal-berries", "greek-salad"],
        "pinned": [
            {"day": day, "meal": meal, "dish": dish} for (day, meal), dish in pinned.items()
        ],
    }
    plan = planner.post("/api/v1/plans/week", json=body).json
    check_week(plan, foods, excluded=body["excluded"], pinned=pinned)


def test_a_tighter_limit_of_a_nutrient_is_kept(make_app, profile):
    client = make_app(forbid=BEST).test_client()
    body = {"profile": profile, "nutrients": {"sodium": {"maximum": 1700}}}
    plan = client.post("/api/v1/plans/week", json=body).json
    assert plan["daily_mean"]["sodium"]["amount"] <= 1701


def test_maxima_hold_on_every_amount_that_is_known(planner, foods, profile):
    """Of choline, sugars and trans fat SR28 knows only some: what it knows counts in full."""
    maxima = {"choline": 150, "sugars": 30, "trans_fat": 0.1}
    for wanted in ({name: maxima[name]} for name in maxima):
        bounds = {name: {"maximum": most} for name, most in wanted.items()}
        answer = planner.post(
            "/api/v1/plans/week",
            json={"profile": profile, "nutrients": bounds, "time_limit_seconds": 5},
        )
        if answer.status_code == 422:
            assert answer.json["error"]["code"] == "infeasible"
            continue
        plan = answer.json
        for name, most in wanted.items():
            known = sum(
                (foods.food(DOCUMENT["ingredients"][one["ingredient"]]["food"]).per_100g[name] or 0)
                * one["grams"] / 100 / RECIPE_OF[meal["dish_id"]]["servings"] * meal["servings"]
                for day in plan["days"]
                for meal in day["meals"]
                for one in RECIPE_OF[meal["dish_id"]]["ingredients"]
            )  # fmt: skip
            assert known / 7 <= most * (1 + 1e-6)
            told = plan["bounds"][name]
            assert told["maximum"] == most
            assert told["known_amount"] == pytest.approx(known / 7, abs=0.01)
            assert told["maximum_proven"] == (told["coverage"] == 1)


def test_naming_what_clashes_keeps_to_the_time_limit(planner, profile):
    impossible = ("energy", "protein", "fat", "water", "carbohydrate", "fiber", "calcium", "iron")
    body = {
        "profile": profile,
        "nutrients": {name: {"maximum": 0.001} for name in impossible if name != "water"},
        "time_limit_seconds": 1,
    }
    began = monotonic()
    answer = planner.post("/api/v1/plans/week", json=body)
    assert answer.status_code == 422
    assert monotonic() - began < 5
    fields = answer.json["error"]["fields"]
    assert fields["untested"]
    assert all(name in answer.json["error"]["message"] for name in fields["untested"])


def test_the_same_seed_gives_the_same_week(make_app, profile):
    client = make_app().test_client()
    weeks = [
        client.post("/api/v1/plans/week", json={"profile": profile, "seed": seed}).json["days"]
        for seed in (7, 7)
    ]
    assert weeks[0] == weeks[1]


def test_what_cannot_be_is_refused_with_what_clashes(planner, profile):
    no_dinner = [dish for dish, recipe in RECIPE_OF.items() if "dinner" in recipe["meals"]]
    body = {"profile": profile, "diets": ["vegan"], "excluded": no_dinner}
    answer = planner.post("/api/v1/plans/week", json=body)
    assert answer.status_code == 422
    error = answer.json["error"]
    assert error["code"] == "infeasible"
    assert error["fields"]["clashing"]
    assert all(name in error["message"] for name in error["fields"]["clashing"])
    assert planner.get("/api/v1/plans").json["plans"] == []


@pytest.mark.usefixtures("weeks_found_once")
def test_a_plan_is_kept_listed_and_shown_with_who_made_it(make_app, client, profile):
    made = client.post("/api/v1/plans/week", json={"profile": profile, "seed": 5})
    assert made.headers["Location"] == "/api/v1/plans/1"
    # Another process answers: nothing is remembered but in the database.
    other = make_app().test_client()
    shown = other.get(made.headers["Location"]).json
    assert shown["days"] == made.json["days"]
    assert shown["served_by"] == made.json["served_by"]
    assert shown["request"]["seed"] == 5
    assert "profile" not in other.get("/api/v1/plans").text
    listed = other.get("/api/v1/plans").json["plans"]
    assert [(one["id"], one["implementation"]) for one in listed] == [(1, "greedy")]
    assert other.get("/api/v1/plans?offset=1").json["plans"] == []


@pytest.mark.usefixtures("weeks_found_once")
def test_exports_hold_the_plan(make_app, profile, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    for forbid in ("spreadsheet_export:pandas,week_optimizer:pulp", "week_optimizer:pulp"):
        client = make_app(forbid=forbid + ",meal_distribution:scikit_learn").test_client()
        plan = client.post("/api/v1/plans/week", json={"profile": profile}).json
        meals = [(day["name"], meal) for day in plan["days"] for meal in day["meals"]]
        export = f"/api/v1/plans/{plan['id']}/export?format="
        as_json = client.get(export + "json")
        assert [one["dish"] for one in as_json.json] == [meal["dish"] for _, meal in meals]
        as_csv = client.get(export + "csv")
        assert as_csv.mimetype == "text/csv"
        rows = list(csv.DictReader(io.StringIO(as_csv.text)))
        assert [(row["day"], row["dish"], float(row["energy_kcal"])) for row in rows] == [
            (day, meal["dish"], meal["energy_kcal"]) for day, meal in meals
        ]
        as_xlsx = client.get(export + "xlsx")
        assert as_xlsx.status_code == 200
        rung = "streaming" if "pandas" in forbid else "pandas"
        assert as_xlsx.headers["X-Served-By"].startswith(f"spreadsheet_export={rung}")
        assert f"filename=plan-{plan['id']}.xlsx" in as_xlsx.headers["Content-Disposition"]
        book = openpyxl.load_workbook(io.BytesIO(as_xlsx.data))
        header, *cells = book["Meals"].iter_rows(values_only=True)
        assert header[:3] == ("day", "meal", "dish")
        assert [row[2] for row in cells] == [meal["dish"] for _, meal in meals]
        assert ("Energy by day" in book.sheetnames) == (rung == "pandas")


def test_without_dishes_exports_hold_the_days(make_app, profile):
    openpyxl = pytest.importorskip("openpyxl")
    forbid = "week_optimizer:pulp,week_optimizer:greedy,spreadsheet_export:pandas," + BEST
    client = make_app(forbid=forbid).test_client()
    plan = client.post("/api/v1/plans/week", json={"profile": profile}).json
    days = [(day["name"], day["target_kcal"]) for day in plan["days"]]
    export = f"/api/v1/plans/{plan['id']}/export?format="
    rows = client.get(export + "json").json
    assert [(row["day"], row["target_kcal"]) for row in rows] == days
    assert {row["energy_kcal"] for row in rows} == {None}
    text = client.get(export + "csv").text
    assert [row["day"] for row in csv.DictReader(io.StringIO(text))] == [name for name, _ in days]
    book = openpyxl.load_workbook(io.BytesIO(client.get(export + "xlsx").data))
    assert book.sheetnames[0] == "Days"
    header, *cells = book["Days"].iter_rows(values_only=True)
    assert header == ("day", "target_kcal", "energy_kcal")
    assert [row[:2] for row in cells] == days


def test_the_plugins_of_the_app_are_the_five():
    assert [plugin.name for plugin in PLUGINS] == [
        *("meal_distribution", "week_optimizer", "spreadsheet_export"),
        *("text_embeddings", "vector_search"),
    ]
