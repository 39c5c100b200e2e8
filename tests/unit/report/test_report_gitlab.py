"""GitLab's code quality report."""

import json
from dataclasses import replace

from bootfit.model.style import Style
from bootfit.report.gitlab import render
from report_documents import hostile_run
from run_documents import full_run


def entries(run):
    return json.loads(render(run, Style()))


def test_has_what_gitlab_requires():
    for entry in entries(full_run()):
        assert entry["description"]
        assert entry["check_name"]
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["location"]["path"]
        assert entry["location"]["lines"]["begin"] >= 1


def test_places_and_severities():
    error, warning, note = entries(full_run())
    assert (error["severity"], error["location"]) == (
        "critical",
        {"path": "requirements.txt", "lines": {"begin": 3}},
    )
    assert (warning["severity"], warning["location"]["path"]) == ("minor", "requirements.txt")
    assert (note["severity"], note["location"]["path"]) == ("info", "pyproject.toml")


def test_a_fingerprint_outlives_a_moved_line_and_no_two_are_the_same():
    run = full_run()
    error = run.findings[0]
    moved = replace(run, findings=(replace(error, place=replace(error.place, line=9)),))
    assert entries(moved)[0]["fingerprint"] == entries(run)[0]["fingerprint"]
    twice = entries(replace(run, findings=(error, error, error)))
    assert len({entry["fingerprint"] for entry in twice}) == 3


def test_any_text_is_json():
    assert entries(hostile_run('"\\</script>\x00\u2028'))
