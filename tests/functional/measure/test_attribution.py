"""Blocks of known size are found in the module, and the distribution, that holds them."""

import sys
import venv
from pathlib import Path

import pytest

from bootfit.measure import deep_dive, describe, explain_module, measure_project
from bootfit.model.attribution import PROJECT, PYTHON
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.finding import Place
from bootfit.model.measurement import MeasurementSet
from bootfit.model.sizes import MIB

BLOCK = "KEPT = bytearray(b'\\1') * ({} * 1024 * 1024)\n"

#: Distribution → its modules.
INSTALLED = {
    "ballast": {
        "ballast/__init__.py": "from ballast import core\n",
        "ballast/core.py": BLOCK.format(20),
    },
    "company-storage": {"company/storage/__init__.py": BLOCK.format(12)},
    "company-queue": {"company/queue/__init__.py": BLOCK.format(6)},
    "loaded-by-name": {"by_name.py": BLOCK.format(16)},
    "base": {"base/__init__.py": BLOCK.format(10)},
    "left": {"left/__init__.py": "import base\nimport only_left\n"},
    "only-left": {"only_left.py": BLOCK.format(4)},
    "right": {"right/__init__.py": "import base\n"},
    "heavy": {"heavy/__init__.py": "", "heavy/engine.py": BLOCK.format(20)},
    "late": {"late.py": BLOCK.format(5)},
}
PROJECT_FILES = {
    "shop/__init__.py": "",
    "shop/main.py": """\
import importlib

import ballast
import company.storage
import left
import numpy
import right
from company import queue
from shop import own

try:
    import not_there
except ImportError:
    not_there = None

by_name = importlib.import_module("by_name")


def app(environ, start_response):
    return []
""",
    "shop/own.py": BLOCK.format(8),
    "shop/plugins.py": """\
import importlib


class Plugins:
    def describe(self):
        rung = {"target": "shop.plugins:engine", "exercise": "shop.plugins:work"}
        plain = {"target": "builtins:object"}
        ladder = [{"name": "heavy", **rung}, {"name": "plain", **plain}]
        return [{"name": "engine", "ladder": ladder}]


def engine():
    return importlib.import_module("heavy.engine")


def work(value):
    import late

    assert late.KEPT


PLUGINS = Plugins()
""",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return the project's root and the variables that make its distributions importable."""
    folder = tmp_path_factory.mktemp("attributed")
    packages = folder / "environment" / "site-packages"
    for name, files in INSTALLED.items():
        write(packages, files)
        write(
            packages / f"{name.replace('-', '_')}-1.0.dist-info",
            {
                "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\n",
                "RECORD": "".join(f"{path},,\n" for path in files),
            },
        )
    write(folder / "project", PROJECT_FILES)
    return folder / "project", {"PYTHONPATH": str(packages)}


@pytest.fixture(scope="module")
def described(project):
    root, environment = project
    return describe(
        root, Path(sys.executable), "shop.main:app", "shop.plugins:PLUGINS", environment=environment
    )


@pytest.fixture(scope="module")
def measured(project, described) -> MeasurementSet:
    root, environment = project
    measurements, _ = measure_project(
        described, root, Path(sys.executable), samples=1, environment=environment
    )
    return measurements


@pytest.fixture
def of_app(measured):
    return measured.attributed()


def mib(cost):
    return cost.anonymous_bytes / MIB


def within_a_tenth(size_mib):
    return pytest.approx(size_mib, rel=0.1)


@pytest.mark.parametrize(
    ("module", "owner", "size_mib"),
    [
        pytest.param("ballast.core", "ballast", 20, id="statement"),
        pytest.param("by_name", "loaded-by-name", 16, id="import_module"),
        pytest.param("company.storage", "company-storage", 12, id="namespace"),
        pytest.param("company.queue", "company-queue", 6, id="another-part-of-the-namespace"),
        pytest.param("base", "base", 10, id="shared"),
        pytest.param("shop.own", PROJECT, 8, id="the-project's-own"),
    ],
)
def test_a_block_is_charged_to_the_module_and_the_owner_that_hold_it(
    of_app, module, owner, size_mib
):
    (found,) = [one for one in of_app.modules if one.module == module]
    assert mib(found.own) == within_a_tenth(size_mib)
    assert found.owner == owner
    (whole,) = [one for one in of_app.owners if one.name == owner]
    assert mib(whole.own) == within_a_tenth(size_mib)


def test_a_c_extension_counts_to_its_distribution(of_app):
    name = "numpy._core._multiarray_umath"
    (extension,) = [one for one in of_app.modules if one.module == name]
    assert extension.owner == "numpy"
    assert mib(extension.own) > 0.5
    assert extension.own.file_backed_bytes > MIB
    (numpy,) = [one for one in of_app.owners if one.name == "numpy"]
    assert mib(numpy.own) > mib(extension.own)
    assert numpy.direct


def test_the_line_that_brought_a_module_in_is_told(of_app):
    places = {one.module: (one.parent, one.place) for one in of_app.modules}
    assert places["ballast"] == ("shop.main", Place("shop/main.py", 3))
    assert places["ballast.core"] == ("ballast", Place("ballast/__init__.py", 1))
    assert places["by_name"] == ("shop.main", Place("shop/main.py", 16))
    assert places["company.storage"] == ("shop.main", Place("shop/main.py", 4))
    assert places["shop.main"] == ("", None)


def test_totals_hold_what_was_imported_on_the_way(of_app):
    by_name = {one.module: one for one in of_app.modules}
    assert mib(by_name["ballast"].own) < 0.5
    assert mib(by_name["ballast"].total) == within_a_tenth(20)
    assert mib(by_name["left"].total) == within_a_tenth(14)
    assert "right" not in by_name  # too small to be listed: the base was there already
    assert mib(by_name["shop.main"].total) == pytest.approx(mib(of_app.total), rel=0.01)


def test_what_a_requirement_brings_alone_and_what_it_shares(of_app):
    owners = {one.name: one for one in of_app.owners}
    left, right, base = owners["left"], owners["right"], owners["base"]
    assert (left.transitive, left.shared) == (("only-left",), ("base",))
    assert (right.transitive, right.shared) == ((), ("base",))
    assert base.through == ("left", "right")
    assert not base.direct
    assert mib(left.transitive_own) == within_a_tenth(4)
    assert mib(right.shared_own) == within_a_tenth(10)
    assert owners["ballast"].direct
    assert owners[PYTHON].kind == "python"


def test_the_parts_add_up_to_what_the_samples_say(measured, of_app):
    parts = sum(mib(one.own) for one in of_app.modules) + mib(of_app.rest) + mib(of_app.outside)
    assert parts == pytest.approx(mib(of_app.total), abs=0.001)
    assert sum(mib(one.own) for one in of_app.owners) + mib(of_app.outside) == pytest.approx(
        mib(of_app.total), abs=0.001
    )
    sampled = measured.app.figures.anonymous_after_import_bytes.median / MIB
    assert of_app.before_bytes / MIB + mib(of_app.total) == pytest.approx(sampled, rel=0.02)
    cpu = measured.app.figures.import_cpu_seconds.median
    assert of_app.total.cpu_seconds == pytest.approx(cpu, rel=0.5)


def test_an_implementation_tells_only_what_it_adds_its_exercise_included(measured):
    tree = measured.attributed("engine:heavy")
    names = {one.module: one for one in tree.modules}
    assert set(names) == {"heavy", "heavy.engine", "late"} | {"shop.plugins"}
    assert mib(names["heavy.engine"].own) == within_a_tenth(20)
    assert names["heavy.engine"].owner == "heavy"
    assert names["heavy.engine"].place == Place("shop/plugins.py", 13)
    assert mib(names["late"].own) == within_a_tenth(5)
    on_top = measured.of("on_top", "engine:heavy").figures.anonymous_after_exercise_bytes.median
    assert tree.before_bytes / MIB + mib(tree.total) == pytest.approx(on_top / MIB, rel=0.02)


def test_the_app_and_what_takes_something_have_a_tree(measured):
    subjects = [tree.implementations for tree in measured.attribution]
    assert subjects == [(), ("engine:heavy",)]
    assert measured.of("on_top", "engine:plain").status == "measured"


def why(project, described, module, **more):
    root, environment = project
    return explain_module(
        described.app,
        lambda: described,
        root,
        Path(sys.executable),
        module,
        environment=environment,
        **more,
    )


def test_why_tells_the_chain_the_cost_and_that_the_app_fails_without(project, described):
    answer = why(project, described, "ballast.core")
    assert answer.implementations == ()
    assert [(one.module, str(one.place or "")) for one in answer.chain] == [
        ("shop.main", ""),
        ("ballast", "shop/main.py:3"),
        ("ballast.core", "ballast/__init__.py:1"),
    ]
    assert mib(answer.cost.own) == within_a_tenth(20)
    assert answer.users == ("ballast",)
    assert answer.without.status == "fails"
    assert "ballast" in answer.without.detail


def test_why_tells_what_a_boot_without_it_saves(project, described):
    root, _ = project
    main = root / "shop" / "main.py"
    text = main.read_text()
    main.write_text(
        text.replace("import left\n", "try:\n    import left\nexcept ImportError: ...\n")
    )
    try:
        answer = why(project, described, "left")
    finally:
        main.write_text(text)
    assert answer.without.status == "works"
    # What `right` imports too stays.
    assert mib(answer.boot) - mib(answer.without.total) == within_a_tenth(4)
    assert answer.without.gone == ("left", "only-left")
    assert [one.module for one in answer.brought] == ["base", "only_left"]


def test_why_asks_for_plugins_only_where_the_app_does_not_load_it(project):
    root, environment = project

    def describe_nothing():
        raise AssertionError

    answer = explain_module(
        "shop.main:app",
        describe_nothing,
        root,
        Path(sys.executable),
        "right",
        environment=environment,
    )
    assert answer.without.status == "fails"


def test_why_finds_the_implementation_that_loads_it(project, described):
    answer = why(project, described, "heavy.engine")
    assert answer.implementations == ("engine:heavy",)
    assert [one.module for one in answer.chain] == ["heavy.engine"]
    assert answer.without.status == "fails"


@pytest.mark.parametrize(
    ("module", "hint"),
    [
        ("balast", "did you mean ballast"),
        ("company-storage", "did you mean company.storage"),
        ("quite_another_thing", "measure -v"),
        ("sys", "costs the project nothing"),
        ("not_there", "install what brings it"),
    ],
)
def test_why_of_what_is_not_loaded(project, described, module, hint):
    with pytest.raises(UsageError) as error:
        why(project, described, module)
    assert hint in error.value.hint
    assert module in error.value.message


def test_why_of_an_unknown_implementation(project, described):
    with pytest.raises(UsageError) as error:
        why(project, described, "heavy", implementation="engine:hevy")
    assert error.value.hint == "did you mean engine:heavy?"


def test_why_of_an_app_that_does_not_import(project, described, tmp_path):
    write(tmp_path, {"shop/__init__.py": "", "shop/main.py": "import not_there\n"})
    with pytest.raises(UndeterminedError, match="not_there"):
        explain_module("shop.main:app", lambda: described, tmp_path, Path(sys.executable), "json")


def dive(project, described, implementation, page):
    root, environment = project
    return deep_dive(
        described, root, Path(sys.executable), implementation, page, environment=environment
    )


def test_memray_finds_who_holds_memory_and_draws_its_page(project, described, tmp_path):
    page = tmp_path / "page.html"
    found = dive(project, described, "engine:heavy", page)
    held = {one.name: one.held_bytes / MIB for one in found.owners}
    assert held["heavy"] == within_a_tenth(20)
    assert held["late"] == within_a_tenth(5)
    (line, other) = found.lines[:2]
    assert (line.owner, line.place) == ("heavy", Place("heavy/engine.py", 1))
    assert (other.owner, other.place) == ("late", Place("late.py", 1))
    # What the app holds was there before.
    assert found.seen_bytes / MIB == within_a_tenth(25)
    assert found.kernel_bytes / MIB == within_a_tenth(25)
    assert found.blind
    assert "<html" in page.read_text(encoding="utf-8").lower()


def test_without_memray_one_error_says_what_to_install(project, described, tmp_path):
    root, environment = project
    bare = tmp_path / "bare"
    venv.create(bare, symlinks=True)
    with pytest.raises(UsageError, match=r"memray is not installed for .*bare") as error:
        deep_dive(
            described,
            root,
            bare / "bin" / "python",
            "engine:heavy",
            tmp_path / "page.html",
            environment=environment,
        )
    assert "bootfit[memray]" in error.value.hint


@pytest.mark.parametrize(
    ("implementation", "page", "message"),
    [
        ("engine:hevy", "page.html", "no such implementation"),
        ("engine:heavy", "no/such/folder/page.html", "no such folder"),
    ],
)
def test_a_dive_that_makes_no_sense(project, described, tmp_path, implementation, page, message):
    with pytest.raises(UsageError, match=message):
        dive(project, described, implementation, tmp_path / page)


def test_every_interpreter_tells_imports_alike(project, other_python, tmp_path):
    _, environment = project
    write(
        tmp_path,
        {
            "main.py": """\
import importlib

import ballast

storage = importlib.import_module("company.storage")
try:
    import left
except ImportError:
    left = None


def app(environ, start_response):
    return []


def engine():
    import heavy.engine

    return heavy.engine
""",
            "plugins.py": """\
class Plugins:
    def describe(self):
        ladder = [{"name": "heavy", "target": "main:engine", "exercise": "builtins:id"}]
        return [{"name": "engine", "ladder": ladder}]


PLUGINS = Plugins()
""",
        },
    )
    described = describe(
        tmp_path, other_python, "main:app", "plugins:PLUGINS", environment=environment
    )
    measurements, _ = measure_project(
        described, tmp_path, other_python, samples=1, environment=environment
    )
    of_app, of_heavy = measurements.attribution
    sizes = {one.module: (one.owner, mib(one.own)) for one in of_app.modules}
    assert sizes["ballast.core"] == ("ballast", within_a_tenth(20))
    assert sizes["company.storage"] == ("company-storage", within_a_tenth(12))
    assert sizes["base"] == ("base", within_a_tenth(10))
    places = {one.module: one.place for one in of_app.modules}
    assert places["company.storage"] == Place("main.py", 5)
    sampled = measurements.app.figures.anonymous_after_import_bytes.median / MIB
    assert of_app.before_bytes / MIB + mib(of_app.total) == pytest.approx(sampled, rel=0.02)
    (heavy,) = [one for one in of_heavy.modules if one.module == "heavy.engine"]
    assert mib(heavy.own) == within_a_tenth(20)
    assert measurements.app.figures.uncompiled_modules.median == 0
    answer = explain_module(
        "main:app", lambda: described, tmp_path, other_python, "left", environment=environment
    )
    assert (answer.without.status, answer.without.gone) == ("works", ("base", "left", "only-left"))
