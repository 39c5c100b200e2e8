"""The registry of the app: each rung does its exercise, and each block leads to the next rung."""

import importlib
import subprocess
import sys
import textwrap

import pytest

from bootfit.lazy import Registry
from mealplan.plugins import PLUGINS

LADDERS = {
    "meal_distribution": ["scikit_learn", "coefficients", "fixed"],
    "week_optimizer": ["pulp", "greedy", "energy_only"],
    "spreadsheet_export": ["pandas", "streaming", "none"],
    "text_embeddings": ["sentence_transformers", "static", "hashing"],
    "vector_search": ["faiss", "numpy", "none"],
}
RUNGS = [
    pytest.param(
        plugin, rung, marks=[pytest.mark.ml] if rung == "sentence_transformers" else []
    )
    for plugin, rungs in LADDERS.items()
    for rung in rungs
]  # fmt: skip


def forbid_above(plugin: str, rung: str) -> dict[str, str]:
    above = LADDERS[plugin][: LADDERS[plugin].index(rung)]
    return {"BOOTFIT_FORBID": ",".join(f"{plugin}:{name}" for name in above)}


def test_the_ladders_are_those_that_are_agreed() -> None:
    assert {plugin.name: [rung.name for rung in plugin.ladder] for plugin in PLUGINS} == LADDERS


@pytest.mark.parametrize(("plugin", "rung"), RUNGS)
def test_each_rung_loads_and_does_its_exercise(plugin, rung) -> None:
    declared = next(
        one for p in PLUGINS if p.name == plugin for one in p.ladder if one.name == rung
    )
    for module in declared.imports:
        pytest.importorskip(module)
    registry = Registry(*PLUGINS, environ=forbid_above(plugin, rung))
    loaded = registry.load(plugin)
    assert loaded.implementation == rung
    module, _, function = declared.exercise.partition(":")
    getattr(importlib.import_module(module), function)(loaded.value)


@pytest.mark.parametrize(
    ("blocked", "plugin", "serves"),
    [
        ("sklearn", "meal_distribution", "coefficients"),
        ("joblib", "meal_distribution", "coefficients"),
        ("pulp", "week_optimizer", "greedy"),
        ("pandas", "spreadsheet_export", "streaming"),
        ("xlsxwriter", "spreadsheet_export", "none"),
        ("torch", "text_embeddings", "static"),
        ("faiss", "vector_search", "numpy"),
        ("numpy", "vector_search", "none"),
    ],
)
def test_a_blocked_module_leads_to_the_next_rung(blocked, plugin, serves) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(
            f"""
            import sys
            sys.modules[{blocked!r}] = None
            from mealplan.plugins import PLUGINS
            loaded = PLUGINS.load({plugin!r})
            print(loaded.implementation, {{one.reason for one in loaded.declined}})
            """
        )],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.split(maxsplit=1)[0] == serves
    assert "not_installed" in done.stdout


def test_declaring_and_the_contracts_import_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(
            """
            import sys
            before = set(sys.modules)  # what .pth files of the environment import
            import mealplan.plugins
            from mealplan_plugins.meal_distribution import contract
            from mealplan_plugins.spreadsheet_export import contract
            from mealplan_plugins.text_embeddings import contract
            from mealplan_plugins.vector_search import contract
            from mealplan_plugins.week_optimizer import contract
            new = {name.partition(".")[0] for name in set(sys.modules) - before}
            print(*sorted(new - sys.stdlib_module_names))
            """
        )],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    heavy = {"sklearn", "joblib", "numpy", "pandas", "xlsxwriter", "pulp", "faiss", "torch"}
    assert not heavy & set(done.stdout.split())


def test_every_rung_that_needs_an_installation_says_what_it_costs() -> None:
    for plugin in PLUGINS:
        for rung in plugin.ladder:
            assert rung.exercise, rung.name
            if rung.imports:
                assert rung.distributions
                assert rung.extra in {"app", "ml"}
                assert rung.cost_bytes
