"""Each plugin's fallback to the letter, what answers say about it, and ?strict=1."""

import pytest

from mealplan.plugins import PLUGINS

LADDERS = {plugin.name: [rung.name for rung in plugin.ladder] for plugin in PLUGINS}
ALL_FALLBACKS = ",".join(
    f"{plugin}:{rung}" for plugin, ladder in LADDERS.items() for rung in ladder[:-1]
)


@pytest.fixture
def poor(make_app):
    """Return a client of an app in which only fallbacks serve."""
    return make_app(forbid=ALL_FALLBACKS).test_client()


def down_to(plugin, rung):
    """Forbid what is above ``rung``, and all but the fallbacks of the other plugins."""
    ladder = LADDERS[plugin]
    return ",".join(
        f"{name}:{one}"
        for name, rungs in LADDERS.items()
        for one in (ladder[: ladder.index(rung)] if name == plugin else rungs[:-1])
    )


def ask(client, plugin, profile, query=""):
    asks = {
        "meal_distribution": lambda: client.post(
            f"/api/v1/distribution{query}", json={"age_years": 40, "sex": "female"}
        ),
        "week_optimizer": lambda: client.post(
            f"/api/v1/plans/week{query}", json={"profile": profile}
        ),
        "spreadsheet_export": lambda: client.get(
            f"/api/v1/analytics/export{query or '?'}&format=xlsx"
        ),
        "text_embeddings": lambda: client.get(
            f"/api/v1/foods/search{query or '?'}&q=bean+stew&mode=hybrid"
        ),
        "vector_search": lambda: client.get(
            f"/api/v1/foods/search{query or '?'}&q=bean+stew&mode=hybrid"
        ),
    }
    return asks[plugin]()


@pytest.mark.parametrize(
    ("plugin", "rung"),
    [
        (plugin, rung)
        for plugin, ladder in LADDERS.items()
        for rung in ladder
        if rung != "sentence_transformers"
    ],
)
def test_every_answer_names_who_served_and_why_no_better_one(make_app, profile, plugin, rung):
    client = make_app(forbid=down_to(plugin, rung)).test_client()
    answer = ask(client, plugin, profile)
    above = LADDERS[plugin][: LADDERS[plugin].index(rung)]
    told = answer.headers["X-Served-By"]
    assert f"{plugin}={rung}" in told
    assert all(f"{one}: forbidden" in told for one in above)
    if answer.status_code in {200, 201} and answer.is_json:
        account = answer.json["served_by"][plugin]
        assert account["implementation"] == rung
        assert [one["implementation"] for one in account["declined"]] == above
        assert {one["reason"] for one in account["declined"]} <= {"forbidden"}
    else:
        assert (plugin, rung) == ("spreadsheet_export", "none") or answer.status_code == 200


def test_meals_get_25_30_35_10(poor):
    found = poor.post("/api/v1/distribution", json={"age_years": 40, "sex": "male"}).json
    assert found["shares"] == {"breakfast": 0.25, "lunch": 0.3, "dinner": 0.35, "snacks": 0.1}


def test_a_week_is_the_energy_target_of_each_day_and_no_dishes(poor, profile):
    plan = poor.post("/api/v1/plans/week", json={"profile": profile}).json
    assert [day["target_kcal"] for day in plan["days"]] == [plan["targets"]["target_kcal"]] * 7
    assert all(day["meals"] == [] and day["nutrition"] == {} for day in plan["days"])
    assert (plan["objective"], plan["bound"], plan["gap"]) == (None, None, None)
    assert "no dishes" in plan["note"]


def test_excel_says_what_to_take_and_that_works(poor, profile, eaten):
    plan = poor.post("/api/v1/plans/week", json={"profile": profile}).json["id"]
    for path in (f"/api/v1/plans/{plan}/export", "/api/v1/analytics/export"):
        answer = poor.get(path + "?format=xlsx")
        assert answer.status_code == 503
        assert answer.json["error"]["code"] == "excel_unavailable"
        assert "json" in answer.json["error"]["message"]
        assert "csv" in answer.json["error"]["message"]
        assert poor.get(path + "?format=json").status_code == 200
        assert poor.get(path + "?format=csv").status_code == 200


def test_hashing_vectors_are_never_called_semantic(make_app):
    # A vector index serves, so that the embeddings alone decide.
    client = make_app(
        forbid="text_embeddings:sentence_transformers,text_embeddings:static,vector_search:faiss"
    ).test_client()
    found = client.get("/api/v1/foods/search?q=bean+stew&mode=semantic").json
    assert found["asked_mode"] == "semantic"
    assert found["mode"] == "text"
    assert "hashing" in found["notes"][0]
    text = client.get("/api/v1/foods/search?q=bean+stew&mode=text").json
    assert found["results"] == text["results"]
    hybrid = client.get("/api/v1/foods/search?q=bean+stew&mode=hybrid").json
    assert hybrid["mode"] == "hybrid"
    assert "not meaning" in hybrid["notes"][0]
    assert any(one["scores"]["vector"] for one in hybrid["results"])


def test_without_a_vector_index_search_goes_by_text(make_app):
    client = make_app(
        forbid="text_embeddings:sentence_transformers,vector_search:faiss,vector_search:numpy"
    ).test_client()
    text = client.get("/api/v1/foods/search?q=bean+stew&mode=text").json
    for mode in ("semantic", "hybrid"):
        found = client.get(f"/api/v1/foods/search?q=bean+stew&mode={mode}").json
        assert found["mode"] == "text"
        assert "skipped" in found["notes"][0]
        assert found["results"] == text["results"]


@pytest.mark.parametrize("plugin", LADDERS)
def test_strict_refuses_a_fallback_and_says_why(make_app, profile, plugin):
    client = make_app(forbid=f"{plugin}:{LADDERS[plugin][0]}").test_client()
    answer = ask(client, plugin, profile, "?strict=1")
    assert answer.status_code == 503
    error = answer.json["error"]
    assert error["code"] == "fallback_refused"
    assert client.get("/api/v1/plans").json["plans"] == []


def test_strict_lets_the_first_rung_serve(make_app):
    client = make_app(forbid="").test_client()
    answer = client.post("/api/v1/distribution?strict=1", json={"age_years": 40, "sex": "female"})
    assert answer.status_code == 200
    assert answer.json["served_by"]["meal_distribution"]["declined"] == []


def test_version_tells_the_ladders_and_loads_nothing(client):
    told = client.get("/api/v1/version").json
    assert told["ladders"] == LADDERS
    assert all(one["implementation"] is None for one in told["plugins"])
    client.post("/api/v1/distribution", json={"age_years": 40, "sex": "female"})
    told = {one["plugin"]: one for one in client.get("/api/v1/version").json["plugins"]}
    assert told["meal_distribution"]["implementation"] == "coefficients"
    assert told["week_optimizer"]["implementation"] is None


def test_a_rung_that_fails_in_a_call_is_named(make_app, monkeypatch):
    from mealplan_plugins.meal_distribution.coefficients import CoefficientDistribution

    def broken(self, request):
        raise RuntimeError("table torn")

    monkeypatch.setattr(CoefficientDistribution, "predict", broken)
    client = make_app().test_client()
    answer = client.post("/api/v1/distribution", json={"age_years": 40, "sex": "female"})
    account = answer.json["served_by"]["meal_distribution"]
    assert account["implementation"] == "fixed"
    failed = {one["implementation"]: one["reason"] for one in account["declined"]}
    assert failed == {"scikit_learn": "forbidden", "coefficients": "call_failed"}


def test_why_a_better_one_does_not_fit_is_told_at_once_and_later(make_app):
    from bootfit.lazy import Registry

    environ = {"BOOTFIT_MEMORY_LIMIT": "1Mi"}
    client = make_app(PLUGINS=Registry(*PLUGINS, environ=environ)).test_client()
    for reason in ("no_memory", "backing_off"):
        answer = client.post("/api/v1/distribution", json={"age_years": 40, "sex": "female"})
        account = answer.json["served_by"]["meal_distribution"]
        assert account["implementation"] == "coefficients"
        assert [one["reason"] for one in account["declined"]] == [reason]
        told = answer.headers["X-Served-By"]
        assert told.startswith("meal_distribution=coefficients (scikit_learn: ")
        assert "no_memory" in told
