"""Imports at boot that nothing uses, and those that only look like it."""

import pytest

from bootfit.imports import BootImport, read_project_source, unused_imports
from bootfit.model.finding import Place, Severity


def found(root, text, *, path="shop/reports.py", **others):
    (root / "shop").mkdir(exist_ok=True)
    (root / "shop" / "__init__.py").touch()
    (root / path).write_text(text)
    for name, other in others.items():
        (root / "shop" / f"{name}.py").write_text(other)
    line = text[: text.index("heavy")].count("\n") + 1
    one = BootImport("heavy", ("heavy",), (Place(path, line),))
    return unused_imports(read_project_source(root, "3.12"), [one])


@pytest.mark.parametrize(
    "text",
    [
        "import heavy\n",
        '"""Doc."""\nimport heavy.part as part\n\n\ndef f(a=1):\n    return a.part\n',
        "from heavy import (\n    one,\n    two as three,\n)\ntwo = 1\n",
        "import os, heavy\n\nX = os\n",
        "lazy_value = 1\nimport heavy\n",
    ],
)
def test_what_nothing_names_is_told(tmp_path, text):
    (one,) = found(tmp_path, text)
    assert (one.code, one.severity, one.subject) == ("BF205", Severity.NOTE, "heavy")
    assert "loads heavy at boot, and nothing uses it" in one.message
    assert one.place.path == "shop/reports.py"


@pytest.mark.parametrize(
    "text",
    [
        "import heavy\n\nX = heavy.x\n",
        "from heavy import one, two\n\n\ndef f():\n    return two\n",
        "import heavy  # noqa: F401\n",
        "from heavy import (\n    one,  # noqa\n)\n",
        "from heavy import one as one\n",
        "from heavy import *\n",
        "import heavy\n\n__all__ = ['heavy']\n",
        "import heavy\n\n\ndef f(a: 'heavy.X'): ...\n",
        "try:\n    import heavy\nexcept ImportError:\n    pass\n",
        "import heavy\n\n\ndef f():\n    global heavy\n",
        "import heavy\ndef f(:\n",
    ],
)
def test_what_is_used_or_meant_is_not(tmp_path, text):
    assert found(tmp_path, text) == ()


def test_what_others_take_from_there_or_find_loaded_is_used(tmp_path):
    assert found(tmp_path, "import heavy\n", others="from .reports import heavy\n") == ()
    assert found(tmp_path, "import heavy\n", others="from . import reports\nreports.heavy\n") == ()
    use = "import heavy\n\n\ndef f():\n    return heavy.part\n"
    assert found(tmp_path, "import heavy.part\n", others=use) == ()
    assert found(tmp_path, "import heavy\n", path="shop/__init__.py") == ()
    assert found(tmp_path, "import heavy\n", others="import heavy\n") != ()
