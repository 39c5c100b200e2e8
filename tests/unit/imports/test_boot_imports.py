from pathlib import Path

from bootfit.imports import (
    BootImport,
    ProjectSource,
    boot_imports,
    heavy_at_boot,
    reached_imports,
    read_project_source,
)
from bootfit.model.attribution import Cost, Saving, Without
from bootfit.model.environment import Environment, InstalledDistribution
from bootfit.model.finding import Place, Severity

MIB = 1024 * 1024
ENVIRONMENT = Environment(
    tuple(InstalledDistribution(name, (name,)) for name in ("flask", "pandas", "numpy", "faiss")),
    loaded=frozenset({"flask", "pandas", "pandas.io", "numpy", "json"}),
    own_files=("app.py", "shop/__init__.py", "shop/web.py", "shop/reports.py"),
    found={
        "flask.Flask": "flask", "pandas.io": "pandas.io", "pandas": "pandas", "numpy": "numpy",
        "faiss": "faiss", "json": "json",
    },
)  # fmt: skip


def project(root):
    (root / "shop").mkdir()
    (root / "app.py").write_text("import json\nfrom shop.web import make\n\napp = make()\n")
    (root / "shop" / "__init__.py").touch()
    (root / "shop" / "web.py").write_text(
        "from flask import Flask\nfrom . import reports\n\n\ndef make():\n    import faiss\n"
    )
    (root / "shop" / "reports.py").write_text("import pandas, numpy\nfrom pandas import io\n")
    return read_project_source(root, "3.12.1")


def test_only_what_boot_loads_and_a_distribution_brings_is_weighed(tmp_path):
    source = project(tmp_path)
    reached = reached_imports(source, "app:app", ENVIRONMENT.own_files)
    found = {one.name: one for one in boot_imports(reached, ENVIRONMENT, "flask")}
    assert set(found) == {"pandas", "numpy"}
    assert found["pandas"].modules == ("pandas", "pandas.io")
    assert [str(place) for place in found["pandas"].places] == [
        "shop/reports.py:1",
        "shop/reports.py:2",
    ]
    assert "flask" in {one.name for one in boot_imports(reached, ENVIRONMENT)}


def test_a_heavy_one_names_what_it_takes_and_the_chain_that_leads_to_it(tmp_path):
    source = project(tmp_path)
    reached = reached_imports(source, "app:app", ENVIRONMENT.own_files)
    imports = boot_imports(reached, ENVIRONMENT, "flask")
    costs = {"pandas": 40 * MIB, "numpy": 12 * MIB}
    (found,) = heavy_at_boot(imports, costs, 512 * MIB, source, "app:app")
    assert (found.code, found.severity, found.subject) == ("BF203", Severity.NOTE, "pandas")
    assert "40.0 MiB" in found.message
    assert "8%" in found.message
    assert found.evidence == (
        "app.py:2 imports shop.web",
        "shop/web.py:2 imports shop.reports",
        "shop/reports.py:1 imports pandas, pandas.io",
        "also imported at shop/reports.py:2",
    )
    two = heavy_at_boot(imports, costs, 200 * MIB, source, "app:app")
    assert [one.subject for one in two] == ["pandas", "numpy"]
    assert heavy_at_boot(imports, {}, 1, source, "app:app") == ()


def test_the_factory_runs_at_boot(tmp_path):
    source = project(tmp_path)
    found = boot_imports(
        reached_imports(source, "shop.web:make()", ENVIRONMENT.own_files),
        Environment(
            ENVIRONMENT.distributions, ENVIRONMENT.loaded | {"faiss"}, (), ENVIRONMENT.found
        ),
    )
    assert "faiss" in {one.name for one in found}


def pandas_made_lazy(saving):
    return heavy_at_boot(
        [BootImport("pandas", ("pandas",), (Place("app.py", 3),))],
        {"pandas": 40 * MIB},
        512 * MIB,
        ProjectSource(Path(), (3, 12), {}),
        "app:app",
        savings={"pandas": saving},
    )[0]


def test_what_a_lazy_import_saves_is_told():
    without = Without("works", total=Cost(0.2, 20 * MIB), modules_loaded=300)
    found = pandas_made_lazy(Saving(Cost(0.5, 55 * MIB), 700, without))
    assert found.message.endswith("made lazy, it saves 35.0 MiB and 0.30 s of CPU time at boot")
    assert "20.0 MiB instead of 55.0 MiB, and loads 400 modules fewer" in found.evidence[-1]
    assert "--fix" in found.remedy


def test_what_others_load_as_well_saves_nothing_and_is_left():
    boot = Cost(0.5, 55 * MIB)
    found = pandas_made_lazy(Saving(boot, 700, Without("works", total=boot, modules_loaded=700)))
    assert "saves nothing, since other libraries load pandas at boot as well" in found.message
    assert found.remedy.startswith("leave it")


def test_a_saving_that_cannot_be_measured_says_why():
    used = "raised UsedAtBootError: pandas.read_csv is used while the app boots, in app.py:9"
    found = pandas_made_lazy(Saving(Cost(), 9, Without("fails", used, Place("app.py", 9))))
    assert found.message.endswith("what making it lazy saves could not be measured")
    assert found.evidence[-1] == (
        "boot itself uses it: pandas.read_csv is used while the app boots, in app.py:9"
    )
    assert found.remedy.startswith("move what uses it at boot")
    hung = Without("unknown", "did not end within 120 s")
    found = pandas_made_lazy(Saving(Cost(), 9, hung))
    assert found.evidence[-1].endswith("imported lazily, the app did not end within 120 s")


def test_what_saves_only_together_with_others_names_them():
    without = Without("works", total=Cost(0.2, 20 * MIB), modules_loaded=300)
    found = pandas_made_lazy(Saving(Cost(0.5, 55 * MIB), 700, without, ("seaborn",)))
    assert found.message.endswith(
        "made lazy together with seaborn, it saves 35.0 MiB and 0.30 s of CPU time more at boot"
    )
    assert found.evidence[-1].startswith("booted with seaborn, pandas imported lazily")
