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


def test_meaning_finds_a_dish_that_shares_no_word(make_app):
    client = make_app(forbid=RICH).test_client()
    query = "fish for supper with spuds"
    found = search(client, query, mode="semantic", limit=10)
    assert found["mode"] == "semantic"
    names = " ".join(one["name"].lower() for one in found["results"])
    assert any(fish in names for fish in ("salmon", "trout", "mackerel", "cod", "fish"))
    assert found["served_by"]["text_embeddings"]["implementation"] == "static"
    assert found["served_by"]["vector_search"]["implementation"] == "numpy"


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
def test_sentence_transformers_find_meaning(make_app):
    pytest.importorskip("sentence_transformers")
    client = make_app(forbid="").test_client()
    found = search(client, "something warm for a cold evening", mode="semantic", strict="1")
    assert found["mode"] == "semantic"
    assert found["served_by"]["text_embeddings"]["implementation"] == "sentence_transformers"
    names = " ".join(one["name"].lower() for one in found["results"])
    assert any(word in names for word in ("soup", "stew", "chili", "porridge"))
