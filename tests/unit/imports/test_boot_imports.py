import os

from bootfit.imports import as_plugins, boot_imports
from bootfit.imports.boot_imports import imports_at_boot, module_name


def test_only_what_runs_at_import_is_imported_at_boot():
    source = """
import pandas as pd, os.path
from sklearn.ensemble import RandomForestClassifier
from . import sibling
from .other import thing
if TYPE_CHECKING:
    import torch
else:
    import numpy
try:
    import orjson
except ImportError:
    import json
class Model:
    import scipy
def later():
    import faiss
"""
    found = {module for module, _ in imports_at_boot(source)}
    assert found == {"pandas", "os", "sklearn", "numpy", "orjson", "scipy"}


def test_source_that_does_not_parse_imports_nothing():
    assert imports_at_boot("import (") == ()


def test_distributions_are_known_by_their_module(tmp_path):
    assert module_name("Scikit_Learn") == "sklearn"
    assert module_name("ruamel.yaml") == "ruamel_yaml"
    (tmp_path / "main.py").write_text("import os\nimport PIL.Image\nfrom pandas import DataFrame\n")
    (tmp_path / "view.py").write_text("import pandas\n")
    found = boot_imports(tmp_path, ["pandas", "pillow", "flask"])
    assert [(one.module, one.distribution, one.path, one.line) for one in found] == [
        ("PIL", "pillow", "main.py", 2),
        ("pandas", "pandas", "main.py", 3),
    ]


def test_each_becomes_a_plugin_that_can_be_measured(tmp_path):
    (tmp_path / "main.py").write_text("import pandas\n")
    (plugin,) = as_plugins(boot_imports(tmp_path, ["pandas"]))
    assert plugin.name == "pandas"
    assert plugin.rung("pandas").imports == ("pandas",)
    assert plugin.rung("pandas").target == ""


def test_what_is_no_regular_file_is_passed_over(tmp_path):
    (tmp_path / "app.py").write_text("import pandas\n")
    (tmp_path / ".#app.py").symlink_to("nobody@nowhere.1")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / ".hidden.py").write_text("import flask\n")
    (tmp_path / "large.py").write_text("import click\n" + "#" * 600_000)
    found = boot_imports(tmp_path, ["pandas", "flask", "click"])
    assert [one.path for one in found] == ["app.py"]
