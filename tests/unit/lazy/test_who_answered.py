"""Answers and refusals say who gave them."""

import sys
from dataclasses import dataclass

import pytest

from bootfit.lazy import CallerError, Declined, Implementation, Plugin, Registry


class RefusalError(CallerError):
    pass


@dataclass(frozen=True)
class FrozenRefusalError(CallerError):
    why: str


class Fails:
    semantic = True

    def ask(self):
        raise OSError("broken pipe")


class Refuses:
    semantic = False

    def ask(self):
        raise RefusalError("no")

    def frozen(self):
        raise FrozenRefusalError("no")

    def answer(self):
        return 42


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, boundless: str) -> Registry:
    holder = type(sys)("answering_rungs")
    holder.Fails, holder.Refuses = Fails, Refuses  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "answering_rungs", holder)
    return Registry(
        Plugin(
            "asks",
            Implementation("top", "answering_rungs:Fails", imports=("no_such_module_anywhere",)),
            Implementation("upper", "answering_rungs:Fails"),
            Implementation("lower", "answering_rungs:Refuses"),
        ),
        environ={},
        root=boundless,
    )


def test_a_refusal_names_the_rung_that_gave_it_and_those_that_failed_before(registry) -> None:
    assert registry.load("asks").implementation == "upper"
    with pytest.raises(RefusalError) as caught:
        registry.call("asks", "ask")
    assert caught.value.implementation == "lower"
    assert caught.value.declined == (
        Declined("top", "not_installed", "no module 'no_such_module_anywhere'"),
        Declined("upper", "call_failed", "OSError: broken pipe"),
    )


def test_a_refusal_that_cannot_be_changed_names_it_too(registry) -> None:
    with pytest.raises(FrozenRefusalError) as caught:
        registry.call("asks", "frozen")
    assert caught.value.implementation == "lower"
    assert [one.implementation for one in caught.value.declined] == ["top", "upper"]


def test_a_refusal_that_went_through_no_registry_names_nobody() -> None:
    with pytest.raises(RefusalError) as caught:
        Refuses().ask()
    assert (caught.value.implementation, caught.value.declined) == ("", ())


def test_an_outcome_holds_the_object_that_answered_and_not_the_loaded_one(registry) -> None:
    outcome = registry.call("asks", "answer")
    assert outcome.value == 42
    assert registry.load("asks").value.semantic
    assert isinstance(outcome.served_by, Refuses)
    assert registry.call("asks", "answer").served_by is outcome.served_by
