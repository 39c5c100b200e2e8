"""No thread waits for ever for another thread's load."""

import sys
import threading
import time

import pytest

from bootfit.lazy import Implementation, Plugin, PluginUnavailableError, Registry

PLAIN = "class Object:\n def ask(self): return 'fallback'"


@pytest.fixture
def holder(monkeypatch: pytest.MonkeyPatch):
    """A module of what the tests share with the modules that they write."""
    holder = type(sys)("wait_holder")
    holder.started, holder.finish = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "wait_holder", holder)
    yield holder
    holder.finish.set()


@pytest.fixture
def make(module, boundless: str, holder):
    def build(second: str, fallback: str = PLAIN) -> Registry:
        slow = (
            "import wait_holder\n"
            "def Object():\n wait_holder.started.set()\n wait_holder.finish.wait(20)\n return 1"
        )
        holder.registry = Registry(
            Plugin("slow", Implementation("only", f"{module(slow)}:Object")),
            Plugin(
                "quick",
                Implementation("upper", f"{module(second)}:Object"),
                Implementation("lower", f"{module(fallback)}:Object"),
            ),
            environ={},
            root=boundless,
            wait_seconds=0.1,
        )
        return holder.registry

    return build


@pytest.fixture
def loading(holder):
    """Let another thread be in the midst of loading "slow"."""
    threads = []

    def begin(registry: Registry) -> threading.Thread:
        thread = threading.Thread(target=registry.load, args=("slow",), daemon=True)
        thread.start()
        threads.append(thread)
        assert holder.started.wait(20)
        return thread

    yield begin
    holder.finish.set()
    for thread in threads:
        thread.join(20)


def within(seconds: float, work) -> object:
    """Run ``work`` in a thread and return its result; fail where it does not end in time."""
    results: list = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "waits for ever"
    return results[0]


def test_who_waits_too_long_gets_the_fallback_and_the_reason(make, holder, loading) -> None:
    registry = make(PLAIN)
    thread = loading(registry)
    loaded = within(5, lambda: registry.load("quick"))
    assert loaded.implementation == "lower"
    (declined,) = loaded.declined
    assert (declined.implementation, declined.reason) == ("upper", "busy")
    assert declined.detail == "another thread has been loading slow for 0.1 s"
    holder.finish.set()
    thread.join(20)
    assert registry.load("quick").implementation == "upper"  # for that once alone


def test_a_call_that_falls_waits_no_longer_either(make, loading) -> None:
    registry = make("class Object:\n def ask(self): raise OSError('broken')")
    assert registry.load("quick").implementation == "upper"
    loading(registry)
    outcome = within(5, lambda: registry.call("quick", "ask"))
    assert (outcome.value, outcome.implementation) == ("fallback", "lower")
    assert [one.reason for one in outcome.declined] == ["call_failed"]


def test_a_fallback_that_cannot_be_loaded_then_says_both(make, loading) -> None:
    registry = make(PLAIN, fallback="1/0")
    loading(registry)
    error = within(5, lambda: registry.load("quick"))
    assert isinstance(error, PluginUnavailableError)
    assert "loading slow" in str(error)
    assert "ZeroDivisionError" in str(error)


def test_a_load_inside_of_a_load_does_not_wait(make, holder) -> None:
    registry = make(
        "import time, wait_holder\n"
        "def Object():\n time.sleep(0.3)\n return wait_holder.registry.load('slow').value"
    )
    holder.finish.set()
    loaded = within(20, lambda: registry.load("quick"))
    assert (loaded.implementation, loaded.value) == ("upper", 1)


def test_a_module_that_loads_a_plugin_at_import_cannot_stop_the_process(
    module, boundless, holder
) -> None:
    # One thread loads "a", whose module imports the shared one; another imports the shared one,
    # which loads "b": each waits for what the other holds.
    shared = module(
        "import wait_holder\n"
        "wait_holder.started.set()\n"
        "wait_holder.finish.wait(20)\n"
        "B = wait_holder.registry.load('b')"
    )
    a = module(f"import wait_holder\nwait_holder.finish.set()\nimport {shared}\nclass Object: pass")
    holder.registry = Registry(
        Plugin("a", Implementation("only", f"{a}:Object")),
        Plugin(
            "b",
            Implementation("upper", f"{module(PLAIN)}:Object"),
            Implementation("lower", f"{module(PLAIN)}:Object"),
        ),
        environ={},
        root=boundless,
        wait_seconds=0.5,
    )
    importing = threading.Thread(target=__import__, args=(shared,), daemon=True)
    importing.start()
    assert holder.started.wait(20)
    begun = time.monotonic()
    loaded = within(10, lambda: holder.registry.load("a"))
    importing.join(10)
    assert not importing.is_alive()
    assert time.monotonic() - begun < 10
    assert loaded.implementation == "only"
    assert sys.modules[shared].B.implementation == "lower"
    assert sys.modules[shared].B.declined[0].reason == "busy"
