import warnings

import pytest

from bootfit.imports import read_project_source
from bootfit.imports.application import apps_in_source
from bootfit.imports.statements import read_module


def read(source, package="", python=(3, 12, 1)):
    found = read_module(source, package, python).statements
    return {candidate: one for one in found for candidate in one.candidates}


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import pandas as pd, os.path", {"pandas", "os.path"}),
        ("from sklearn import svm, tree", {"sklearn.svm", "sklearn.tree"}),
        ("from pandas import *", {"pandas"}),
        ("importlib.import_module('numpy.linalg')", {"numpy.linalg"}),
        ("from importlib import import_module as im\nx = __import__('numpy')",
         {"importlib.import_module", "numpy"}),
        ("import_module(name)\nimport_module()", set()),
        ("if TYPE_CHECKING:\n    import torch\nelse:\n    import numpy", {"numpy"}),
        ("if not typing.TYPE_CHECKING:\n    import numpy", {"numpy"}),
        ("if TYPE_CHECKING and flag:\n    import torch", set()),
        ("if flag or TYPE_CHECKING:\n    import torch", {"torch"}),
        ("if __name__ == '__main__':\n    import torch", set()),
        ("if sys.version_info < (3, 11):\n    import tomli\nelse:\n    import b", {"b"}),
        ("if sys.version_info >= (3, 12):\n    import new", {"new"}),
        ("if sys.platform == 'win32':\n    import winreg", set()),
        ("'import torch'\n# import torch", set()),
    ],
)  # fmt: skip
def test_what_runs_on_the_target_is_an_import(source, modules):
    assert set(read(source)) == modules


def test_relative_imports_start_from_their_package():
    source = "from . import a\nfrom .b import c\nfrom ..d import e\nfrom .... import lost"
    assert set(read(source, "shop.web")) == {"shop.web.a", "shop.web.b.c", "shop.d.e"}
    assert set(read("import_module('.jobs', 'shop')")) == {"shop.jobs"}
    assert set(read("import_module('.jobs', __package__)", "shop")) == {"shop.jobs"}


def test_an_import_knows_the_function_that_it_waits_in():
    source = """
import flask
class Gallery:
    import PIL
    def resize(self):
        def inner():
            import numpy
        return lambda: __import__("scipy")
async def later(model=import_module("torch")):
    import faiss
"""
    found = {name: (one.function, one.line) for name, one in read(source).items()}
    assert found == {
        "flask": ("", 2),
        "PIL": ("", 4),
        "numpy": ("Gallery.resize.inner", 7),
        "scipy": ("Gallery.resize.<lambda>", 8),
        "torch": ("", 9),
        "faiss": ("later", 10),
    }


@pytest.mark.parametrize(
    ("source", "guarded"),
    [
        ("try:\n    import a\nexcept ImportError:\n    import b\nelse:\n    import c", {"a", "b"}),
        ("try:\n    import a\nexcept (KeyError, ModuleNotFoundError):\n    pass", {"a"}),
        ("try:\n    import a\nexcept:\n    pass", {"a"}),
        ("try:\n    import a\nexcept KeyError:\n    pass", set()),
        ("with contextlib.suppress(ImportError):\n    import a", {"a"}),
        ("with open(x):\n    import a", set()),
        ("if flag:\n    import a", {"a"}),
        ("if sys.version_info >= (3, 8):\n    import a", set()),
        ("try:\n    def f():\n        import a\nexcept ImportError:\n    pass", set()),
    ],
)
def test_an_import_knows_what_stands_in_its_way(source, guarded):
    assert {name for name, one in read(source).items() if one.guard} == guarded


def test_a_lazy_import_of_python_3_15_waits():
    source = "import a\nlazy import numpy as np\nif x:\n    lazy from scipy import optimize\n"
    source += "def f():\n    lazy = 1\n    import b\n"
    assert {name: (one.function, one.line) for name, one in read(source).items()} == {
        "a": ("", 1),
        "numpy": ("<lazy import>", 2),
        "scipy.optimize": ("<lazy import>", 4),
        "b": ("f", 7),
    }


def test_warnings_of_the_compiler_are_not_ours_to_print():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert set(read("X = '\\d'\nimport a")) == {"a"}
        assert apps_in_source("X = '\\d'\napp = Flask()", "m", "m.py")


@pytest.mark.parametrize(
    "source",
    ["import (", "x = \0", "(" * 100_000, "x = " + "-" * 5_000 + "1"],
    ids=["cut short", "NUL", "brackets", "signs"],
)
def test_what_does_not_parse_is_said_so(source):
    with pytest.raises((SyntaxError, ValueError)):
        read_module(source)


def test_words_are_what_is_imported_anywhere_and_what_short_strings_name():
    source = """
'''Docstrings name pandas.'''
from a import b
from c import *
from . import own
if TYPE_CHECKING:
    import types_only
DATABASE = "postgresql+psycopg2://x/y"
APPS = ["rest_framework", f"{x}corsheaders.apps"]
"""
    assert read_module(source).words >= {
        "a.b", "c", "types_only", "psycopg2", "rest_framework", "corsheaders.apps",
    }  # fmt: skip
    assert not {"pandas", "own"} & read_module(source).words


def test_a_project_folder_that_is_a_package_itself_is_read(tmp_path):
    (tmp_path / "__init__.py").write_text("import json\nfrom . import views\n")
    (tmp_path / "views.py").write_text("import csv\n")
    source = read_project_source(tmp_path, "3.12")
    assert [one.module for one in source.statements("__init__.py")] == ["json"]
    assert [one.module for one in source.statements("views.py")] == ["csv"]
