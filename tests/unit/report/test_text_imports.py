"""What people read about imports: by distribution with -v, and as the answer of `bootfit why`."""

from dataclasses import replace

import pytest

from bootfit.model.attribution import Cost, ModuleCost, ModuleTree, ModuleWhy, OwnerCost, Without
from bootfit.model.deep_dive import DeepDive, HeldBytes, HoldingLine
from bootfit.model.finding import Place
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.model.style import Style
from bootfit.report.text import render
from run_documents import full_run


def cost(mib, seconds=0.25):
    return Cost(seconds, int(mib * MIB), 0)


def module(name, own, total, place=None, **more):
    return ModuleCost(
        name, "numpy", "shop.main", "shop.main", place, cost(own), cost(total), **more
    )


TREE = ModuleTree(
    implementations=(),
    total=cost(31),
    outside=cost(1),
    collector_seconds=0.04,
    modules_loaded=300,
    modules=(
        module("numpy", 2, 20, Place("shop/main.py", 7)),
        module("numpy.core", 18, 18),
        module("ujson", 0, 0, loaded=False),
    ),
    owners=(
        OwnerCost(
            "numpy",
            "distribution",
            80,
            cost(20),
            cost(21),
            direct=True,
            through=("numpy", "pandas"),
            transitive=("tool",),
            shared=("six", "pytz"),
            transitive_own=cost(3),
            shared_own=cost(4),
        ),
        OwnerCost("six", "distribution", 1, cost(3), cost(3), through=("numpy", "pandas")),
        OwnerCost("tool", "distribution", 1, cost(3), cost(3), through=("numpy",)),
        OwnerCost("(python)", "python", 90, cost(1), cost(1)),
        OwnerCost("(project)", "project", 9, cost(0.2), cost(31)),
    ),
)


@pytest.fixture
def measured():
    run = full_run()
    served = replace(TREE, implementations=("search:words",), modules=(), owners=())
    not_served = replace(TREE, implementations=("search:numpy",))
    trees = (TREE, served, not_served)
    return replace(run, measurements=replace(run.measurements, attribution=trees))


def lines(run, **style):
    return " ".join(render(run, Style(width=140, **style)).split())


def test_imports_are_told_only_when_asked_for(measured):
    assert "Imports of the app" not in lines(measured)
    assert "Imports of the app" in lines(measured, verbosity=1)


def test_what_a_distribution_takes_brings_and_shares(measured):
    text = lines(measured, verbosity=1)
    assert "numpy 20.0 21.0 0.25 80 brings tool (3.0); shares six, pytz (4.0)" in text
    assert "also used by pandas" in text
    assert "six 3.0 3.0 0.25 1 shared by numpy, pandas" in text
    assert "tool 3.0 3.0 0.25 1 for numpy" in text
    assert "(project) 0.2 31.0 0.25 9 the project's own code" in text
    assert "31.0 MiB and 0.25 s of CPU time" in text
    assert "collector pauses 0.04 s" in text


def test_modules_say_where_they_come_in(measured):
    text = lines(measured, verbosity=1)
    assert "numpy 2.0 20.0 0.25 shop/main.py:7" in text
    assert "ujson (failed)" in text


def test_of_implementations_only_those_that_serve_are_told(measured):
    text = lines(measured, verbosity=1)
    served = [f"{one.plugin}:{one.implementation}" for one in measured.plan.plugins]
    assert ("Imports of search:numpy on top of the app" in text) == ("search:numpy" in served)
    assert "Imports of search:torch" not in text


def test_a_run_that_failed_says_why(measured):
    trees = (replace(TREE, detail="was killed (SIGKILL)"),)
    run = replace(measured, measurements=replace(measured.measurements, attribution=trees))
    assert "not traced: the run was killed (SIGKILL)" in lines(run, verbosity=1)


WHY = ModuleWhy(
    implementations=("search:numpy",),
    cost=module("numpy", 2, 20, Place("shop/search.py", 3)),
    chain=(module("shop.search", 0, 20), module("numpy", 2, 20, Place("shop/search.py", 3))),
    boot=cost(31, 1.0),
    boot_modules=300,
    brought=(module("numpy.core", 18, 18, Place("numpy/__init__.py", 1)),),
    brought_modules=80,
    users=("shop.search",),
    users_more=3,
    without=Without("works", total=cost(12, 0.5), modules_loaded=180, gone=("numpy", "tool")),
)


def answer(why):
    run = full_run()
    return Run(run.project, run.platform, run.target, "why", "0.1.0", app=run.app, why=why)


def test_why_tells_chain_cost_users_and_what_remains():
    text = lines(answer(WHY))
    assert "numpy is loaded by search:numpy on top of the app" in text
    assert "shop.search numpy imported at shop/search.py:3" in text
    assert (
        "by itself it takes 2.0 MiB and 0.25 s of CPU time; with what it brought 20.0 MiB" in text
    )
    assert "of 31.0 MiB and 1.00 s of CPU time in all (numpy)" in text
    assert "held, or some of it, by shop.search and 3 more" in text
    assert "It brought 80 modules:" in text
    assert "still loads, with 12.0 MiB and 0.50 s of CPU time: 19.0 MiB and 0.50 s" in text
    assert "and 120 modules less; no longer loaded: numpy, tool" in text


def test_why_says_when_it_fails_without_and_names_the_next_rung():
    failing = Without("fails", "raised ModuleNotFoundError: No module named 'numpy'")
    text = lines(answer(replace(WHY, without=failing)))
    assert "without it search:numpy fails: it raised ModuleNotFoundError" in text
    assert "the next rung is search:words" in text


def test_why_says_when_nobody_knows():
    text = lines(answer(replace(WHY, without=Without("unknown", "did not end within 9 s"))))
    assert "without it search:numpy was not measured: it did not end within 9 s" in text


def test_the_verdict_of_why_is_its_answer():
    text = render(answer(WHY), Style(verbosity=-1))
    assert text == (
        "✓ numpy is loaded by search:numpy on top of the app, and takes 20.0 MiB and 0.25 s of CPU "
        "time with\nwhat it brings\n"
    )


def test_no_memory_is_told_where_none_is_known():
    text = lines(answer(replace(WHY, memory_known=False)))
    assert "by itself it takes 0.25 s of CPU time; with what it brought 0.25 s" in text


def test_a_dive_names_holders_its_page_and_what_memray_cannot_see():
    deep = DeepDive(
        "search:numpy",
        "1.20.0",
        34 * MIB,
        1234,
        36 * MIB,
        (HeldBytes("numpy", "distribution", 30 * MIB), HeldBytes("(native)", "python", 4 * MIB)),
        (HoldingLine(Place("numpy/core.py", 9), "array", "numpy", 20 * MIB),),
        "memray.html",
        ("not seen: child processes",),
    )
    run = full_run()
    dive = Run(run.project, run.platform, run.target, "measure", "0.1.0", deep=deep)
    text = lines(dive)
    assert "memray 1.20.0 saw 34.0 MiB at the height of load and one exercise" in text
    assert "the kernel counted 36.0 MiB of anonymous memory on top of the app" in text
    assert "numpy 30.0 (native) 4.0" in text
    assert "numpy/core.py:9 20.0 array" in text
    assert "· not seen: child processes" in text
    assert "flame graph: memray.html" in text
    assert text.endswith("✓ memray saw 34.0 MiB of search:numpy at its peak")
