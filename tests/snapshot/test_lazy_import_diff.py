"""What `measure --fix` shows: the diff, and the words about what changes and what stays."""

import pytest

pytest.importorskip("libcst")

from bootfit.imports import BootImport, read_project_source
from bootfit.imports.lazy_rewrite import make_lazy
from bootfit.model.attribution import Cost, Saving, Without
from bootfit.model.finding import Place
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.model.style import Style
from bootfit.report.text import render

SAVES = Saving(Cost(1.0, 50 * MIB), 500, Without("works", total=Cost(0.5, 20 * MIB)))
FILES = {
    "shop/__init__.py": "",
    "shop/main.py": '''\
"""The shop."""

import json
import os, pandas.api.types as kinds, sys

import faiss
from shop.reports import total

INDEX = faiss.IndexFlat(8)


def app(environ, start_response): return [total(), kinds, json, os, sys]
''',
    "shop/reports.py": '''\
"""Reports."""

from __future__ import annotations

# Takes half of the memory.
import pandas as pd  # noqa: E402
from openpyxl import (
    Workbook,  # the only one
)


def total():
    """Return the total."""

    # All of it.
    return pd.DataFrame().sum()


class Export:
    async def write(self, path):
        def rows():
            yield pd.NA

        return Workbook(), rows
''',
}
IMPORTS = [
    BootImport("pandas", ("pandas",), (Place("shop/main.py", 4), Place("shop/reports.py", 6))),
    BootImport("openpyxl", ("openpyxl",), (Place("shop/reports.py", 7),)),
    BootImport("faiss", ("faiss",), (Place("shop/main.py", 6),)),
]


@pytest.mark.parametrize("python", ["3.12.1", "3.15.0"])
def test_what_becomes_of_a_project(tmp_path, python, snapshot):
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    savings = dict.fromkeys(("pandas", "openpyxl", "faiss"), SAVES)
    source = read_project_source(tmp_path, python)
    fix, _ = make_lazy(source, IMPORTS, savings, keyword=python.startswith("3.15"))
    run = Run("shop", "Render Free", "CPython", "measure", "1.0", import_fix=fix)
    assert f"{render(run, Style(width=100))}{fix.diff}" == snapshot
