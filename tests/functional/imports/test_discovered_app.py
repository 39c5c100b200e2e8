import sys
from pathlib import Path

import pytest

from bootfit.imports import as_plugins, boot_imports, find_application
from bootfit.measure import describe, measure_project

PYTHON = Path(sys.executable)
MIB = 1024 * 1024


@pytest.fixture
def gallery(tmp_path):
    """A project without any configuration: a factory, and a library of 16 MiB at boot."""
    (tmp_path / "Procfile").write_text("web: gunicorn 'gallery:create_app()' --workers 2\n")
    (tmp_path / "gallery.py").write_text(
        "import ballast\n\n\ndef create_app():\n"
        "    def app(environ, start_response):\n        return []\n\n    return app\n"
    )
    (tmp_path / "ballast.py").write_text("DATA = bytearray(b'1') * (16 << 20)\n")
    return tmp_path


def test_an_app_without_configuration_is_found_and_measured(gallery):
    found = find_application(gallery)
    assert found.app == "gallery:create_app()"
    plugins = as_plugins(boot_imports(gallery, ["ballast", "flask"]))
    description = describe(gallery, PYTHON, found.app, declared=plugins)
    assert description.interface == "wsgi"
    measured, findings = measure_project(description, gallery, PYTHON, samples=1, unions=[])
    alone = measured.of("alone", "ballast:ballast").figures
    on_top = measured.of("on_top", "ballast:ballast").figures
    app = measured.app.figures
    assert alone.anonymous_after_import_bytes.median > 18 * MIB
    added = on_top.peak_anonymous_bytes.median - app.peak_anonymous_bytes.median
    assert added == pytest.approx(0, abs=0.5 * MIB)
    assert "BF311" in {one.code for one in findings}


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
