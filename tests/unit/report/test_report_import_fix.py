"""Lazy imports in the reports that people read."""

import pytest

from bootfit.model.finding import Place
from bootfit.model.import_fix import ImportFix, LazyEdit, NotLazy
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report import markdown, text

EDIT = LazyEdit("pandas", Place("shop/a.py", 3), "import pandas as pd", ("f", "A.m"))
LAZY = LazyEdit("pandas", Place("shop/a.py", 3), "import pandas as pd", ())
STAYS = NotLazy("faiss", "faiss is used outside of functions | *so*", Place("shop/b.py", 9))


def run(*edits, declined=(), written=False):
    fix = ImportFix(edits, declined, "--- a\n", written=written, notes=("it waits",))
    return Run("shop", "Render Free", "CPython", "measure", "1.0", import_fix=fix)


def test_what_changes_and_what_stays_in_markdown():
    told = markdown.render(run(EDIT, declined=(STAYS,)), Style())
    assert "### Lazy imports\n" in told
    assert "| import pandas as pd | in f, A.m | shop/a.py:3 |" in told
    assert "stays: faiss is used outside of functions" in told
    assert "*so*" not in told
    assert "| lazy |" in markdown.render(run(LAZY, written=True), Style())
    assert "### Lazy imports, written" in markdown.render(run(LAZY, written=True), Style())
    assert "Nothing to change." in markdown.render(run(), Style())


@pytest.mark.parametrize(
    ("edits", "written", "said"),
    [
        ((EDIT,), False, "✓ pandas can wait for its first use"),
        ((EDIT,), True, "✓ pandas now waits for its first use"),
        (
            (EDIT, LazyEdit("xlwt", Place("a.py"), "import xlwt", ())),
            True,
            "pandas, xlwt now wait for",
        ),
        ((), False, "✓ no import at boot is to be made lazy"),
    ],
)
def test_the_verdict_names_the_libraries(edits, written, said):
    told = text.render(run(*edits, written=written), Style(width=100))
    assert said in told
    assert ("--write writes it" in told) == (bool(edits) and not written)
