"""The HTML page as text: what is in it, and that nothing of the run is more than text."""

import base64
import hashlib
import json
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootfit.model.errors import UsageError
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.html import render
from report_documents import hostile_run, module_tree, rich_run
from run_documents import full_run


class Page(HTMLParser):
    """Elements with their attributes, scripts apart, and all text."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.scripts, self.text, self._inside = [], [], "", ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def page(run):
    return Page(render(run, Style()))


def test_everything_is_told():
    text = page(rich_run()).text
    for told in (
        "shop does not pass on Render free: 1 error(s)",
        "pin pydantic-core 2.27.1",
        "pydantic-core needs Rust",
        "search:torch",
        "not installed",
        "0.1 CPU cannot keep two busy",
        "POST /buy",
        "GET /orders/<id>",
        "the base was measured on another kernel",
        "+6.0 MiB (+20.0 %)",
        "werkzeug",
        "Why flask.app is loaded",
        "with 50 modules and 5.0 MiB and 0.050 s less",
    ):
        assert told in text, told


def test_plots_have_tables_and_words():
    read = page(rich_run())
    plots = {attrs["id"]: attrs for attrs in read.all("div") if attrs.get("class") == "plot"}
    assert set(plots) == {
        "plot-memory",
        "plot-plan",
        "plot-timeline",
        "plot-rounds",
        "plot-modules",
        "plot-waterfall",
    }
    assert all(attrs["role"] == "group" and attrs["aria-label"] for attrs in plots.values())
    assert len(read.all("table")) >= len(plots)


def test_stacked_bars_add_up_to_the_peak():
    figures = json.loads(page(full_run()).scripts[0])["figures"]
    memory = next(one for one in figures if one["name"] == "memory")
    bars = [trace for trace in memory["traces"] if trace["type"] == "bar"]
    sums = {
        name: sum(trace["x"][number] for trace in bars) for number, name in enumerate(bars[0]["y"])
    }
    assert sums == {"the booted app": 30.0, "search<br>numpy": 52.0, "search<br>words": 31.0}
    assert [shape["x0"] for shape in memory["layout"]["shapes"]] == [512.0, 461.0]


def test_it_copes_with_an_empty_run():
    run = full_run()
    read = page(Run(run.project, run.platform, run.target, "check", "0.1.0"))
    assert "shop installs on Render free" in read.text
    assert not read.scripts
    assert not read.all("table")


def test_it_asks_nobody():
    read = page(rich_run())
    addresses = [
        value
        for _, attrs in read.elements
        for name, value in attrs.items()
        if name in {"src", "href", "action", "srcset", "data"} and value
    ]
    assert all(value.startswith(("#", "data:,")) for value in addresses)
    assert "@import" not in render(rich_run(), Style()).partition("</style>")[0]
    assert "url(" not in render(rich_run(), Style()).partition("</style>")[0]


def test_only_the_scripts_of_the_page_may_run():
    read = page(rich_run())
    policy = next(
        one["content"]
        for one in read.all("meta")
        if one.get("http-equiv", "").startswith("Content")
    )
    assert policy.startswith("default-src 'none';")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    data, *scripts = read.scripts
    json.loads(data)
    hashes = {base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts}
    assert hashes == allowed
    assert len(scripts) == 2


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "{{ 7 * 7 }}{% raw %}",
    "<!--<script>",
    "&lt;b&gt; é \u2028 \x00",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_adds_no_element_and_no_attribute(text):
    hostile, tame = page(hostile_run(text)), page(hostile_run("tame"))
    assert [tag for tag, _ in hostile.elements] == [tag for tag, _ in tame.elements]
    assert [set(attrs) for _, attrs in hostile.elements] == [
        set(attrs) for _, attrs in tame.elements
    ]
    assert len(hostile.scripts) == 3


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs"))))
@settings(max_examples=25, deadline=None)
def test_any_message_comes_back(text):
    run = full_run()
    run = replace(run, findings=(replace(run.findings[0], message=f"<{text}>"),), measurements=None)
    assert f"<{text}>" in page(run).text


def test_nothing_steers_what_shows_it():
    text = render(hostile_run("a\x1b[31m\u202eb"), Style())
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "a[31mb" in text


def test_a_circle_of_parents_ends():
    run = rich_run()
    tree = module_tree()
    circle = tuple(
        replace(module, parent=parent)
        for module, parent in zip(
            tree.modules, ("flask.app", "flask", "werkzeug", "gone"), strict=True
        )
    )
    measured = replace(run.measurements, attribution=(replace(tree, modules=circle),))
    data = json.loads(page(replace(run, measurements=measured)).scripts[0])
    assert [module[1] for module in data["trees"][0]["modules"]] == [-1, -1, -1, -1]


def test_without_the_extra_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError) as caught:
        render(full_run(), Style())
    assert caught.value.hint == "pip install 'bootfit[report]'"


def test_a_run_with_five_thousand_modules_stays_below_six_megabytes():
    run = rich_run()
    names = tuple(f"package{n % 40}.part{n % 400}.a_module_with_a_name_{n}" for n in range(5000))
    measured = replace(run.measurements, attribution=(module_tree(names=names),))
    assert len(render(replace(run, measurements=measured), Style()).encode()) < 6_000_000
