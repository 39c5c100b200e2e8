"""What people read in a terminal."""

import pytest

from bootfit.model.style import Style
from bootfit.report.text import render
from run_documents import full_run


@pytest.mark.parametrize(
    "style",
    [Style(), Style(verbosity=-1), Style(width=140, verbosity=1)],
    ids=["plain", "quiet", "verbose"],
)
def test_text_report(snapshot, style):
    assert render(full_run(), style) == snapshot


def test_no_line_is_wider_than_asked():
    assert max(map(len, render(full_run(), Style(width=80)).splitlines())) <= 80


def test_colour_only_when_wanted():
    assert "\x1b[" in render(full_run(), Style(color=True))
    assert "\x1b[" not in render(full_run(), Style(color=False))


def test_markup_in_names_stays_text():
    run = full_run()
    text = render(
        type(run)(**{**run.__dict__, "project": "[bold]x[/bold]", "evidence": None}), Style()
    )
    assert "[bold]x[/bold]" in text
