import copy
import pickle

import pytest

from bootfit.lazy import DeclarationError, Declined, Implementation, Plugin, Registry


def test_describe_is_the_declaration_word_for_word() -> None:
    registry = Registry(
        Plugin(
            "search",
            Implementation(
                "rich",
                "shop.search:Rich",
                imports=("faiss",),
                distributions=("faiss-cpu",),
                extra="app",
                exercise="shop.exercise:run",
                cost_bytes=7,
            ),
            Implementation("poor", "shop.search:Poor"),
        )
    )
    assert registry.describe() == [
        {
            "name": "search",
            "ladder": [
                {
                    "name": "rich",
                    "target": "shop.search:Rich",
                    "imports": ["faiss"],
                    "distributions": ["faiss-cpu"],
                    "extra": "app",
                    "exercise": "shop.exercise:run",
                    "cost_bytes": 7,
                },
                {
                    "name": "poor",
                    "target": "shop.search:Poor",
                    "imports": [],
                    "distributions": [],
                    "extra": "",
                    "exercise": "",
                    "cost_bytes": None,
                },
            ],
        }
    ]


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"name": "a:b"}, "name 'a:b'"),
        ({"name": ""}, "name ''"),
        ({"target": "shop.search"}, "'shop.search' is not written 'module:attribute'"),
        ({"target": "shop.2:x"}, "is not written"),
        ({"exercise": "run"}, "exercise 'run'"),
        ({"imports": "faiss"}, "write ('faiss',)"),
        ({"cost_bytes": -1}, "less than nothing"),
    ],
)
def test_a_malformed_implementation_is_refused(keywords: dict, told: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Implementation(**{"name": "rich", "target": "m:x", **keywords})
    assert told in str(caught.value)


def test_a_ladder_must_end_in_a_rung_that_needs_nothing() -> None:
    with pytest.raises(DeclarationError, match="is the fallback"):
        Plugin("search", Implementation("rich", "m:x", imports=("faiss",)))
    with pytest.raises(DeclarationError, match="one implementation at least"):
        Plugin("search")
    with pytest.raises(DeclarationError, match="twice"):
        Plugin("search", Implementation("a", "m:x"), Implementation("a", "m:y"))
    plugin = Plugin("search", Implementation("a", "m:x"))
    with pytest.raises(DeclarationError, match="declared twice"):
        Registry(plugin, plugin)


def test_records_are_frozen_equal_by_value_and_survive_copying() -> None:
    rung = Implementation("a", "m:x", imports=["b"])
    assert rung == Implementation("a", "m:x", imports=("b",))
    assert rung != Implementation("a", "m:x")
    assert len({rung, Implementation("a", "m:x", imports=("b",))}) == 1
    with pytest.raises(AttributeError, match="cannot be changed"):
        rung.name = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot be removed"):
        del rung.name
    declined = Declined("a", "forbidden", "by decree")
    assert pickle.loads(pickle.dumps(declined)) == copy.deepcopy(declined) == declined
    assert "by decree" in repr(declined)


def test_an_unknown_plugin_is_named_with_those_there_are() -> None:
    registry = Registry(Plugin("search", Implementation("a", "m:x")))
    with pytest.raises(KeyError, match=r"no plugin 'serach' .*there are: search"):
        registry.load("serach")
    assert "search" in registry
    assert [plugin.name for plugin in registry] == ["search"]
