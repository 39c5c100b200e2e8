"""Search: what it finds first, its modes and its scores."""

import pytest

RICH = "text_embeddings:sentence_transformers,vector_search:faiss"


def search(client, query, **options):
    answer = client.get("/api/v1/foods/search", query_string={"q": query, **options})
    assert answer.status_code == 200, answer.json
    return answer.json


@pytest.mark.parametrize(
    ("query", "start"),
    [
        ("apple", "Apples"),
        ("yoghurt", "Yogurt"),
        ("courgette", None),
        ("broc", "Broccoli"),
        ("peanut butter smooth", "Peanut butter, smooth"),
        ("milk", "Milk"),
    ],
)
def test_a_food_is_found_by_its_words(foods, query, start):
    names = [hit.food.name for hit in foods.search(query, 3)]
    if start is None:
        assert all("zucchini" in name.lower() for name in names)
    else:
        assert names
        assert all(name.startswith(start) for name in names)


def test_a_dish_is_found_by_its_ingredients(client):
    found = search(client, "lentils spinach curry")
    dishes = [one["name"] for one in found["results"] if one["kind"] == "dish"]
    assert any("curry" in name or "entil" in name for name in dishes)


@pytest.mark.parametrize("mode", ["text", "semantic", "hybrid"])
def test_results_are_ordered_by_their_score_and_say_where_it_is_from(make_app, mode):
    client = make_app(forbid=RICH).test_client()
    found = search(client, "creamy vegetable soup", mode=mode, limit=20)
    assert found["mode"] == mode
    scores = [one["score"] for one in found["results"]]
    assert 0 < len(scores) <= 20
    assert scores == sorted(scores, reverse=True)
    keys = [(one["kind"], one["id"]) for one in found["results"]]
    assert len(set(keys)) == len(keys)
    for one in found["results"]:
        text, vector = one["scores"]["text"], one["scores"]["vector"]
        assert {"text": text and not vector, "semantic": vector and not text}.get(
            mode, text or vector
        )


def test_meaning_finds_a_dish_that_shares_no_word(make_app, dishes):
    client = make_app(forbid=RICH).test_client()
    query, near = "sushi", {"seaweed", "shrimp", "salmon", "miso"}
    found = search(client, query, mode="semantic", limit=5)
    assert found["mode"] == "semantic"
    by_words = search(client, query, mode="text", limit=50)["results"]
    assert [one for one in by_words if one["kind"] == "dish"] == []
    names = [one["name"].lower() for one in found["results"] if one["kind"] == "dish"]
    assert len(names) == 5
    assert sum(any(word in name for word in near) for name in names) >= 3
    for result in found["results"]:
        dish = dishes.all[result["id"]]
        parts = [part for one in dish.ingredients for part in (one.label, one.food.name)]
        told = " ".join([dish.name, dish.cuisine, *parts]).lower()
        assert query[:4] not in told
    assert found["served_by"]["text_embeddings"]["implementation"] == "static"
    assert found["served_by"]["vector_search"]["implementation"] == "numpy"


@pytest.mark.parametrize("mode", ["semantic", "hybrid"])
def test_that_foods_are_compared_only_where_text_finds_them_is_said(make_app, mode):
    client = make_app(forbid=RICH).test_client()
    notes = search(client, "bean stew", mode=mode)["notes"]
    assert any("of the foods only the first 48" in note for note in notes)
    assert search(client, "bean stew", mode="text")["notes"] == []


def test_a_query_that_the_embeddings_do_not_know_is_told_from_one_that_nothing_is_near(
    make_app, monkeypatch
):
    client = make_app(forbid=RICH).test_client()
    found = search(client, "qqxzzy zzqq", mode="semantic")
    assert (found["mode"], found["results"]) == ("text", [])
    assert found["notes"] == ["no word of the query is known to the embeddings"]
    from mealplan_plugins.vector_search.numpy_index import NumpySearch

    class Far:
        def nearest(self, vector, count):
            return []

    monkeypatch.setattr(NumpySearch, "build", lambda self, vectors: Far())
    found = search(client, "bean stew", mode="semantic")
    assert found["notes"] == ["no vector is near the query"]


def test_faiss_and_numpy_give_the_same_answer(make_app):
    forbid = "text_embeddings:sentence_transformers"
    answers = [
        search(make_app(forbid=one).test_client(), "bean stew", mode="semantic")
        for one in (forbid, forbid + ",vector_search:faiss")
    ]
    ids = [[one["id"] for one in answer["results"]] for answer in answers]
    assert ids[0] == ids[1]
    assert answers[0]["served_by"]["vector_search"]["implementation"] == "faiss"


def test_a_food_and_a_dish_are_shown_with_what_is_not_known(client, foods):
    food = client.get("/api/v1/foods/9003").json
    assert food["name"] == "Apples, raw, with skin"
    assert food["per_100g"]["vitamin_c"] == {"amount": 4.6, "unit": "mg"}
    assert any(one["label"].startswith("cup") for one in food["portions"])
    unknown = next(
        one for one in foods.foods(range(1001, 1300)).values() if one.per_100g["choline"] is None
    )
    assert client.get(f"/api/v1/foods/{unknown.id}").json["per_100g"]["choline"]["amount"] is None
    dish = client.get("/api/v1/dishes/dal-rice").json
    assert dish["servings"] == 4
    assert dish["per_serving"]["energy"]["coverage"] == 1
    assert len(client.get("/api/v1/dishes").json["dishes"]) >= 64


def test_dishes_are_encoded_once(make_app):
    app = make_app(forbid=RICH)
    client = app.test_client()
    plugins = app.extensions["mealplan"].plugins

    def calls():
        return {one["plugin"]: one["calls"] for one in plugins.status()}["text_embeddings"]

    first = search(client, "bean stew", mode="hybrid")
    assert calls() == 2
    assert search(client, "bean stew", mode="hybrid") == first
    assert calls() == 3


def test_vectors_of_two_implementations_are_never_compared(make_app, monkeypatch):
    from mealplan_plugins.text_embeddings.static_table import StaticEmbeddings

    client = make_app(forbid=RICH).test_client()
    encode = StaticEmbeddings.encode

    def only_once(self, texts):
        if len(texts) > 100:
            raise RuntimeError("table torn")
        return encode(self, texts)

    monkeypatch.setattr(StaticEmbeddings, "encode", only_once)
    found = search(client, "bean stew", mode="semantic")
    assert {one["kind"] for one in found["results"]} == {"food"}


@pytest.mark.ml
@pytest.mark.usefixtures("texts_encoded_once")
def test_sentence_transformers_find_meaning(make_app):
    client = make_app(forbid="").test_client()
    found = search(client, "something warm for a cold evening", mode="semantic", strict="1")
    assert found["mode"] == "semantic"
    assert found["served_by"]["text_embeddings"]["implementation"] == "sentence_transformers"
    names = " ".join(one["name"].lower() for one in found["results"])
    assert any(word in names for word in ("soup", "stew", "chili", "porridge"))
