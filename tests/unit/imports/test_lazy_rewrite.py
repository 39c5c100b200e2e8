"""Imports of a whole project: what one file needs of another, and all of a library or nothing."""

from dataclasses import replace

import pytest

pytest.importorskip("libcst")

from bootfit.imports import BootImport, read_project_source
from bootfit.imports.lazy_rewrite import make_lazy
from bootfit.model.attribution import Cost, Saving, Without
from bootfit.model.finding import Place
from bootfit.model.sizes import MIB

SAVES = Saving(Cost(1.0, 50 * MIB), 500, Without("works", total=Cost(0.5, 20 * MIB)))
REPORTS = "import heavy as hv\n\n\ndef total():\n    return hv.x\n"
MAIN = "from shop import reports\n"


def fix(
    root, files, *, savings=SAVES, python="3.12", places=(("shop/reports.py", 1),), name="heavy"
):
    for path, text in {"shop/__init__.py": "", "shop/reports.py": REPORTS, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        (root / path).write_bytes(data)
    one = BootImport(name, (name,), tuple(Place(path, line) for path, line in places))
    source = read_project_source(root, python)
    return make_lazy(source, [one], {name: savings}, keyword=source.python >= (3, 15))


# ruff: noqa: E501 - a case a line reads better
#: Name → (a file that needs the name where it is, what is said, whether PEP 810 may do it).
NEEDED = {
    "from": ({"a.py": "from shop.reports import hv\n"}, "a.py:1 needs it here: it imports hv", False),
    "relative from": ({"shop/a.py": "from .reports import hv as x\n"}, "it imports hv", False),
    "star": ({"a.py": "from shop.reports import *\n"}, "it imports * from there", False),
    "attribute": (
        {"a.py": "from shop import reports as r\n\n\ndef f():\n    return r.hv.x\n"},
        "a.py:5 needs it here: it uses hv of that module",
        True,
    ),
    "whole name": ({"a.py": "import shop.reports\nX = lambda: shop.reports.hv\n"}, "uses hv", True),
    "patched": ({"tests/test_a.py": "P = patch('shop.reports.hv.x')\n"}, "a string names", True),
    "monkeypatched": (
        {"test_b.py": "from shop import reports\nmonkeypatch.setattr(reports, 'hv', 1)\n"},
        "it reads or replaces hv of that module",
        True,
    ),
    "does not parse": ({"shop/b.py": "from .reports import hv, ("}, "does not parse", False),
    "too large": ({"big.py": "from shop.reports import hv\n" + "# x\n" * 200_000}, "too large to be read", False),
}  # fmt: skip


@pytest.mark.parametrize(("files", "said", "late"), NEEDED.values(), ids=NEEDED)
def test_what_another_file_needs_stays(tmp_path, files, said, late):
    found, changes = fix(tmp_path, {"main.py": MAIN, **files})
    assert said in found.declined[0].reason
    assert (found.edits, found.diff, changes) == ((), "", ())
    found, changes = fix(tmp_path, {}, python="3.15")
    assert bool(changes) is late


UNRELATED = {
    "large": {"big.py": "# x\n" * 200_000},
    "own import of it": {"a.py": "import heavy as hv\nhv.x\n"},
    "of another module": {
        "shop/a.py": "from shop.others import hv\n",
        "shop/others.py": "hv = 1\n",
    },
    "that name of its own": {"a.py": "from shop import reports\n\nhv = 1\nreports.total(hv)\n"},
}


@pytest.mark.parametrize("files", UNRELATED.values(), ids=UNRELATED)
def test_what_only_looks_like_a_use_is_none(tmp_path, files):
    found, (change,) = fix(tmp_path, {"main.py": MAIN, **files})
    assert found.declined == ()
    (edit,) = found.edits
    assert (edit.statement, edit.functions) == ("import heavy as hv", ("total",))
    assert change.after.decode() == "def total():\n    import heavy as hv\n\n    return hv.x\n"
    assert (tmp_path / "shop" / "reports.py").read_text() == REPORTS


def test_a_submodule_that_another_file_finds_loaded_stays_loaded(tmp_path):
    files = {
        "shop/reports.py": "import heavy.part\n\n\ndef f():\n    return heavy.part.x\n",
        "a.py": "import heavy\n\n\ndef g():\n    return heavy.part.y\n",
    }
    found, _ = fix(tmp_path, files)
    assert (
        "a.py:5 needs it here: it uses heavy.part, which this import loads"
        in found.declined[0].reason
    )
    files["a.py"] = "import heavy.part\n\n\ndef g():\n    return heavy.part.y\n"
    found, changes = fix(tmp_path, files, places=(("shop/reports.py", 1), ("a.py", 1)))
    assert found.declined == ()
    assert [change.path for change in changes] == ["a.py", "shop/reports.py"]


def test_a_library_is_lazy_at_every_place_or_at_none(tmp_path):
    files = {"a.py": "import heavy\n\nX = heavy.x\n"}
    found, changes = fix(tmp_path, files, places=(("shop/reports.py", 1), ("a.py", 1)))
    assert changes == ()
    assert found.declined[0].reason == "heavy is used outside of functions"
    assert found.declined[0].place == Place("a.py", 3)


@pytest.mark.parametrize(
    ("without", "said"),
    [
        (Without("works", total=Cost(1.0, 50 * MIB)), "other libraries load heavy at boot as well"),
        (
            Without(
                "fails", "raised UsedAtBootError: heavy.x is used while the app boots, in a.py:3"
            ),
            "boot itself uses it: heavy.x is used while the app boots, in a.py:3",
        ),
        (Without("unknown", "did not end within 9 s"), "the app did not end within 9 s"),
    ],
)
def test_what_is_not_known_to_save_anything_stays(tmp_path, without, said):
    found, changes = fix(tmp_path, {}, savings=Saving(Cost(1.0, 50 * MIB), 500, without))
    assert said in found.declined[0].reason
    assert changes == ()
    found, changes = fix(tmp_path, {}, savings=None)
    assert "not measured" in found.declined[0].reason


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xef\xbb\xbf" + REPORTS.encode(), ""),
        (b"import heavy\ndef f(:\n", "not understood"),
        (b"# coding: nonsense\nimport heavy\n", "not understood"),
        (b"# coding: utf-8\nimport heavy\nX = '\xff'\n", "not understood"),
    ],
)
def test_files_that_cannot_be_edited_stay(tmp_path, data, said):
    line = data[: data.index(b"import")].count(b"\n") + 1
    found, changes = fix(tmp_path, {"shop/reports.py": data}, places=(("shop/reports.py", line),))
    if said:
        assert said in found.declined[0].reason
    for change in changes:
        assert change.after.startswith(b"\xef\xbb\xbf")


def test_a_link_out_of_the_project_is_not_followed(tmp_path):
    (tmp_path / "outside.py").write_text(REPORTS)
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.py").symlink_to(tmp_path / "outside.py")
    found, changes = fix(tmp_path / "project", {}, places=(("a.py", 1),))
    assert "lies outside of the project" in found.declined[0].reason
    assert changes == ()


@pytest.mark.parametrize("lazy", [True, False])
def test_what_saves_only_together_with_another_follows_it(tmp_path, lazy):
    (tmp_path / "a.py").write_text(
        "import base\nimport heavy\n\n\ndef f():\n    return base, heavy\n"
        + ("" if lazy else "X = heavy\n")
    )
    imports = [
        BootImport(name, (name,), (Place("a.py", line),))
        for line, name in [(1, "base"), (2, "heavy")]
    ]
    savings = {"heavy": SAVES, "base": replace(SAVES, together_with=("heavy",))}
    found, _ = make_lazy(read_project_source(tmp_path, "3.12"), imports, savings, keyword=False)
    assert {edit.name for edit in found.edits} == ({"base", "heavy"} if lazy else set())
    assert [one.reason for one in found.declined if one.name == "base"] == (
        [] if lazy else ["heavy, which loads it as well, stays"]
    )
