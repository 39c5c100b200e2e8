"""JUnit XML: counted right, read back whole, and never broken by a text."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from bootfit.model.finding import Finding, Severity
from bootfit.model.style import Style
from bootfit.report.junit import render
from report_documents import hostile_run, rich_run
from run_documents import full_run


def read(run):
    return ET.fromstring(render(run, Style()))


def case(root, name):
    return next(one for one in root.iter("testcase") if one.get("name") == name)


def test_one_case_for_each_thing():
    root = read(full_run())
    assert [suite.get("name") for suite in root] == [
        "bootfit.requirements",
        "bootfit.measure",
        "bootfit.plan",
        "bootfit.verify",
        "bootfit.bootfit",
    ]
    names = [one.get("name") for one in root.iter("testcase")]
    assert {"numpy 2.4.6", "search:numpy (on top)", "GET /health"} <= set(names)
    assert len(names) == int(root.get("tests"))


def test_an_error_fails_the_case_that_it_is_about():
    broken = case(read(full_run()), "pydantic-core 2.10.1")
    assert broken.get("file") == "requirements.txt"
    assert broken.find("failure").get("type") == "BF101 needs-rust"
    assert "→ pin pydantic-core 2.27.1" in broken.find("failure").text


def test_a_warning_fails_nothing_and_is_told():
    told = case(read(full_run()), "numpy 2.4.6")
    assert told.find("failure") is None
    assert "BF110" in told.findtext("system-out")


def test_what_is_not_installed_is_skipped():
    assert "torch" in case(read(full_run()), "search:torch (alone)").find("skipped").get("message")


def test_what_could_not_be_measured_is_an_error_and_no_failure():
    crashed = Finding("BF305", "probe-crashed", Severity.ERROR, "search:numpy", "it crashed")
    root = read(replace(full_run(), findings=(crashed,)))
    assert (root.get("errors"), root.get("failures")) == ("1", "0")
    assert len(list(root.iter("error"))) == 1


def test_counts_add_up():
    root = read(rich_run())
    for element, inner in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.get(element)) == len(list(root.iter(inner)))
        assert int(root.get(element)) == sum(int(suite.get(element)) for suite in root)


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_any_text_is_xml(text):
    root = read(hostile_run(text))
    allowed = "".join(c for c in text if _is_xml(ord(c)))
    flat = " ".join(allowed.split())
    assert flat in " ".join(root.find(".//failure").get("message").split())


def _is_xml(code):
    return (
        code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code > 0xFFFF
    )
