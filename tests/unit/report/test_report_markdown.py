"""Markdown, read by a CommonMark parser: a stranger's text stays text."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bootfit.model.finding import Finding, Severity
from bootfit.model.style import Style
from bootfit.report.markdown import render
from bootfit.report.markdown_text import inline, table
from report_documents import hostile_run, rich_run
from run_documents import full_run

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def cells(markdown):
    """Return the inline tokens of each table cell below the headings."""
    tokens = PARSER.parse(markdown)
    return [tokens[n + 1].children for n, one in enumerate(tokens) if one.type == "td_open"]


def test_the_verdict_comes_first():
    assert render(full_run(), Style()).startswith(
        "## ❌ shop does not pass on Render free: 1 error"
    )


def test_every_table_has_as_many_cells_as_headings():
    tokens = PARSER.parse(render(rich_run(), Style()))
    widths, rows = [], []
    for token in tokens:
        if token.type == "tr_open":
            rows.append(0)
        elif token.type in {"th_open", "td_open"}:
            rows[-1] += 1
        elif token.type == "table_close":
            widths.append(set(rows))
            rows = []
    assert len(widths) == 7
    assert all(len(one) == 1 for one in widths)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
@settings(max_examples=300)
def test_a_cell_shows_its_text_and_nothing_else(text):
    markdown = table(["a", "b"], [[f"x{inline(text)}", "end"]])
    first, second = cells(markdown)
    assert {token.type for token in first} <= {"text", "text_special"}
    shown = "".join(token.content for token in first).replace("\u200b", "")
    wanted = "x" + " ".join(text.split()).replace("\u200b", "")
    assert shown == "".join(c for c in wanted if not _turns(c))
    assert second[0].content == "end"


def _turns(character):
    return "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "a | b\n| c",
        "[x](javascript:alert(1))",
        "`` ` ``",
        "![p](http://example.org/p.png)",
        "# h\n\n- l",
        "<!-- ",
        "$$x$$",
    ],
)
def test_a_hostile_run_has_no_html_link_image_or_code(text):
    tokens = PARSER.parse(render(hostile_run(text), Style()))
    inner = [child for token in tokens for child in token.children or ()]
    html = {one.content for one in (*tokens, *inner) if one.type.startswith("html")}
    assert html <= {"<br>"}
    assert not {"link_open", "image", "code_inline", "em_open"} & {one.type for one in inner}
    headings = [tokens[n + 1].content for n, one in enumerate(tokens) if one.type == "heading_open"]
    assert len(headings) == 8


def test_nobody_is_mentioned_and_no_issue_is_referred_to():
    text = render(hostile_run("@octocat fixes #12 and !7"), Style())
    assert "@octocat" not in text
    assert "#12" not in text
    assert "!7" not in text


def test_it_stays_below_what_a_comment_may_have():
    many = tuple(
        Finding("BF101", "s", Severity.ERROR, str(n), "|" * 2000, remedy="*" * 2000)
        for n in range(500)
    )
    text = render(replace(full_run(), findings=many), Style())
    assert len(text) < 60_100
    assert "and 460 more findings" in text
