"""A rung that loads and then fails at its work is left alone for a while."""

import json
import sys
import threading

import pytest

from bootfit.lazy import CallerError, Implementation, Plugin, Registry
from bootfit.lazy.backoff import Backoff


class RefusalError(CallerError):
    pass


class Moody:
    """Fails, refuses or works as its tests want it to; counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.mood: str = "fails"

    def __call__(self) -> "Moody":
        return self

    def ask(self) -> str:
        self.asked += 1
        if self.mood == "fails":
            raise OSError(f"broken pipe {self.asked}")
        if self.mood == "refuses":
            raise RefusalError("no")
        return "upper's"


class Plain:
    def ask(self) -> str:
        return "lower's"


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, boundless: str, clock, moody: Moody) -> Registry:
    holder = type(sys)("moody_rungs")
    holder.moody, holder.Plain, holder.waits = moody, Plain, None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "moody_rungs", holder)
    return Registry(
        Plugin(
            "asks",
            Implementation("upper", "moody_rungs:moody"),
            Implementation("lower", "moody_rungs:Plain"),
        ),
        Plugin("other", Implementation("only", "moody_rungs:waits")),
        clock=clock,
        environ={},
        root=boundless,
        backoff=Backoff(first_seconds=10, cap_seconds=35),
    )


def ask(registry: Registry, times: int) -> list[str]:
    return [registry.call("asks", "ask").value for _ in range(times)]


def test_after_three_failures_in_a_row_it_is_not_asked_for_a_while(registry, moody, clock) -> None:
    assert ask(registry, 3) == ["lower's"] * 3
    assert moody.asked == 3
    outcome = registry.call("asks", "ask")
    assert moody.asked == 3
    assert (outcome.value, outcome.implementation) == ("lower's", "lower")
    (declined,) = outcome.declined
    assert (declined.implementation, declined.reason) == ("upper", "backing_off")
    assert declined.detail == (
        "call_failed, tried again in 10 s at the earliest: OSError: broken pipe 3"
    )
    assert registry.load("asks").implementation == "lower"
    clock.now += 9.9
    ask(registry, 5)
    assert moody.asked == 3


def test_it_waits_longer_and_longer_while_it_goes_on_failing(registry, moody, clock) -> None:
    ask(registry, 3)
    started = clock.now
    # 10 s, then 20, then 35 where doubling would say 40: one attempt each.
    for attempts, due in enumerate((10, 30, 65, 100), start=4):
        clock.now = started + due - 0.1
        ask(registry, 2)
        assert moody.asked == attempts - 1
        clock.now = started + due
        assert ask(registry, 2) == ["lower's"] * 2
        assert moody.asked == attempts


def test_once_it_works_again_it_serves_as_if_nothing_had_been(registry, moody, clock) -> None:
    ask(registry, 3)
    clock.now += 10
    moody.mood = "works"
    assert ask(registry, 2) == ["upper's"] * 2
    (status, _) = registry.status()
    assert (status["implementation"], status["declined"]) == ("upper", [])
    moody.mood = "fails"
    before = moody.asked
    ask(registry, 4)
    assert moody.asked == before + 3  # three again, not one
    assert "in 10 s" in registry.load("asks").declined[0].detail


@pytest.mark.parametrize("mood", ["works", "refuses"])
def test_an_answer_between_failures_ends_the_row(registry, moody, mood) -> None:
    for _ in range(4):
        moody.mood = "fails"
        ask(registry, 2)
        moody.mood = mood
        try:
            assert registry.call("asks", "ask").value == "upper's"
        except RefusalError:
            assert mood == "refuses"
    assert moody.asked == 12


def test_status_tells_of_a_rung_that_fails_at_each_call(registry, moody, clock) -> None:
    ask(registry, 1)
    (status, _) = registry.status()
    assert status["last_call_failures"] == {"upper": "OSError: broken pipe 1"}
    ask(registry, 2)
    clock.now += 4
    (status, _) = json.loads(json.dumps(registry.status()))
    assert status["implementation"] == "lower"
    assert status["failures"] == {"upper": 3, "lower": 0}
    assert status["last_call_failures"] == {"upper": "OSError: broken pipe 3"}
    (declined,) = status["declined"]
    assert (declined["implementation"], declined["reason"]) == ("upper", "backing_off")
    assert "tried again in 6 s" in declined["detail"]


def test_it_is_not_asked_while_another_thread_is_loading(registry, moody) -> None:
    started, finish = threading.Event(), threading.Event()

    def waits() -> object:
        started.set()
        finish.wait(20)
        return object()

    sys.modules["moody_rungs"].waits = waits  # type: ignore[attr-defined]
    ask(registry, 1)
    loading = threading.Thread(target=registry.load, args=("other",))
    loading.start()
    assert started.wait(20)
    try:
        assert ask(registry, 4) == ["lower's"] * 4
        assert moody.asked == 3
        outcome = registry.call("asks", "ask")
        assert [one.reason for one in outcome.declined] == ["backing_off"]
    finally:
        finish.set()
        loading.join(20)


def test_a_fallback_that_fails_is_asked_each_time(registry, moody, monkeypatch) -> None:
    def broken(self) -> str:
        raise OSError("full")

    monkeypatch.setattr(Plain, "ask", broken)
    for _ in range(5):
        with pytest.raises(OSError, match="full"):
            registry.call("asks", "ask")
    assert registry.status()[0]["failures"] == {"upper": 3, "lower": 5}


def test_the_wait_is_told_as_it_is_when_it_is_asked_for(boundless, clock, module) -> None:
    registry = Registry(
        Plugin(
            "sums",
            Implementation("upper", f"{module('1/0')}:Object"),
            Implementation("lower", f"{module('Object = list')}:Object"),
        ),
        clock=clock,
        environ={},
        root=boundless,
        backoff=Backoff(first_seconds=30),
    )
    registry.load("sums")
    clock.now += 12
    told = [
        registry.load("sums").declined[0].detail,
        registry.call("sums", "__len__").declined[0].detail,
        registry.status()[0]["declined"][0]["detail"],  # type: ignore[index]
    ]
    assert all("tried again in 18 s at the earliest" in one for one in told)
    clock.now += 10
    assert "in 8 s" in registry.load("sums").declined[0].detail


def test_calls_that_fail_at_the_same_time_make_the_wait_no_longer(registry, moody) -> None:
    gate = threading.Barrier(8)

    def ask_together() -> str:
        gate.wait(20)
        raise OSError("broken pipe")

    moody.ask = ask_together
    threads = [threading.Thread(target=ask, args=(registry, 1)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    (status, _) = registry.status()
    assert status["failures"] == {"upper": 8, "lower": 0}
    assert "tried again in 10 s" in status["declined"][0]["detail"]


def test_a_call_under_way_that_succeeds_ends_the_wait(registry, moody) -> None:
    started, finish = threading.Event(), threading.Event()
    fails = moody.ask

    def slow() -> str:
        moody.ask = fails
        started.set()
        finish.wait(20)
        return "upper's"

    moody.ask = slow
    answers: list[str] = []
    under_way = threading.Thread(target=lambda: answers.extend(ask(registry, 1)))
    under_way.start()
    assert started.wait(20)
    ask(registry, 3)
    assert registry.load("asks").implementation == "lower"
    finish.set()
    under_way.join(20)
    assert answers == ["upper's"]
    assert registry.load("asks").implementation == "upper"
