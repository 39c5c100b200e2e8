"""What `--matrix` understands, and how its table reads."""

import pytest

from bootfit.model.check import CheckResult, Matrix, MatrixCell, MatrixRow
from bootfit.model.errors import UsageError
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.text import render
from bootfit.requirements.matrix import parse_pythons


@pytest.mark.parametrize(
    ("text", "pythons"),
    [
        ("3.9-3.12", ("3.9", "3.10", "3.11", "3.12")),
        ("3.12,3.10", ("3.10", "3.12")),
        (" 3.8 - 3.9 , 3.9", ("3.8", "3.9")),
        ("3.14t,3.13-3.15,3.13t", ("3.13", "3.13t", "3.14", "3.14t", "3.15")),
    ],
)
def test_ranges_and_lists(text, pythons):
    assert parse_pythons(text) == pythons


@pytest.mark.parametrize(
    "text", ["", "3", "3.9-", "2.7", "3.12-3.9", "3.7", "3.8-3.99", "3.12t", "3.13t-3.14t"]
)
def test_anything_else_is_a_usage_error(text):
    with pytest.raises(UsageError) as caught:
        parse_pythons(text)
    assert caught.value.hint


def test_the_table_shows_what_is_no_plain_wheel():
    wheel, rust = MatrixCell("1.0", "wheel", True), MatrixCell("1.0", "rust-sdist", False)
    matrix = Matrix(
        pythons=("3.11", "3.15"),
        works=("3.11",),
        compiles=(),
        offered=("3.11",),
        refusals=("", "they clash"),
        rows=(MatrixRow("core", (wheel, rust)), MatrixRow("web", (wheel, None))),
    )
    check = CheckResult("t", ("requirements.txt",), (), True, None, matrix=matrix)
    run = Run("shop", "Small", "t", "check", "0", check=check)
    lines = [" ".join(line.split()) for line in render(run, Style()).splitlines()]
    assert "works as it stands on 3.11" in lines
    assert "not on 3.15: they clash" in lines
    assert "not offered by the platform: 3.15" in lines
    assert "core 1.0 ✓ wheel ✗ Rust" in lines
    assert not any(line.startswith("web") for line in lines)
    verbose = [" ".join(line.split()) for line in render(run, Style(verbosity=1)).splitlines()]
    assert "web 1.0 ✓ wheel -" in verbose
