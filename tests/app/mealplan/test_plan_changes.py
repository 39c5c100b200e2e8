"""Plans that are kept, copied, swapped, made again, bought for, and put into calendars."""

import json
import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from mealplan.catalogue.dishes import RECIPES

pytestmark = pytest.mark.usefixtures("weeks_found_once")
V1 = "/api/v1"
DOCUMENT = json.loads(RECIPES.read_text(encoding="utf-8"))
RECIPE_OF = {recipe["id"]: recipe for recipe in DOCUMENT["dishes"]}
WISHES = {"diets": ["vegetarian"], "allergens": ["peanuts"], "excluded": ["greek-salad"], "seed": 2}


@pytest.fixture
def plan(client, profile):
    answer = client.post(f"{V1}/plans/week", json={"profile": profile, **WISHES})
    assert answer.status_code == 201
    return answer.json


def meals_of(plan):
    return {(d["day"], m["meal"]): m for d in plan["days"] for m in d["meals"]}


def test_the_kept_profile_stands_in_where_none_is_given(client, profile):
    asked = client.post(f"{V1}/plans/week", json={"seed": 1})
    assert asked.status_code == 422
    assert "profile" in asked.json["error"]["fields"]
    kept = client.put(f"{V1}/profile", json={**profile, "goal": "lose"})
    assert kept.json["profile"]["goal"] == "lose"
    by_own = client.post(f"{V1}/plans/week", json={"seed": 1}).json
    given = {"profile": {**profile, "goal": "lose"}, "seed": 1}
    assert by_own["targets"] == client.post(f"{V1}/plans/week", json=given).json["targets"]
    assert client.put(f"{V1}/profile", json={**profile, "age_years": 7}).status_code == 422
    assert client.get(f"{V1}/profile").json["profile"] == kept.json["profile"]
    assert client.delete(f"{V1}/profile").status_code == 204
    assert client.get(f"{V1}/profile").status_code == 404


def test_a_plan_is_named_dated_kept_or_not_and_deleted(client, plan):
    assert (plan["name"], plan["starts_on"], plan["saved"]) == ("Week", None, True)
    path = f"{V1}/plans/{plan['id']}"
    changed = client.patch(path, json={"name": " Lent ", "starts_on": "2026-03-02", "saved": False})
    told = {"name": "Lent", "starts_on": "2026-03-02", "saved": False}
    assert {name: changed.json[name] for name in told} == told
    assert client.get(path).json == changed.json
    (listed,) = client.get(f"{V1}/plans").json["plans"]
    assert {name: listed[name] for name in told} == told
    assert client.get(f"{V1}/plans?saved=1").json["plans"] == []
    assert client.patch(path, json={"starts_on": None}).json["starts_on"] is None
    assert client.patch(path, json={}).json["name"] == "Lent"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404


def test_a_copy_is_a_plan_of_its_own(client, plan):
    copy = client.post(f"{V1}/plans/{plan['id']}/copy", json={"starts_on": "2026-03-09"})
    assert copy.status_code == 201
    assert copy.headers["Location"] == f"{V1}/plans/{copy.json['id']}"
    assert copy.json["name"] == "Week (copy)"
    assert copy.json["days"] == plan["days"]
    client.delete(f"{V1}/plans/{plan['id']}")
    assert client.get(copy.headers["Location"]).json["days"] == plan["days"]


def legal(plan, slot, dish):
    """Say by the raw recipes whether a dish may stand in a slot."""
    recipe, meals = RECIPE_OF[dish], meals_of(plan)
    elsewhere = [
        day for (day, m), one in meals.items() if one["dish_id"] == dish and (day, m) != slot
    ]
    return (
        slot[1] in recipe["meals"]
        and set(WISHES["diets"]) <= set(recipe["diets"])
        and not set(WISHES["allergens"]) & set(recipe["allergens"])
        and dish not in WISHES["excluded"]
        and len(elsewhere) < 2
        and all(abs(day - slot[0]) > 1 for day in elsewhere)
    )


@pytest.mark.parametrize("slot", [(0, "breakfast"), (2, "dinner"), (6, "snacks")])
def test_alternatives_are_legal_ranked_and_what_the_plan_becomes(client, plan, slot):
    day, meal = slot
    path = f"{V1}/plans/{plan['id']}"
    found = client.get(f"{path}/alternatives?day={day}&meal={meal}&limit=50").json
    assert found["now"]["id"] == meals_of(plan)[slot]["dish_id"]
    offered = found["alternatives"]
    assert len(offered) >= 3
    assert [one["score"] for one in offered] == sorted(one["score"] for one in offered)
    target = plan["days"][day]["target_kcal"]
    for one in offered:
        assert legal(plan, slot, one["id"]), one["id"]
        assert 0.899 * target <= one["day_energy_kcal"] <= 1.101 * target
    best = offered[0]
    changed = client.put(
        f"{path}/meals/{day}/{meal}", json={"dish": best["id"], "servings": best["servings"]}
    )
    assert changed.status_code == 200
    now = meals_of(changed.json)
    assert now[slot]["dish_id"] == best["id"]
    assert {key: one for key, one in now.items() if key != slot} == {
        key: one for key, one in meals_of(plan).items() if key != slot
    }
    assert changed.json["days"][day]["energy_kcal"] == pytest.approx(
        best["day_energy_kcal"], abs=0.2
    )
    for nutrient, told in best["daily_mean_change"].items():
        before, after = (one["bounds"][nutrient]["known_amount"] for one in (plan, changed.json))
        assert after - before == pytest.approx(told, abs=0.03)
        bound = changed.json["bounds"][nutrient]["maximum"]
        assert bound is None or after <= max(bound, before) * 1.002
    # Nothing is proven of a week that was changed by hand.
    assert (changed.json["bound"], changed.json["gap"]) == (None, None)
    assert client.get(path).json == changed.json
    exported = client.get(f"{path}/export").json
    assert best["name"] in {row["dish"] for row in exported}


def test_every_dish_that_is_not_offered_is_refused_with_the_rules_it_breaks(client, plan, dishes):
    path = f"{V1}/plans/{plan['id']}"
    found = client.get(f"{path}/alternatives?day=2&meal=dinner&limit=50").json["alternatives"]
    offered = {one["id"] for one in found}
    now = meals_of(plan)[2, "dinner"]["dish_id"]
    told = set()
    refused = [dish for dish in dishes.all if dish not in offered | {now}][::4]
    for dish in refused:
        answer = client.put(f"{path}/meals/2/dinner", json={"dish": dish})
        if len(offered) == 50 and answer.status_code == 200:
            continue
        assert answer.status_code == 422, dish
        breaks = answer.json["error"]["fields"]["breaks"]
        assert breaks
        told |= set(breaks)
        if not legal(plan, (2, "dinner"), dish):
            assert set(breaks) & {
                *("meals", "diets", "allergens", "excluded dishes", "repeats", "consecutive days"),
            }
    assert {"meals", "diets"} <= told
    assert client.get(path).json["days"] == plan["days"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "meals/2/dinner", {"dish": "no-such-dish"}, 422),
        ("PUT", "meals/2/dinner", {"dish": "dal-rice", "servings": 40}, 422),
        ("PUT", "meals/2/dinner", {}, 422),
        ("PUT", "meals/7/dinner", {"dish": "dal-rice"}, 404),
        ("PUT", "meals/2/tea", {"dish": "dal-rice"}, 404),
        ("GET", "alternatives", None, 422),
        ("GET", "alternatives?day=7&meal=dinner", None, 422),
        ("GET", "alternatives?day=x&meal=dinner", None, 422),
        ("GET", "alternatives?day=1&meal=tea", None, 422),
        ("GET", "shopping?people=0", None, 422),
        ("GET", "shopping?people=1.5", None, 422),
        ("GET", "export?format=ics", None, 422),
        ("GET", "export?format=ics&starts_on=soon", None, 422),
        ("GET", "export?format=ics&starts_on=9999-12-31", None, 422),
        ("PATCH", "", {"name": 7}, 422),
        ("PATCH", "", {"starts_on": "9999-12-30"}, 422),
        ("PATCH", "", {"saved": "yes"}, 422),
        ("PATCH", "", {"user_id": 1}, 422),
        ("POST", "copy", {"starts_on": "1999-12-31"}, 422),
        ("POST", "resolve", {"keep": [{"day": 9, "meal": "lunch"}]}, 422),
        ("POST", "resolve", {"keep": "all"}, 422),
        ("POST", "resolve", {"excluded": ["no-such-dish"]}, 422),
    ],
)
def test_what_is_wrong_is_named(client, plan, method, path, body, status):
    where = f"{V1}/plans/{plan['id']}/{path}".rstrip("/")
    answer = client.open(where, method=method, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json["error"]["message"]
    assert client.get(f"{V1}/plans/{plan['id']}").json == plan


def test_a_week_is_made_again_around_what_is_kept(client, plan):
    before = meals_of(plan)
    keep = [{"day": 0, "meal": "breakfast"}, {"day": 3, "meal": "dinner"}]
    # A dish of the old week that is not kept, and is not wanted again.
    kept = {before[one["day"], one["meal"]]["dish_id"] for one in keep}
    unwanted = next(one["dish_id"] for one in before.values() if one["dish_id"] not in kept)
    body = {"keep": keep, "excluded": [unwanted], "seed": 9}
    answer = client.post(f"{V1}/plans/{plan['id']}/resolve", json=body)
    assert answer.status_code == 201
    assert answer.json["id"] != plan["id"]
    after = meals_of(answer.json)
    for one in keep:
        slot = (one["day"], one["meal"])
        assert after[slot]["dish_id"] == before[slot]["dish_id"]
    assert unwanted not in {one["dish_id"] for one in after.values()}
    assert set(WISHES["diets"]) <= {
        diet for one in after.values() for diet in RECIPE_OF[one["dish_id"]]["diets"]
    }
    for slot, one in after.items():
        if slot not in {(entry["day"], entry["meal"]) for entry in keep}:
            assert "vegetarian" in RECIPE_OF[one["dish_id"]]["diets"]
    assert answer.json["served_by"]["week_optimizer"]["implementation"] == "greedy"
    assert client.get(f"{V1}/plans/{plan['id']}").json == plan


@pytest.mark.parametrize("people", [1, 3])
def test_the_shopping_list_is_the_recipes_grams(client, plan, people):
    wanted = {}
    for meal in meals_of(plan).values():
        recipe = RECIPE_OF[meal["dish_id"]]
        for part in recipe["ingredients"]:
            food = DOCUMENT["ingredients"][part["ingredient"]]["food"]
            share = part["grams"] / recipe["servings"] * meal["servings"] * people
            wanted[food] = wanted.get(food, 0) + share
    found = client.get(f"{V1}/plans/{plan['id']}/shopping?people={people}").json
    items = [item for aisle in found["aisles"] for item in aisle["items"]]
    assert {item["food"]: item["grams"] for item in items} == pytest.approx(wanted, abs=0.06)
    assert len({item["food"] for item in items}) == len(items)
    assert found["grams"] == pytest.approx(sum(wanted.values()), abs=0.1)
    assert found["aisles"][0]["aisle"] == "Fruit and vegetables"
    portions = [item for item in items if item["portion"]]
    assert len(portions) > len(items) / 2
    for item in portions:
        told = item["portion"]
        # To a quarter of a cup or piece.
        off = abs(told["count"] * told["grams_each"] - item["grams"])
        assert off <= 0.125 * told["grams_each"] + 0.05 * told["count"] + 0.1


def events(text):
    """Read a calendar's events as a reader of iCalendar does: unfolded, unescaped."""
    assert "\n" not in text.replace("\r\n", "")
    lines = re.sub("\r\n[ \t]", "", text).split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    found = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found and name != "END":
            found[-1][name] = value
    return found


def test_a_calendar_has_every_meal_on_its_day(client, plan):
    path = f"{V1}/plans/{plan['id']}/export?format=ics"
    answer = client.get(f"{path}&starts_on=2026-02-26")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert f"plan-{plan['id']}.ics" in answer.headers["Content-Disposition"]
    found = events(answer.text)
    assert len(found) == len({one["UID"] for one in found}) == 28
    for (day, meal), one in meals_of(plan).items():
        on = date(2026, 2, 26) + timedelta(days=day)
        (event,) = [e for e in found if e["UID"] == f"plan-{plan['id']}-{day}-{meal}@mealplan"]
        assert event["DTSTART"].startswith(f"{on:%Y%m%d}T")
        assert one["dish"].replace(",", "\\,").replace(";", "\\;") in event["SUMMARY"]
    client.patch(f"{V1}/plans/{plan['id']}", json={"starts_on": "2026-02-26"})
    assert events(client.get(path).text) == found


def test_a_feed_is_read_by_its_address_alone_until_it_is_revoked(client, app, plan, profile):
    nobody = FlaskClient(app, app.response_class)
    made = client.post(f"{V1}/feeds")
    assert made.status_code == 201
    url, other = made.json["url"], client.post(f"{V1}/feeds").json["url"]
    assert url != other
    assert events(nobody.get(url).text) == []
    client.patch(f"{V1}/plans/{plan['id']}", json={"starts_on": "2026-03-02"})
    assert len(events(nobody.get(url).text)) == 28
    client.patch(f"{V1}/plans/{plan['id']}", json={"saved": False})
    assert events(nobody.get(url).text) == []
    client.patch(f"{V1}/plans/{plan['id']}", json={"saved": True})
    assert [one["url"] for one in client.get(f"{V1}/feeds").json["feeds"]] == [other, url]
    for wrong in (
        url[:-5] + "0.ics",
        url.replace("/1-", "/2-"),
        f"{V1}/feeds/.ics",
        f"{V1}/feeds/\xfc-.ics",
    ):
        assert nobody.get(wrong).status_code == 404
    assert client.delete(f"{V1}/feeds/{made.json['id']}").status_code == 204
    assert nobody.get(url).status_code == 404
    assert nobody.get(other).status_code == 200
    client.post(f"{V1}/feeds")
    assert nobody.get(url).status_code == 404


def test_what_has_no_meals_is_neither_swapped_nor_bought(make_app, profile):
    forbid = "week_optimizer:pulp,week_optimizer:greedy,meal_distribution:scikit_learn"
    client = make_app(forbid=forbid).test_client()
    made = client.post(f"{V1}/plans/week", json={"profile": profile}).json
    path = f"{V1}/plans/{made['id']}"
    asked = [
        client.get(f"{path}/alternatives?day=0&meal=lunch"),
        client.put(f"{path}/meals/0/lunch", json={"dish": "dal-rice"}),
        client.post(f"{path}/resolve", json={}),
        client.get(f"{path}/shopping"),
    ]
    assert [one.status_code for one in asked] == [409] * 4
    assert {one.json["error"]["code"] for one in asked} == {"no_meals"}
    calendar = client.get(f"{path}/export?format=ics&starts_on=2026-03-02")
    assert events(calendar.text) == []
    assert client.post(f"{path}/copy", json={}).status_code == 201
