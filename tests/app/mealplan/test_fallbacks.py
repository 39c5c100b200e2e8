"""Each plugin's fallback to the letter, what answers say about it, and ?strict=1."""

from importlib.util import find_spec

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


def test_a_full_disk_is_the_servers_state_and_other_formats_work(make_app, monkeypatch):
    from mealplan_plugins.spreadsheet_export.contract import NotWritten
    from mealplan_plugins.spreadsheet_export.streaming import StreamingWorkbook

    def full(self, path, sheets, pivots=()):
        raise NotWritten(f"{path.name} cannot be written: No space left on device")

    monkeypatch.setattr(StreamingWorkbook, "write", full)
    client = make_app().test_client()
    answer = client.get("/api/v1/analytics/export?format=xlsx")
    assert answer.status_code == 503
    assert "csv" in answer.json["error"]["message"]

    def no_folder(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryDirectory", no_folder)
    answer = client.get("/api/v1/analytics/export?format=xlsx")
    assert answer.status_code == 503
    assert "json" in answer.json["error"]["message"]


def test_vectors_that_we_mixed_are_our_fault_and_tell_nothing(make_app, monkeypatch, caplog):
    from mealplan_plugins.vector_search.contract import DimensionMismatch
    from mealplan_plugins.vector_search.numpy_index import NumpySearch

    def mixed(self, vectors):
        raise DimensionMismatch("384 and 256")

    monkeypatch.setattr(NumpySearch, "build", mixed)
    client = make_app(TESTING=False).test_client()
    answer = client.get("/api/v1/foods/search?q=bean+stew&mode=hybrid")
    assert answer.status_code == 500
    assert "384" not in answer.text
    assert any(one.exc_info for one in caplog.records)


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
def test_strict_refuses_a_fallback_and_says_why(make_app, profile, plugin, request):
    if plugin == "vector_search" and find_spec("sentence_transformers"):
        request.getfixturevalue("texts_encoded_once")
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


@pytest.fixture
def broken_pulp(monkeypatch):
    """Let the first rung of the week's planner fail in each call, and the second refuse."""
    from mealplan_plugins.week_optimizer.contract import Infeasible
    from mealplan_plugins.week_optimizer.greedy import GreedyPlanner
    from mealplan_plugins.week_optimizer.two_stage import TwoStagePlanner

    def breaks(self, request):
        raise RuntimeError("the solver is gone")

    def refuses(self, request):
        raise Infeasible("no dish is left", ("diets",))

    monkeypatch.setattr(TwoStagePlanner, "plan", breaks)
    monkeypatch.setattr(GreedyPlanner, "plan", refuses)


def test_a_refusal_is_credited_to_the_rung_that_gave_it(make_app, profile, broken_pulp):
    client = make_app(forbid="meal_distribution:scikit_learn").test_client()
    answer = ask(client, "week_optimizer", profile)
    assert answer.status_code == 422
    account = answer.json["error"]["fields"]["served_by"]["week_optimizer"]
    assert account["implementation"] == "greedy"
    (declined,) = account["declined"]
    assert (declined["implementation"], declined["reason"]) == ("pulp", "call_failed")
    assert "the solver is gone" in declined["detail"]
    assert "week_optimizer=greedy (pulp: call_failed" in answer.headers["X-Served-By"]


def test_strict_refuses_the_refusal_of_a_fallback(make_app, profile, broken_pulp):
    client = make_app(forbid="").test_client()
    answer = ask(client, "week_optimizer", profile, "?strict=1")
    assert answer.status_code == 503
    error = answer.json["error"]
    assert error["code"] == "fallback_refused"
    assert "week_optimizer would be served by greedy" in error["message"]
    assert "the solver is gone" in error["message"]


@pytest.mark.parametrize("strict", ["", "&strict=1"])
def test_where_every_writer_fails_none_is_told_to_refuse(make_app, monkeypatch, strict):
    from mealplan_plugins.spreadsheet_export.pandas_workbook import PandasWorkbook
    from mealplan_plugins.spreadsheet_export.streaming import StreamingWorkbook

    def breaks(self, path, sheets, pivots=()):
        raise RuntimeError("torn ribbon")

    monkeypatch.setattr(PandasWorkbook, "write", breaks)
    monkeypatch.setattr(StreamingWorkbook, "write", breaks)
    client = make_app(forbid="").test_client()
    answer = client.get(f"/api/v1/analytics/export?format=xlsx{strict}")
    assert answer.status_code == 503
    error = answer.json["error"]
    assert error["code"] == ("fallback_refused" if strict else "excel_unavailable")
    account = error["fields"]["served_by"]["spreadsheet_export"]
    assert account["implementation"] == "none"
    assert [(one["implementation"], one["reason"]) for one in account["declined"]] == [
        ("pandas", "call_failed"),
        ("streaming", "call_failed"),
    ]


class _Vectors:
    """Embeddings of the tests: every text is the same, in a space of their own."""

    dimensions = 2
    semantic = True

    def __init__(self):
        self.encoded = []

    def encode(self, texts):
        self.encoded.append(len(texts))
        return [[1.0, 0.0] for _ in texts]


class _Meaning(_Vectors):
    space = "meaning"


class _Broken(_Vectors):
    space = "another"
    semantic = False

    def encode(self, texts):
        raise RuntimeError("weights torn")


class _Spelling(_Vectors):
    space = "spelling"
    semantic = False


@pytest.fixture
def make_embedded(make_app, monkeypatch):
    """Return a maker of clients whose embeddings are the given objects, the best first."""
    import sys

    from bootfit.lazy import Implementation, Plugin, Registry

    def make(*objects):
        holder = type(sys)("embeddings_of_tests")
        for number, made in enumerate(objects):
            setattr(holder, f"make_{number}", lambda made=made: made)
        monkeypatch.setitem(sys.modules, "embeddings_of_tests", holder)
        ladder = [
            Implementation(f"rung_{number}", f"embeddings_of_tests:make_{number}")
            for number in range(len(objects))
        ]
        others = [plugin for plugin in PLUGINS if plugin.name != "text_embeddings"]
        environ = {"BOOTFIT_FORBID": "vector_search:faiss"}
        registry = Registry(Plugin("text_embeddings", *ladder), *others, environ=environ)
        return make_app(PLUGINS=registry).test_client()

    return make


def semantic_search(client):
    return client.get("/api/v1/foods/search?q=bean+stew&mode=semantic").json


def test_vectors_mean_what_the_rung_that_made_them_says(make_embedded):
    client = make_embedded(_Broken(), _Meaning())
    for _ in range(4):  # the fourth finds the first rung left alone
        found = semantic_search(client)
        assert found["mode"] == "semantic"
        assert not any("not meaning" in note for note in found["notes"])
        assert found["served_by"]["text_embeddings"]["implementation"] == "rung_1"
    lying = make_embedded(type("LyingBroken", (_Broken,), {"semantic": True})(), _Spelling())
    found = semantic_search(lying)
    assert found["mode"] == "text"
    assert "rung_1" in found["notes"][0]


def test_dishes_are_encoded_once_a_space(make_embedded):
    class Moody(_Meaning):
        broken = False

        def encode(self, texts):
            if self.broken:
                raise RuntimeError("weights torn")
            return super().encode(texts)

    first, same_space, other_space = Moody(), _Meaning(), _Spelling()
    client = make_embedded(first, same_space, other_space)
    semantic_search(client)
    semantic_search(client)
    query, dishes, again = first.encoded
    assert query == again
    assert dishes != query
    # Another rung of the same space takes over: its query is compared with the kept vectors.
    first.broken = True
    assert semantic_search(client)["mode"] == "semantic"
    assert same_space.encoded == [query]
    # One of another space needs the dishes in that.
    same_space.encode = first.encode
    found = client.get("/api/v1/foods/search?q=bean+stew&mode=hybrid").json
    assert found["mode"] == "hybrid"
    assert other_space.encoded == [query, dishes]
