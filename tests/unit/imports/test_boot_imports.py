from bootfit.imports import boot_imports, heavy_at_boot, reached_imports, read_project_source
from bootfit.model.environment import Environment, InstalledDistribution
from bootfit.model.finding import Severity

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
