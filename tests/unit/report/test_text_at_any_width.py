"""A narrow terminal costs columns, and never a part of a figure or the verdict on a line."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console, Group

from bootfit.model.style import Style
from bootfit.report.text import render
from bootfit.report.text_table import Column, figure_columns, fitted
from run_documents import full_run

WIDTHS = [60, 72, 80, 100, 132, 160]
NUMBERS = "0123456789"


def lines(width, verbosity=0, command="fit"):
    run = replace(full_run(command), command=command)
    return render(run, Style(width=width, verbosity=verbosity)).splitlines()


@pytest.mark.parametrize("verbosity", [0, 1])
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_short_and_no_line_is_longer(width, verbosity):
    told = lines(width, verbosity)
    assert max(map(len, told)) <= width
    assert not [line for line in told if "…" in line]


@pytest.mark.parametrize("width", WIDTHS)
def test_the_memory_of_the_app_and_what_serves_stay(width):
    told = lines(width)
    (app,) = [line for line in told if line.startswith("(the booted app)")]
    wide = next(line for line in lines(160) if line.startswith("(the booted app)"))
    assert wide.split()[4] in app.split()
    assert any(line.endswith("● serves") for line in told)


def test_a_long_remark_breaks_no_name_where_there_is_room():
    columns = (Column("implementation"), *figure_columns("alone"), Column("", folds=True))
    rows = [("meal_distribution:scikit_learn", "108.9", "does not fit beside the others " * 5)]
    console = Console(file=StringIO(), width=80)
    console.print(Group(*fitted(columns, rows, 80)))
    told = console.file.getvalue().splitlines()
    assert told[1].startswith("meal_distribution:scikit_learn  108.9  does")
    assert max(map(len, told)) <= 80


def test_what_was_left_out_is_named():
    assert not [line for line in lines(160) if "left out for width" in line]
    (told,) = [line for line in lines(80) if "left out for width" in line]
    assert "RSS max" in told
