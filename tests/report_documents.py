"""Run documents for tests of reports: every section filled, and every text a stranger's."""

from dataclasses import replace

import msgspec

from bootfit.model.attribution import Cost, ModuleCost, ModuleTree, ModuleWhy, OwnerCost, Without
from bootfit.model.check import Fix, Matrix, MatrixCell, MatrixRow, PinEdit
from bootfit.model.comparison import Change, Comparison, Figure
from bootfit.model.finding import Place
from bootfit.model.measurement import ServingResult
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from run_documents import full_run

#: Fields whose text is one of a few words of ours, or one that the schema fixes.
_OURS = {
    "bases",
    "cgroup",
    "decided_by",
    "figure",
    "interface",
    "kind",
    "limit_kind",
    "mode",
    "requests_basis",
    "schema",
    "severity",
    "status",
    "union_basis",
    "unit",
    "verdict",
    "worker_class",
}


def rich_run():
    """Return `full_run` with a matrix, traced modules, rounds of load and a comparison."""
    run = full_run()
    wheel, source = MatrixCell("2.4.6", "wheel", True), MatrixCell("2.10.1", "rust-sdist", False)
    matrix = Matrix(
        pythons=("3.12", "3.13"),
        works=("3.12",),
        compiles=(),
        offered=("3.12", "3.13"),
        refusals=("", "pydantic-core needs Rust"),
        rows=(
            MatrixRow("numpy", (wheel, wheel)),
            MatrixRow("pydantic-core", (MatrixCell("2.10.1", "wheel", True), source)),
            MatrixRow("tomli", (None, None)),
        ),
    )
    edit = PinEdit("pydantic-core", "2.10.1", "2.27.1", Place("requirements.txt", 3))
    rounds = ((28, 60 * MIB), (56, 61 * MIB), (84, 61 * MIB))
    return replace(
        run,
        check=replace(run.check, matrix=matrix, fix=Fix((edit,), "diff")),
        measurements=replace(
            run.measurements,
            serving=(ServingResult(("search:numpy",), 2, False, "measured", rounds=rounds),),
            attribution=(module_tree(),),
        ),
        why=ModuleWhy(
            implementations=(),
            cost=module_tree().modules[1],
            chain=module_tree().modules[:2],
            without=Without("works", total=Cost(0.15, 15 * MIB), modules_loaded=250),
            boot=Cost(0.2, 20 * MIB),
            boot_modules=300,
            users=("shop.main",),
        ),
        evidence=replace(run.evidence, rounds=rounds, log_tail="booting\nlistening"),
        comparison=Comparison(
            base="base.json",
            head="head.json",
            changes=(
                Change(
                    "app",
                    "memory",
                    "bytes",
                    Figure(30.0 * MIB, 1e4, 3),
                    Figure(36.0 * MIB, 1e4, 3),
                    "worse",
                    0.5 * MIB,
                    "absolute",
                ),
                Change(
                    "search:numpy",
                    "import-time",
                    "seconds",
                    Figure(0.5, 0.01, 3),
                    Figure(0.51, 0.01, 3),
                    "same",
                ),
                Change("requirements", "dependencies", "count", None, Figure(2.0), "new"),
            ),
            weaknesses=("the base was measured on another kernel",),
            added=("numpy 2.4.6",),
        ),
    )


def module_tree(implementations=(), names=("flask", "flask.app", "werkzeug", "shop")):
    """Return a tree: each name that begins with another's hangs on it, the others on nothing."""
    modules = tuple(
        ModuleCost(
            module=name,
            owner=name.partition(".")[0],
            parent=next((one for one in names if name.startswith(f"{one}.")), ""),
            importer="shop",
            place=Place("shop.py", number + 1),
            own=Cost(0.010 * (number + 1), (number + 1) * MIB),
            total=Cost(0.010 * (number + 1), (number + 1) * MIB),
        )
        for number, name in enumerate(names)
    )
    owners = tuple(
        OwnerCost(name, "distribution", 1, Cost(0.02, 2 * MIB), Cost(0.03, 3 * MIB))
        for name in dict.fromkeys(module.owner for module in modules)
    )
    return ModuleTree(
        implementations=implementations,
        total=Cost(0.2, 20 * MIB),
        outside=Cost(0.05, 2 * MIB),
        modules_loaded=300,
        modules=modules,
        rest=Cost(0.02, MIB),
        rest_modules=12,
        owners=owners,
    )


def hostile_run(text):
    """Return `rich_run` with ``text`` for every text that is not one of bootfit's own words."""
    document = _replaced(msgspec.to_builtins(rich_run()), text)
    for finding in document["findings"]:
        finding["code"] = "BF101"
    document["command"] = "fit"
    return msgspec.convert(document, Run)


def _replaced(value, text):
    if isinstance(value, dict):
        return {
            key: one if key in _OURS and isinstance(one, str) else _replaced(one, text)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_replaced(one, text) for one in value]
    return text if isinstance(value, str) else value
