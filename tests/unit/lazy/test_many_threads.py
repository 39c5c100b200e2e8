import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bootfit.lazy import Implementation, Plugin, Registry
from bootfit.lazy.backoff import Backoff

THREADS = 32


class Counted:
    """Counts how often its factories run; each takes a moment."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.registry: Registry | None = None

    def slow(self) -> object:
        self.made.append("slow")
        time.sleep(0.05)
        return object()

    def uses_slow(self) -> object:
        assert self.registry is not None
        self.registry.load("slow")
        self.made.append("user")
        return object()

    def fails(self) -> object:
        self.made.append("fails")
        time.sleep(0.05)
        raise OSError("no weights")


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, boundless: str, clock) -> Counted:
    counted = Counted()
    holder = type(sys)("counted_factories")
    holder.factories = counted  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "counted_factories", holder)
    counted.registry = Registry(
        Plugin("slow", Implementation("only", "counted_factories:factories.slow")),
        Plugin("user", Implementation("only", "counted_factories:factories.uses_slow")),
        Plugin(
            "weak",
            Implementation("upper", "counted_factories:factories.fails"),
            Implementation("lower", "counted_factories:factories.slow"),
        ),
        environ={},
        root=boundless,
        clock=clock,
        backoff=Backoff(10, 10),
    )
    return counted


def together(*work) -> list:
    """Run each callable in a thread of its own, all let go at once; give up after 20 s."""
    gate = threading.Barrier(len(work))

    def run(one):
        gate.wait()
        return one()

    with ThreadPoolExecutor(len(work)) as pool:
        futures = [pool.submit(run, one) for one in work]
        return [future.result(timeout=20) for future in futures]


def test_many_threads_ask_and_one_loads(counted: Counted) -> None:
    registry = counted.registry
    loads = together(*[lambda: registry.load("slow")] * THREADS)
    assert counted.made == ["slow"]
    assert len({id(loaded.value) for loaded in loads}) == 1


def test_plugins_that_use_each_other_do_not_lock_each_other_out(counted: Counted) -> None:
    registry = counted.registry
    asks = [lambda: registry.load("user"), lambda: registry.load("slow")] * (THREADS // 2)
    together(*asks)
    assert sorted(counted.made) == ["slow", "user"]


def test_a_rung_that_fails_is_tried_by_one_thread(counted: Counted) -> None:
    registry = counted.registry
    loads = together(*[lambda: registry.load("weak")] * THREADS)
    assert counted.made == ["fails", "slow"]
    assert {loaded.implementation for loaded in loads} == {"lower"}


def test_while_one_thread_tries_again_the_others_are_served(counted: Counted, clock) -> None:
    registry = counted.registry
    registry.load("weak")
    clock.now += 10
    started, finish = threading.Event(), threading.Event()

    def hangs() -> object:
        started.set()
        finish.wait(20)
        raise OSError("still no weights")

    counted.fails = hangs  # type: ignore[method-assign]
    retry = threading.Thread(target=registry.load, args=("weak",))
    retry.start()
    assert started.wait(20)
    try:
        assert registry.load("weak").implementation == "lower"  # would hang here
    finally:
        finish.set()
        retry.join(20)


def test_every_call_is_counted(counted: Counted) -> None:
    registry = counted.registry
    each = 50
    together(*[lambda: [registry.call("slow", "__hash__") for _ in range(each)]] * THREADS)
    (status, *_) = registry.status()
    assert status["calls"] == each * THREADS
    assert status["served"] == {"only": each * THREADS}


def test_a_call_falls_to_a_loaded_rung_while_another_plugin_is_loading(counted: Counted) -> None:
    broken = "counted_factories:factories.broken"
    registry = Registry(
        Plugin("slow", Implementation("only", "counted_factories:factories.waits")),
        Plugin(
            "weak",
            Implementation("upper", broken),
            Implementation("lower", "counted_factories:factories.slow"),
        ),
        environ={},
    )
    started, finish = threading.Event(), threading.Event()

    class Broken:
        def __len__(self) -> int:
            raise OSError("broken")

    def waits() -> object:
        started.set()
        finish.wait(20)
        return object()

    counted.broken = Broken  # type: ignore[attr-defined]
    counted.waits = waits  # type: ignore[attr-defined]
    counted.slow = lambda: [1, 2]  # type: ignore[method-assign]
    assert registry.call("weak", "__len__").value == 2
    loading = threading.Thread(target=registry.load, args=("slow",))
    loading.start()
    assert started.wait(20)
    try:
        (served,) = together(lambda: registry.call("weak", "__len__"))
        assert served.implementation == "lower"
    finally:
        finish.set()
        loading.join(20)
