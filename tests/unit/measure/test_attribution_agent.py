"""The agent's tracer, in this very process: what it sees, and what it leaves alone."""

import gc
import importlib
import sys
import threading

import pytest

from bootfit.measure import agent_imports

BOOTSTRAP = sys.modules["_frozen_importlib"]


@pytest.fixture
def tracer(monkeypatch, modules):
    """A tracer at work; afterwards importing is as it was."""
    monkeypatch.setattr(BOOTSTRAP, "_find_and_load", BOOTSTRAP._find_and_load)
    callbacks = list(gc.callbacks)
    one = agent_imports.Tracer()
    one.install()
    one.begin_phase()
    yield one
    one.stop()
    gc.callbacks[:] = callbacks


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Write modules that can be imported once, and are forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(text)
        importlib.invalidate_caches()

    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def names(tracer):
    return [node.name for node in tracer.nodes if node.name]


def test_statements_and_import_module_are_seen_with_who_asked(tracer, modules):
    modules(
        traced_outer="import traced_inner\n",
        traced_inner="import importlib\nimportlib.import_module('traced_leaf')\n",
        traced_leaf="",
    )
    importlib.import_module("traced_outer")
    assert names(tracer) == ["traced_outer", "traced_inner", "traced_leaf"]
    outer, inner, leaf = (node for node in tracer.nodes if node.name)
    assert (outer.importer, outer.path) == (__name__, __file__)
    assert (inner.importer, inner.line) == ("traced_outer", 1)
    assert (leaf.importer, leaf.line) == ("traced_inner", 2)
    assert [tracer.nodes[node.parent].name for node in (inner, leaf)] == [
        "traced_outer",
        "traced_inner",
    ]


def test_what_is_loaded_already_is_not_seen_again(tracer, modules):
    modules(traced_once="")
    for _ in range(3):
        importlib.import_module("traced_once")
    assert names(tracer) == ["traced_once"]


def test_a_failed_import_is_seen_and_raises_as_ever(tracer, modules):
    modules(traced_failing="import no_such_module_anywhere\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        importlib.import_module("traced_failing")
    assert names(tracer) == ["traced_failing", "no_such_module_anywhere"]
    assert agent_imports.kind_of("no_such_module_anywhere", "/nowhere/") == "missing"


def test_memory_goes_to_the_module_and_the_rest_to_the_phase(tracer, modules):
    # Above 32 MiB, the most that malloc serves from memory that it has already.
    modules(traced_large="KEPT = bytearray(b'1') * (48 * 1024 * 1024)\n")
    importlib.import_module("traced_large")
    own = bytearray(b"1") * (40 * 1024 * 1024)
    tracer.end_phase()
    page = 4096
    root, large = tracer.nodes
    assert large.anonymous * page == pytest.approx(48 * 1024 * 1024, rel=0.05)
    assert root.anonymous * page == pytest.approx(len(own), rel=0.1)


def test_imports_of_two_threads_keep_apart(tracer, modules):
    modules(
        traced_slow="import time\ntime.sleep(0.2)\nimport traced_below_slow\n",
        traced_below_slow="",
        traced_beside="",
    )
    thread = threading.Thread(target=importlib.import_module, args=["traced_slow"])
    thread.start()
    importlib.import_module("traced_beside")
    thread.join()
    parents = {node.name: tracer.nodes[node.parent].name for node in tracer.nodes if node.name}
    assert parents == {"traced_slow": "", "traced_below_slow": "traced_slow", "traced_beside": ""}


def test_collector_pauses_are_charged_to_nobody(tracer, modules):
    modules(traced_collecting="import gc\nfor _ in range(5):\n    gc.collect()\n")
    importlib.import_module("traced_collecting")
    (node,) = (node for node in tracer.nodes if node.name)
    assert tracer.paused > 0
    assert node.cpu < tracer.paused


def test_memory_is_read_again_where_its_file_was_closed(tracer):
    import os

    before = tracer.memory.read()
    os.close(tracer.memory._file)
    assert tracer.memory.read() == pytest.approx(before, rel=0.1)
    assert tracer.memory.known


def test_what_is_blocked_is_as_if_it_was_not_installed(modules, monkeypatch):
    modules(traced_blocked="", traced_other="")
    from importlib import util

    for holder in (BOOTSTRAP, util):
        monkeypatch.setattr(holder, "_find_spec", holder._find_spec)
    agent_imports.block(["traced_blocked"])
    with pytest.raises(ModuleNotFoundError) as error:
        importlib.import_module("traced_blocked")
    assert error.value.name == "traced_blocked"
    assert util.find_spec("traced_blocked") is None
    assert importlib.import_module("traced_other")


def test_references_touch_no_proxy(modules):
    modules(
        traced_proxies="""
class Proxy:
    def __getattribute__(self, name):
        raise RuntimeError(name)

import json
proxy = Proxy()
from decimal import Decimal
from json import dumps
"""
    )
    importlib.import_module("traced_proxies")
    found = {other for one, other in agent_imports.references() if one == "traced_proxies"}
    assert {"json", "decimal"} <= found
    assert "traced_proxies" in agent_imports.module_users("json")
