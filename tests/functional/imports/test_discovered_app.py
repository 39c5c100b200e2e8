import sys
from pathlib import Path

import pytest

from bootfit.imports import (
    as_plugins,
    find_application,
    foreign_modules,
    lazy_imports,
    reached_imports,
    read_project_source,
)
from bootfit.measure import describe, import_costs, look_at_environment, measure_project
from bootfit.model.errors import UndeterminedError

PYTHON = Path(sys.executable)
MIB = 1024 * 1024

GALLERY = """
import early


def create_app():
    def app(environ, start_response):
        from ballast import cargo
        return [cargo.DATA[:1]]

    return app
"""


@pytest.fixture
def gallery(tmp_path):
    """A project without any configuration: a factory, and 16 MiB inside of a view."""
    root, site = tmp_path / "project", tmp_path / "site"
    root.mkdir()
    (root / "Procfile").write_text("web: gunicorn 'gallery:create_app()' --workers 2\n")
    (root / "gallery.py").write_text(GALLERY)
    install(site, "Early-Bird", "early.py", "X = 1\n")
    install(
        site, "ballast", "ballast/cargo.py", "DATA = bytearray(b'1') * (16 << 20)\n",
        "ballast/__init__.py", "Requires-Dist: early-bird>=1; extra == 'x'\n",
    )  # fmt: skip
    return root, {"PYTHONPATH": str(site)}


def install(site, name, path, text, also="", metadata=""):
    info = site / f"{name.replace('-', '_').lower()}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}")
    (info / "entry_points.txt").write_text(
        "[console_scripts]\nload = x:y\n[shop.addons]\nz = x:y\n"
    )
    (info / "RECORD").write_text(f"../../bin/load.py,,\n{path},sha256=x,1\n{also},,\n")
    for one in filter(None, (also, path)):
        (site / one).parent.mkdir(exist_ok=True)
        (site / one).write_text(text if one == path else "")


def look(gallery, app):
    root, variables = gallery
    source = read_project_source(root, "3.12.1")
    environment = look_at_environment(
        root, PYTHON, app, foreign_modules(source, source.files), environment=variables
    )
    return source, environment


def test_what_an_app_imports_inside_of_a_view_is_found_and_measured(gallery):
    root, variables = gallery
    found = find_application(root)
    assert found.app == "gallery:create_app()"
    source, environment = look(gallery, found.app)
    reached = reached_imports(source, found.app, environment.own_files)
    plugins = as_plugins(lazy_imports(reached, environment))
    assert [plugin.name for plugin in plugins] == ["ballast"]
    description = describe(root, PYTHON, found.app, declared=plugins, environment=variables)
    assert description.interface == "wsgi"
    measured, findings = measure_project(
        description, root, PYTHON, samples=1, environment=variables
    )
    on_top = measured.of("on_top", "ballast:ballast").figures
    added = on_top.peak_anonymous_bytes.median - measured.app.figures.peak_anonymous_bytes.median
    assert added == pytest.approx(16 * MIB, abs=0.5 * MIB)
    assert measured.of("union", "ballast:ballast").status == "measured"
    assert "BF311" in {one.code for one in findings}


def test_an_environment_tells_what_is_loaded_and_who_brings_what(gallery):
    _, environment = look(gallery, "gallery:create_app()")
    assert {"gallery", "early"} <= environment.loaded
    assert not {"ballast", "ballast.cargo"} & environment.loaded
    assert environment.own_files == ("gallery.py",)
    assert environment.found == {"early": "early", "ballast.cargo": "ballast.cargo"}
    by_name = {one.name: one for one in environment.distributions}
    assert by_name["ballast"].modules == ("ballast",)
    assert by_name["ballast"].needs == ("early-bird",)
    assert by_name["ballast"].commands == ("load",)
    assert by_name["ballast"].plugs_into == ("shop.addons",)
    assert environment.owners("early") == ("Early-Bird",)
    assert environment.owners("ballast.cargo") == ("ballast",)
    assert environment.owners("json") == ()


def test_without_an_app_nothing_of_the_project_runs(gallery):
    root, _ = gallery
    (root / "gallery.py").write_text("import ballast, ghost.town\n1 / 0\n")
    _, environment = look(gallery, "")
    assert environment.loaded == frozenset()
    assert environment.found == {"ballast": "ballast", "ghost.town": ""}
    with pytest.raises(UndeterminedError, match="ghost"):
        look(gallery, "gallery:app")


def test_what_an_import_costs_is_what_it_adds_to_a_bare_interpreter(gallery):
    root, variables = gallery
    groups = {"ballast": ("ballast", "ballast.cargo"), "early": ("early",), "no": ("ghost",)}
    costs = import_costs(root, PYTHON, groups, environment=variables)
    assert set(costs) == {"ballast", "early"}
    assert costs["ballast"] == pytest.approx(16 * MIB, abs=0.3 * MIB)
    assert costs["early"] < 0.3 * MIB


def test_a_source_folder_is_on_the_path(tmp_path):
    package = tmp_path / "src" / "shop"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "web.py").write_text(
        "def create_app():\n    return lambda environ, start_response: []\n"
    )
    found = find_application(tmp_path)
    assert found.app == "shop.web:create_app()"
    assert describe(tmp_path, PYTHON, found.app).interface == "wsgi"
