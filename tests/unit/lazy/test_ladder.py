"""Each way in which a rung can be blocked, and what serves then."""

import importlib.abc
import json
import logging
import sys
from collections.abc import Callable

import pytest

from bootfit.lazy import (
    CallerError,
    Declined,
    Implementation,
    Plugin,
    PluginUnavailableError,
    Registry,
)
from bootfit.lazy.backoff import Backoff

SERVES = """
class Object:
    def add(self, a, b=0):
        return a + b
"""


@pytest.fixture
def two(module: Callable[[str], str], clock, boundless: str) -> Callable[..., Registry]:
    """A registry of one plugin whose upper rung has the given source."""

    def build(upper: str, *, environ: dict | None = None, **rung: object) -> Registry:
        return Registry(
            Plugin(
                "sums",
                Implementation("upper", f"{module(upper)}:Object", **rung),  # type: ignore[arg-type]
                Implementation("lower", f"{module(SERVES)}:Object"),
            ),
            clock=clock,
            environ=environ or {},
            root=boundless,
            backoff=Backoff(first_seconds=10, cap_seconds=35),
        )

    return build


def test_the_first_rung_serves_where_nothing_is_in_its_way(two) -> None:
    registry = two(SERVES)
    outcome = registry.call("sums", "add", 1, b=2)
    assert (outcome.value, outcome.implementation, outcome.declined) == (3, "upper", ())
    loaded = registry.load("sums")
    assert loaded is registry.load("sums")
    assert (loaded.plugin, loaded.implementation) == ("sums", "upper")


def test_a_rung_that_is_not_installed_is_found_out_without_an_import(two) -> None:
    registry = two("raise SystemExit('imported')", imports=("no_such_module_anywhere",))
    loaded = registry.load("sums")
    assert loaded.implementation == "lower"
    assert loaded.declined == (
        Declined("upper", "not_installed", "no module 'no_such_module_anywhere'"),
    )


def test_a_module_that_is_blocked_counts_as_not_installed(two, monkeypatch) -> None:
    class Blocker(importlib.abc.MetaPathFinder):
        def find_spec(self, name, path=None, target=None):
            if name == "blocked_module":
                raise ModuleNotFoundError(name)

    monkeypatch.setattr(sys, "meta_path", [Blocker(), *sys.meta_path])
    assert two(SERVES, imports=("blocked_module",)).load("sums").declined[0].reason == (
        "not_installed"
    )
    monkeypatch.setitem(sys.modules, "hidden_module", None)
    assert two(SERVES, imports=("hidden_module",)).load("sums").declined[0].reason == (
        "not_installed"
    )


def test_a_module_without_a_spec_counts_as_installed(two, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "stub_module", type(sys)("stub_module"))
    assert two(SERVES, imports=("stub_module",)).load("sums").implementation == "upper"


@pytest.mark.parametrize(
    ("source", "reason", "detail"),
    [
        ("import no_such_module_anywhere", "import_failed", "ModuleNotFoundError: No module"),
        ("1/0", "import_failed", "ZeroDivisionError: division by zero"),
        ("other = 1", "import_failed", "AttributeError"),
        ("def Object():\n raise OSError('no weights')", "import_failed", "OSError: no weights"),
        ("raise MemoryError", "no_memory", "MemoryError"),
        ("def Object():\n raise MemoryError", "no_memory", "MemoryError"),
        ("raise ValueError('x' * 9999)", "import_failed", "ValueError: xxx"),
    ],
)
def test_a_rung_that_cannot_be_made_is_declined(two, source, reason, detail) -> None:
    loaded = two(source).load("sums")
    assert loaded.implementation == "lower"
    (declined,) = loaded.declined
    assert (declined.implementation, declined.reason) == ("upper", reason)
    assert declined.detail.startswith(detail)
    assert len(declined.detail) < 400


def test_a_rung_that_would_end_the_process_as_it_loads_is_declined(two) -> None:
    loaded = two("raise SystemExit(3)").load("sums")
    assert loaded.implementation == "lower"
    assert [one.reason for one in loaded.declined] == ["import_failed"]


def test_the_user_s_interrupt_is_not_swallowed(two) -> None:
    registry = two("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        registry.load("sums")
    assert registry.status()[0]["implementation"] is None
    with pytest.raises(KeyboardInterrupt):  # and the lock was given back
        registry.load("sums")


def test_a_call_that_fails_falls_to_the_next_rung_and_is_counted(two) -> None:
    registry = two("class Object:\n def add(self, a, b=0):\n  raise RuntimeError('broken pipe')")
    for _ in range(2):
        outcome = registry.call("sums", "add", 1, 2)
        assert (outcome.value, outcome.implementation) == (3, "lower")
        assert outcome.declined == (Declined("upper", "call_failed", "RuntimeError: broken pipe"),)
    (status,) = registry.status()
    assert status["implementation"] == "upper"
    assert status["calls"] == 2
    assert status["failures"] == {"upper": 2, "lower": 0}
    assert status["served"] == {"upper": 0, "lower": 2}


def test_memory_that_runs_out_in_a_call_is_a_failure_of_that_rung_alone(two) -> None:
    registry = two("class Object:\n def add(self, a, b=0):\n  raise MemoryError")
    assert registry.call("sums", "add", 1, 2).declined[0].detail == "MemoryError"


def test_an_answer_is_no_failure(two) -> None:
    registry = two(
        "from bootfit.lazy import CallerError\n"
        "class Negative(CallerError): pass\n"
        "class Object:\n def add(self, a, b=0):\n  raise Negative('less than nothing')"
    )
    with pytest.raises(CallerError, match="less than nothing"):
        registry.call("sums", "add", 1)
    assert registry.status()[0]["failures"] == {"upper": 0, "lower": 0}
    assert registry.status()[0]["served"] == {"upper": 1, "lower": 0}


def test_the_fallback_s_own_error_reaches_the_caller(two) -> None:
    registry = two("1/0")
    with pytest.raises(TypeError):
        registry.call("sums", "add", 1, "two")
    assert registry.status()[0]["failures"]["lower"] == 1


def test_a_fallback_that_cannot_be_loaded_names_every_reason(module, boundless) -> None:
    registry = Registry(
        Plugin(
            "sums",
            Implementation("upper", "m:x", imports=("no_such_module_anywhere",)),
            Implementation("lower", f"{module('1/0')}:Object"),
        ),
        environ={},
        root=boundless,
    )
    with pytest.raises(PluginUnavailableError) as caught:
        registry.load("sums")
    assert "upper not_installed" in str(caught.value)
    assert "lower import_failed: ZeroDivisionError" in str(caught.value)


def test_a_failed_rung_waits_longer_and_longer_until_it_is_tried_again(
    two, clock, tmp_path
) -> None:
    tries = tmp_path / "tries"
    registry = two(f"open({str(tries)!r}, 'a').write('x')\n1/0")
    started = clock.now

    def tried() -> int:
        registry.load("sums")
        return len(tries.read_text())

    assert tried() == 1
    waiting = registry.load("sums").declined[0]
    assert waiting.reason == "backing_off"
    assert waiting.detail == (
        "import_failed, tried again in 10 s at the earliest: ZeroDivisionError: division by zero"
    )
    # 10 s, then 20, then 35 where doubling would say 40, and 35 for ever.
    for due in (10, 30, 65, 100):
        clock.now = started + due - 0.1
        before = tried()
        assert tried() == before
        clock.now = started + due
        assert tried() == before + 1


def test_a_rung_that_recovers_serves_again(two, clock, tmp_path) -> None:
    healed = tmp_path / "healed"
    registry = two(
        f"import os\nif not os.path.exists({str(healed)!r}): raise OSError('no weights')\n{SERVES}"
    )
    assert registry.load("sums").implementation == "lower"
    healed.touch()
    assert registry.load("sums").implementation == "lower"
    clock.now += 10
    assert registry.load("sums").implementation == "upper"
    assert registry.load("sums").declined == ()


def test_a_forbidden_rung_is_not_even_imported(two) -> None:
    registry = two("raise SystemExit('imported')", environ={"BOOTFIT_FORBID": "sums:upper"})
    loaded = registry.load("sums")
    assert loaded.implementation == "lower"
    assert loaded.declined == (Declined("upper", "forbidden", "by BOOTFIT_FORBID"),)


def test_plugins_may_load_one_another_but_not_in_a_circle(module, monkeypatch, boundless) -> None:
    uses = "import lazy_circle\nclass Object:\n def __init__(self): lazy_circle.R.load({!r})\n"
    registry = Registry(
        Plugin("base", Implementation("only", f"{module(SERVES)}:Object")),
        Plugin("user", Implementation("only", f"{module(uses.format('base'))}:Object")),
        Plugin(
            "egg",
            Implementation("circular", f"{module(uses.format('hen'))}:Object"),
            Implementation("plain", f"{module(SERVES)}:Object"),
        ),
        Plugin("hen", Implementation("only", f"{module(uses.format('egg'))}:Object")),
        environ={},
        root=boundless,
    )
    holder = type(sys)("lazy_circle")
    holder.R = registry  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lazy_circle", holder)
    assert registry.load("user").implementation == "only"
    egg = registry.load("egg")
    assert egg.implementation == "plain"
    assert "in a circle: egg → hen → egg" in egg.declined[0].detail


def test_status_loads_nothing(two) -> None:
    registry = two("raise SystemExit('imported')")
    assert registry.status() == [
        {
            "plugin": "sums",
            "implementation": None,
            "declined": [],
            "calls": 0,
            "served": {"upper": 0, "lower": 0},
            "failures": {"upper": 0, "lower": 0},
            "last_call_failures": {},
            "memory_left_bytes": None,
        }
    ]


def test_status_is_ready_for_json(two) -> None:
    registry = two("1/0")
    registry.load("sums")
    (status,) = json.loads(json.dumps(registry.status()))
    assert status["implementation"] == "lower"
    assert status["declined"][0]["reason"] == "backing_off"
    assert status["declined"][0]["implementation"] == "upper"


def test_the_log_says_who_serves_and_why_nobody_better_does(two, caplog) -> None:
    caplog.set_level(logging.INFO, "bootfit.lazy")
    two("raise OSError('no weights')").load("sums")
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert told == [
        ("WARNING", "sums: upper could not be loaded: OSError: no weights"),
        ("INFO", "sums is served by lower (upper import_failed)"),
    ]
    assert caplog.records[0].exc_info is None
    caplog.clear()
    caplog.set_level(logging.DEBUG, "bootfit.lazy")
    two("raise OSError('no weights')").load("sums")
    assert caplog.records[0].exc_info is not None


def test_a_call_below_a_failed_rung_passes_the_reasons_of_the_rungs_between(
    module, boundless
) -> None:
    registry = Registry(
        Plugin(
            "sums",
            Implementation("first", f"{module('Object = list')}:Object"),
            Implementation("second", "m:x", imports=("no_such_module_anywhere",)),
            Implementation("third", f"{module(SERVES)}:Object"),
        ),
        environ={},
        root=boundless,
    )
    outcome = registry.call("sums", "add", 1, 2)
    assert outcome.implementation == "third"
    assert [(one.implementation, one.reason) for one in outcome.declined] == [
        ("first", "call_failed"),
        ("second", "not_installed"),
    ]
