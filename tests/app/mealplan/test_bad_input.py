"""What is wrong in a request is named, and nothing becomes a 500."""

import pytest

from mealplan.settings import LARGEST_BODY_BYTES

PERSON = {"age_years": 34, "sex": "female", "weight_kg": 68, "height_cm": 170}
OATS = {"food": 8120, "grams": 60}


def person(**changes):
    return {**PERSON, **changes}


def week(**changes):
    return {"profile": PERSON, **changes}


def log(*items, **changes):
    return {"meals": [{"meal": "lunch", "items": list(items)}], **changes}


BAD = [
    ("/targets/energy", {}, "age_years"),
    ("/targets/energy", person(age_years=18), "age_years"),
    ("/targets/energy", person(age_years="34"), "age_years"),
    ("/targets/energy", person(age_years=True), "age_years"),
    ("/targets/energy", person(age_years=34.5), "age_years"),
    ("/targets/energy", person(age_years=10**400), "age_years"),
    ("/targets/energy", person(weight_kg=10**400), "weight_kg"),
    ("/targets/energy", person(weight_kg=-5), "weight_kg"),
    ("/targets/energy", person(weight_kg=None), "weight_kg"),
    ("/targets/energy", person(height_cm=[170]), "height_cm"),
    ("/targets/energy", person(sex="x"), "sex"),
    ("/targets/energy", person(sex=["female"]), "sex"),
    ("/targets/energy", person(activity={"a": 1}), "activity"),
    ("/targets/energy", person(goal="win"), "goal"),
    ("/targets/energy", person(wieght=3), "wieght"),
    ("/distribution", {"age_years": 40, "sex": "male", "meals": []}, "meals"),
    ("/distribution", {"age_years": 40, "sex": "male", "meals": ["brunch"]}, "meals"),
    ("/distribution", {"age_years": 40, "sex": "male", "meals": "lunch"}, "meals"),
    ("/distribution", {"age_years": 40, "sex": "male", "meals": [["lunch"]]}, "meals"),
    ("/distribution", {"age_years": 40, "sex": "male", "energy_kcal": 0}, "energy_kcal"),
    ("/plans/week", {}, "profile"),
    ("/plans/week", {"profile": 3}, "profile"),
    ("/plans/week", {"profile": person(age_years=5)}, "profile.age_years"),
    ("/plans/week", week(diets=["carnivore"]), "diets"),
    ("/plans/week", week(allergens=["cheese"]), "allergens"),
    ("/plans/week", week(allergens={"nuts": True}), "allergens"),
    ("/plans/week", week(excluded=["no-such-dish"]), "excluded"),
    ("/plans/week", week(meals=[]), "meals"),
    ("/plans/week", week(seed=-1), "seed"),
    ("/plans/week", week(seed=1.5), "seed"),
    ("/plans/week", week(repeats=0), "repeats"),
    ("/plans/week", week(time_limit_seconds=3600), "time_limit_seconds"),
    ("/plans/week", week(pinned={"day": 1}), "pinned"),
    ("/plans/week", week(pinned=[1]), "pinned"),
    ("/plans/week", week(pinned=[{"day": 7, "meal": "lunch", "dish": "x"}]), "pinned[0].day"),
    ("/plans/week", week(pinned=[{"day": 1, "meal": "tea", "dish": "x"}]), "pinned[0].meal"),
    ("/plans/week", week(pinned=[{"day": 1, "meal": "lunch", "dish": "x"}]), "pinned[0].dish"),
    (
        "/plans/week",
        week(pinned=[{"day": 1, "meal": "lunch", "dish": "dal-rice"}] * 2),
        "pinned[1].meal",
    ),
    ("/plans/week", week(nutrients={"gold": {"minimum": 1}}), "nutrients.gold"),
    ("/plans/week", week(nutrients={"iron": 3}), "nutrients.iron"),
    ("/plans/week", week(nutrients={"iron": {"minimum": "1"}}), "nutrients.iron.minimum"),
    (
        "/plans/week",
        week(nutrients={"iron": {"minimum": 3, "maximum": 1}}),
        "nutrients.iron.minimum",
    ),
    (
        "/plans/week",
        week(nutrients={f"nutrient{n}": {"maximum": 1} for n in range(13)}),
        "nutrients",
    ),
    ("/analysis/meals", {}, "meals"),
    ("/analysis/meals", {"meals": []}, "meals"),
    ("/analysis/meals", {"meals": "x"}, "meals"),
    ("/analysis/meals", {"meals": [{"meal": "lunch", "items": []}]}, "meals[0].items"),
    ("/analysis/meals", {"meals": [{"meal": "tea", "items": [OATS]}]}, "meals[0].meal"),
    ("/analysis/meals", log(OATS, eaten_on="2026-13-01"), "eaten_on"),
    ("/analysis/meals", log(OATS, eaten_on=20260101), "eaten_on"),
    ("/analysis/meals", log(OATS, eaten_on="20260101"), "eaten_on"),
    ("/analysis/meals", log(OATS, scope="year"), "scope"),
    ("/analysis/meals", log({"food": 8120}), "meals[0].items[0].grams"),
    ("/analysis/meals", log({"food": 8120, "grams": 0}), "meals[0].items[0].grams"),
    ("/analysis/meals", log({"food": 99998, "grams": 5}), "meals[0].items[0].food"),
    ("/analysis/meals", log({"food": 2**70, "grams": 5}), "meals[0].items[0].food"),
    ("/analysis/meals", log({"food": "8120", "grams": 5}), "meals[0].items[0].food"),
    ("/analysis/meals", log({"dish": "x"}), "meals[0].items[0].dish"),
    ("/analysis/meals", log({"dish": "dal-rice", "servings": 0}), "meals[0].items[0].servings"),
    ("/analysis/meals", log({"dish": "\ud800"}), "meals[0].items[0].dish"),
    ("/analysis/meals", log({**OATS, "dish": "dal-rice"}), "meals[0].items[0].food"),
    ("/analysis/meals", log({}), "meals[0].items[0].food"),
    ("/analysis/meals", log({**OATS, "gram": 1}), "meals[0].items[0].gram"),
]


@pytest.mark.parametrize(("path", "body", "field"), BAD)
def test_a_field_that_is_not_valid_is_named(client, path, body, field):
    answer = client.post("/api/v1" + path, json=body)
    assert answer.status_code == 422, answer.json
    error = answer.json["error"]
    assert error["code"] == "invalid"
    assert field in error["fields"], error
    assert field in error["message"]


def test_all_wrong_fields_are_named_at_once(client):
    body = {"profile": person(sex="x", weight_kg=1), "diets": ["x"], "bogus": 1}
    fields = client.post("/api/v1/plans/week", json=body).json["error"]["fields"]
    assert {"profile.sex", "profile.weight_kg", "diets", "bogus"} <= set(fields)


POSTS = ("/targets/energy", "/distribution", "/plans/week", "/analysis/meals")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"age_years": NaN}', "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", None, 415),
    ],
)
def test_what_is_no_json_object_is_refused(client, path, data, kind, status):
    answer = client.post("/api/v1" + path, data=data, content_type=kind)
    assert answer.status_code == status
    assert set(answer.json["error"]) == {"code", "message", "fields"}


@pytest.mark.parametrize("path", POSTS)
def test_a_body_that_is_too_large_is_refused(client, path):
    data = b'{"a": "' + b"x" * LARGEST_BODY_BYTES + b'"}'
    answer = client.post("/api/v1" + path, data=data, content_type="application/json")
    assert answer.status_code == 413
    assert answer.json["error"]["code"]


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/plans?limit=0", 422, "limit"),
        ("/plans?limit=201", 422, "limit"),
        ("/plans?limit=1e3", 422, "limit"),
        ("/plans?limit=²", 422, "limit"),
        ("/plans?offset=-1", 422, "offset"),
        ("/plans?offset=99999999999999999999", 422, "offset"),
        ("/plans/1", 404, None),
        ("/plans/99999999999999999999999", 404, None),
        ("/plans/x", 404, None),
        ("/plans/1/export", 404, None),
        ("/plans/1/export?format=pdf", 422, "format"),
        ("/foods/search", 422, "q"),
        ("/foods/search?q=", 422, "q"),
        ("/foods/search?q=%20%20", 422, "q"),
        ("/foods/search?q=!!!", 422, "q"),
        ("/foods/search?q=%00", 422, "q"),
        ("/foods/search?q=" + "x" * 201, 422, "q"),
        ("/foods/search?q=a&mode=magic", 422, "mode"),
        ("/foods/search?q=a&limit=51", 422, "limit"),
        ("/foods/1", 404, None),
        ("/foods/99999999999999999999999", 404, None),
        ("/dishes/none", 404, None),
        ("/analytics?from=yesterday", 422, "from"),
        ("/analytics?from=2024-W01-1", 422, "from"),
        ("/analytics?from=20240101", 422, "from"),
        ("/analytics/export?to=2024-W01-1", 422, "to"),
        ("/analytics/export?from=2026-02-02&to=2026-01-01", 422, "from"),
        ("/analytics?from=2026-02-02&to=2026-01-01", 422, "from"),
        ("/analytics?to=0001-01-01", 200, None),
        ("/analytics/export?format=xls", 422, "format"),
        ("/nowhere", 404, None),
    ],
)
def test_a_query_that_is_not_valid_is_answered(client, path, status, field):
    answer = client.get("/api/v1" + path)
    assert answer.status_code == status
    if status != 200:
        assert answer.json["error"]["message"]
    if field:
        assert field in answer.json["error"]["fields"]


@pytest.mark.parametrize(
    "query", ["'", '"', '"a', "a*", "a OR", "NEAR(a b)", "name:x", "-a", "(a", "a^b", "💥", "ü"]
)
@pytest.mark.parametrize("mode", ["text", "hybrid"])
def test_no_query_is_an_operator_of_the_index(client, query, mode):
    answer = client.get("/api/v1/foods/search", query_string={"q": query, "mode": mode})
    assert answer.status_code in {200, 422}


def test_a_wrong_method_is_answered_in_json(client):
    answer = client.put("/api/v1/plans")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json["error"]["code"] == "method_not_allowed"


def test_an_error_of_ours_tells_nothing_about_itself(make_app, monkeypatch):
    app = make_app(TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("mealplan.api.plans.plans.listed", broken)
    answer = app.test_client().get("/api/v1/plans")
    assert answer.status_code == 500
    assert "secret" not in answer.text
