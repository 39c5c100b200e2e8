"""A rung that calls sys.exit is a rung that fails; a server that ends its worker is obeyed."""

import os
import signal
import sys

import pytest

from bootfit.lazy import Implementation, Plugin, PluginUnavailableError, Registry


class Leaving:
    def leave(self) -> str:
        sys.exit("no licence")

    def interrupted(self) -> str:
        os.kill(os.getpid(), signal.SIGUSR1)
        return "went on"


class Staying:
    def leave(self) -> str:
        return "stayed"

    interrupted = leave


class Interrupted:
    def __init__(self) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)


class Server:
    def __init__(self, code: int) -> None:
        self.code = code

    def handle_abort(self, _signal: int, _frame: object) -> None:
        self.end()

    def end(self) -> None:
        sys.exit(self.code)


@pytest.fixture
def server():
    before = signal.signal(signal.SIGUSR1, Server(7).handle_abort)
    yield
    signal.signal(signal.SIGUSR1, before)


def registry(monkeypatch, boundless, *classes) -> Registry:
    holder = type(sys)("leaving_rungs")
    for number, one in enumerate(classes):
        setattr(holder, f"rung{number}", one)
    monkeypatch.setitem(sys.modules, "leaving_rungs", holder)
    ladder = [Implementation(f"r{n}", f"leaving_rungs:rung{n}") for n in range(len(classes))]
    return Registry(Plugin("work", *ladder), environ={}, root=boundless)


def test_a_call_that_leaves_falls_to_the_next_rung_and_is_counted(monkeypatch, boundless) -> None:
    plugins = registry(monkeypatch, boundless, Leaving, Staying)
    assert plugins.call("work", "leave").value == "stayed"
    (account,) = plugins.status()
    assert account["failures"] == {"r0": 1, "r1": 0}
    assert account["last_call_failures"] == {"r0": "SystemExit: no licence"}


def test_a_fallback_that_leaves_is_an_error_of_the_call(monkeypatch, boundless) -> None:
    plugins = registry(monkeypatch, boundless, Leaving)
    with pytest.raises(PluginUnavailableError, match="no licence"):
        plugins.call("work", "leave")


def test_a_signal_handler_that_leaves_in_a_call_is_obeyed(monkeypatch, boundless, server) -> None:
    plugins = registry(monkeypatch, boundless, Leaving, Staying)
    with pytest.raises(SystemExit) as left:
        plugins.call("work", "interrupted")
    assert left.value.code == 7
    assert plugins.status()[0]["failures"] == {"r0": 0, "r1": 0}


def test_a_signal_handler_that_leaves_in_a_load_is_obeyed(monkeypatch, boundless, server) -> None:
    plugins = registry(monkeypatch, boundless, Interrupted, Staying)
    with pytest.raises(SystemExit) as left:
        plugins.load("work")
    assert left.value.code == 7
    # The load lock is free, and nothing is held against the rung.
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    assert plugins.load("work").implementation == "r0"
