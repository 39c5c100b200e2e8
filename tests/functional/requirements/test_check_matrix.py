"""The same file on several Pythons, against an index on this machine."""

from collections import Counter

import pytest

from bootfit.model.errors import UsageError

MANYLINUX = "manylinux_2_17_x86_64"


def by_name(matrix):
    return {row.name: [cell and cell.verdict for cell in row.cells] for row in matrix.rows}


def test_each_python_has_its_column(index, check):
    index.wheel("web", "1.0", requires=["core==1.0", "old; python_version < '3.11'"])
    for minor in (10, 11):
        index.wheel("core", "1.0", f"cp3{minor}-cp3{minor}-{MANYLINUX}")
    index.wheel("core", "1.0", "cp39-cp39-win_amd64", generator="maturin (1.2.3)")
    index.sdist("core", "1.0", {"pyproject.toml": "[build-system]\nrequires = ['maturin']\n"})
    index.wheel("old", "1.0")
    index.wheel("extra", "1.0")
    _, _, result = check(
        "web==1.0", "extra; python_version < '3.11'", python="3.11", matrix=("3.10", "3.11", "3.12")
    )
    assert by_name(result.matrix) == {
        "web": ["wheel", "wheel", "wheel"],
        "core": ["wheel", "wheel", "rust-sdist"],
        "old": ["wheel", None, None],
        "extra": ["wheel", None, None],
    }
    assert result.matrix.works == ("3.10", "3.11")
    assert result.matrix.compiles == ()
    assert [row.name for row in result.matrix.rows if not row.plain] == ["core"]
    # uv asks for a page as well; its cache answers the other Pythons.
    asked = Counter(path for path in index.asked if path.startswith("/simple/"))
    assert max(asked.values()) == 2


def test_a_conflict_on_one_python_leaves_the_others(index, check):
    index.wheel("web", "1.0", requires=["core==2.0; python_version >= '3.12'"])
    index.wheel("core", "1.0")
    index.wheel("core", "2.0")
    index.wheel("only", "1.0", requires=["leaf"])
    index.wheel("leaf", "1.0", f"cp311-cp311-{MANYLINUX}")
    index.sdist("leaf", "1.0", {"pyproject.toml": "[build-system]\nrequires = ['maturin']\n"})
    _, _, result = check("web==1.0", "core==1.0", "only==1.0", matrix=("3.11", "3.12"))
    assert result.matrix.works == ("3.11",)
    assert by_name(result.matrix) == {
        "web": ["wheel", "conflict"],
        "core": ["wheel", "conflict"],
        # The conflict does not hide what else is wrong.
        "only": ["wheel", "wheel"],
        "leaf": ["wheel", "rust-sdist"],
    }
    assert result.matrix.refusals[0] == ""
    assert "core" in result.matrix.refusals[1]


def test_the_advice_reads_markers_for_each_python(index, check):
    index.wheel("a", "1.0", f"cp311-cp311-{MANYLINUX}")
    index.wheel("b", "1.0", f"cp313-cp313-{MANYLINUX}")
    _, findings, _ = check("a==1.0", "b==1.0; python_version < '3.12'", python="3.12")
    assert "everything installs" not in findings[0].remedy


def test_what_has_no_wheel_is_read_once_for_all_pythons(index, check):
    index.wheel("old", "1.0", f"cp312-cp312-{MANYLINUX}")
    index.sdist("old", "1.0", {"PKG-INFO": "Metadata-Version: 2.2\nName: old\nVersion: 1.0\n"})
    _, _, result = check("old==1.0", python="3.12", matrix=("3.10", "3.11", "3.12", "3.13"))
    sdist = "pure-sdist"
    assert by_name(result.matrix) == {"old": [sdist, sdist, "wheel", sdist]}
    assert index.asked.count("/files/old-1.0.tar.gz") == 1


def test_pythons_older_than_tools_support_are_refused(check):
    with pytest.raises(UsageError, match=r"Python 3\.7 cannot be checked"):
        check("a", python="3.7")
