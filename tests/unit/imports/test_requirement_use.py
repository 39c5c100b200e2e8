import pytest

from bootfit.imports import (
    reached_imports,
    read_project_source,
    unknown_use,
    unrequired_imports,
    unused_requirements,
)
from bootfit.model.check import RequirementLine
from bootfit.model.environment import Environment, InstalledDistribution
from bootfit.model.finding import Place, Severity

INSTALLED = (
    InstalledDistribution(
        "Flask", ("flask",), needs=("Werkzeug", "python-dotenv"), commands=("flask",)
    ),
    InstalledDistribution("Werkzeug", ("werkzeug",)),
    InstalledDistribution("python-dotenv", ("dotenv",), commands=("dotenv",)),
    InstalledDistribution("requests", ("requests",)),
    InstalledDistribution("pandas", ("pandas",), plugs_into=("pandas_plotting_backends",)),
    InstalledDistribution("numpy", ("numpy",), commands=("f2py",), plugs_into=("array_api",)),
    InstalledDistribution("pillow", ("PIL",)),
    InstalledDistribution("Django", ("django",)),
    InstalledDistribution("Flask-Extra", ("extra_tools",), plugs_into=("flask.commands",)),
    InstalledDistribution("gunicorn", ("gunicorn",)),
    InstalledDistribution("psycopg2-binary", ("psycopg2",)),
    InstalledDistribution("types-requests", ("requests_stubs",)),
    InstalledDistribution("newrelic", ("newrelic_agent",), commands=("newrelic-admin",)),
    InstalledDistribution("google-cloud-storage", ("google.cloud.storage",)),
    InstalledDistribution("google-cloud-vision", ("google.cloud.vision",)),
    InstalledDistribution("opencv-python", ("cv2",)),
    InstalledDistribution("meta", ()),
)
FOUND = {"cv2": "cv2", "numpy": "numpy", "local": "local", "PIL.Image": "PIL.Image"}
ENVIRONMENT = Environment(INSTALLED, found=FOUND)


@pytest.fixture
def project(tmp_path):
    def write(files):
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        return read_project_source(tmp_path, "3.12.1")

    return write


def unused(source, *names, resolved=()):
    lines = [
        RequirementLine(name, name, Place("requirements.txt", number))
        for number, name in enumerate(names, start=1)
    ]
    found = unused_requirements(source, lines, [*names, *resolved], ENVIRONMENT)
    return {one.subject: one for one in found}


def unrequired(source, *resolved):
    reached = reached_imports(source, "app:app")
    found = unrequired_imports(source, reached, resolved, ENVIRONMENT)
    return {one.subject: one for one in found}


def test_a_requirement_that_nothing_imports_is_a_note_at_its_line(project):
    source = project({"app.py": "import flask\n"})
    found = unused(source, "flask", "requests", "numpy")
    assert set(found) == {"requests", "numpy"}
    one = found["requests"]
    assert (one.code, one.severity, str(one.place)) == (
        "BF201", Severity.NOTE, "requirements.txt:2",
    )  # fmt: skip
    assert "it brings requests" in one.evidence
    assert any("f2py" in line for line in found["numpy"].evidence)


@pytest.mark.parametrize(
    "use",
    [
        {"lib/x.py": "from PIL import Image"},
        {"app.py": "def f():\n    import PIL.Image"},
        {"app.py": "if TYPE_CHECKING:\n    import PIL"},
        {"app.py": "import_module('PIL.Image')"},
        {"app.py": "APPS = ['PIL']"},
        {"app.py": "PACKAGES = ['Pillow']"},
        {"tests/test_x.py": "import PIL"},
        {"app.py": "def broken(:\n  import PIL"},
        {"deploy.sh": "python -m PIL x.png"},
    ],
)
def test_whatever_imports_or_names_it_uses_it(project, use):
    assert unused(project({"main.py": "import flask", **use}), "pillow") == {}


@pytest.mark.parametrize(
    ("required", "resolved"),
    [
        (["gunicorn", "psycopg2-binary", "types-requests", "meta", "ghost"], []),
        (["flask", "werkzeug", "python-dotenv", "flask-extra"], []),
        (["werkzeug"], ["flask"]),
        (["django", "pillow"], []),
    ],
)
def test_what_works_without_an_import_is_left_alone(project, required, resolved):
    source = project({"app.py": "import flask, django\n"})
    assert unused(source, *required, resolved=resolved) == {}


def test_entry_points_of_its_own_are_no_use(project):
    found = unused(project({"app.py": ""}), "pandas", "flask-extra")
    assert set(found) == {"pandas", "flask-extra"}


def test_setup_py_and_requirements_only_list_what_they_name(project):
    source = project(
        {"app.py": "", "setup.py": "setup(install_requires=['requests'])", "r.txt": "requests"}
    )
    assert set(unused(source, "requests")) == {"requests"}


def test_a_command_in_a_procfile_is_a_use(project):
    source = project({"app.py": "", "Procfile": "web: newrelic-admin run-program gunicorn app:app"})
    assert unused(source, "newrelic") == {}
    assert set(unused(project({"Procfile": "web: gunicorn app:app"}), "newrelic")) == {"newrelic"}


def test_parts_of_a_namespace_are_told_apart(project):
    source = project({"app.py": "from google.cloud import storage\n"})
    found = unused(source, "google-cloud-storage", "google-cloud-vision")
    assert set(found) == {"google-cloud-vision"}


def test_a_file_that_is_too_large_to_be_read_silences_the_rule(project):
    files = {"app.py": "", "table.py": "X = 1\n" + "#" * 600_000}
    assert unused(project(files), "requests") == {}


def test_an_import_that_nothing_brings_is_a_warning_unless_its_absence_is_caught(project):
    source = project(
        {
            "app.py": "import numpy\nimport views\ndef f():\n    import requests.auth\n",
            "views.py": "try:\n    import PIL.Image\nexcept ImportError:\n    PIL = None\n"
            "def g():\n    import numpy\n",
        }
    )
    found = unrequired(source, "flask")
    assert {name: (one.code, one.severity, str(one.place)) for name, one in found.items()} == {
        "numpy": ("BF202", Severity.WARNING, "app.py:1"),
        "requests": ("BF202", Severity.WARNING, "app.py:4"),
        "PIL": ("BF202", Severity.NOTE, "views.py:2"),
    }
    assert "also imported at views.py:6" in found["numpy"].evidence
    assert "add pillow to the requirements" in found["PIL"].remedy
    assert "ImportError is caught" in found["PIL"].message
    assert "inside function f" in found["requests"].message


def test_an_import_that_is_installed_nowhere_is_told_as_well(project):
    found = unrequired(project({"app.py": "import ghost\n"}), "flask")
    assert "not installed" in found["ghost"].evidence[0]


@pytest.mark.parametrize(
    "text",
    [
        "import werkzeug",  # another requirement brings it
        "import os, cgi, json.decoder, pip",
        "import lib.x, helpers",
        "from . import x",
        "import local",  # on the path, and nobody's
        "try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib",
        "if sys.version_info < (3, 11):\n    import tomli",
        "if TYPE_CHECKING:\n    import requests",
    ],
)
def test_what_is_brought_or_never_runs_is_no_finding(project, text):
    source = project({"app.py": text, "lib/x.py": "", "deep/helpers.py": ""})
    assert unrequired(source, "flask", "werkzeug") == {}


@pytest.mark.parametrize(("python", "told"), [("3.11.9", set()), ("3.12.1", {"pkg_resources"})])
def test_setuptools_came_with_environments_until_3_12(tmp_path, python, told):
    (tmp_path / "app.py").write_text("import pkg_resources")
    assert set(unrequired(read_project_source(tmp_path, python), "flask")) == told


def test_what_the_app_does_not_come_to_is_no_finding(project):
    source = project({"app.py": "", "train.py": "import numpy", "tests/x.py": "import numpy"})
    assert unrequired(source, "flask") == {}


def test_while_a_requirement_is_unknown_only_what_surely_is_another_ones_is_told(project):
    source = project({"app.py": "import cv2, numpy, ghost\n"})
    assert set(unrequired(source, "flask")) == {"cv2", "numpy", "ghost"}
    assert set(unrequired(source, "flask", "opencv-python-headless")) == {"numpy"}


def unknown(source, *names, resolved=()):
    lines = [RequirementLine(name, name, Place("requirements.txt", 1)) for name in names]
    reached = reached_imports(source, "app:app")
    return unknown_use(source, lines, reached, [*names, *resolved], ENVIRONMENT)


def test_what_is_not_installed_is_named_and_what_works_without_an_import_is_not(project):
    source = project({"app.py": "import flask\n"})
    (note,) = unknown(source, "flask", "ghost", "uvicorn", "types-ghost")
    assert (note.code, note.severity) == ("BF204", Severity.NOTE)
    assert note.message.startswith("1 of 2 requirements are not installed")
    assert note.evidence == ("not installed: ghost",)
    assert unknown(source, "flask", "uvicorn") == ()


def test_an_import_that_something_unknown_may_bring_is_named(project):
    source = project({"app.py": "import cv2\nimport numpy\n"})
    (note,) = unknown(source, "flask", resolved=["opencv-python-headless"])
    assert note.message.startswith("whether a requirement brings cv2 is not known")
    assert note.evidence == ("imported, and brought by nothing that is installed: cv2 (app.py:1)",)
    assert note.place is None
    assert unknown(source, "flask") == ()
