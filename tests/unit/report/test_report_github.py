"""Workflow commands: one line each, and what the runner reads out of them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bootfit.model.finding import Finding, Place, Severity
from bootfit.model.style import Style
from bootfit.report.github import render
from report_documents import hostile_run
from run_documents import full_run

LINE = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read(text):
    """Return (command, properties, message) of each line, as GitHub's runner reads them."""
    commands = []
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        pairs = (pair.partition("=")[::2] for pair in match[2].split(","))
        unescaped = {
            key: whole(value.replace("%3A", ":").replace("%2C", ",")) for key, value in pairs
        }
        commands.append((match[1], unescaped, whole(match[3])))
    return commands


def whole(text):
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def test_an_error_points_at_its_line():
    command, properties, message = read(render(full_run(), Style()))[0]
    assert command == "error"
    assert properties == {
        "file": "requirements.txt",
        "line": "3",
        "col": "1",
        "title": "BF101 needs-rust",
    }
    assert "→ pin pydantic-core 2.27.1" in message


def test_severities_and_the_verdict_last():
    commands = read(render(full_run(), Style()))
    assert [command for command, _, _ in commands] == ["error", "warning", "notice", "error"]
    assert commands[-1][2] == "shop does not pass on Render free: 1 error(s)"


def test_quiet_leaves_notes_out():
    assert "BF902" not in render(full_run(), Style(verbosity=-1))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1))
def test_any_text_comes_back(text):
    run = replace(
        full_run(),
        findings=(Finding("BF101", "a", Severity.ERROR, "x", text, place=Place(text, 2)),),
    )
    _, properties, message = read(render(run, Style()))[0]
    assert message == text
    assert properties["file"] == text


@pytest.mark.parametrize(
    "text", ["a\n::set-env name=X::y", "a\r\n::error::b", "%0A::error::", "\x1b[2J"]
)
def test_no_text_becomes_a_command(text):
    output = render(hostile_run(text), Style())
    assert len(output.splitlines()) == 4
    assert all(LINE.fullmatch(line) for line in output.splitlines())
    assert "\x1b" not in output
