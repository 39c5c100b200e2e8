"""What each format says about the same run, letter by letter."""

import json
import re
from importlib import import_module

import pytest

from bootfit.model.finding import Rule, Severity
from bootfit.model.style import Style
from bootfit.report.sarif import sarif_log
from report_documents import rich_run


@pytest.mark.parametrize("name", ["markdown", "github", "gitlab", "junit", "openmetrics"])
def test_format(snapshot, name):
    render = import_module(f"bootfit.report.{name}").render
    assert render(rich_run(), Style()) == snapshot
    assert render(rich_run(), Style()) == render(rich_run(), Style())


def test_sarif(snapshot):
    class NeedsRust(Rule):
        """A distribution needs Rust.

        Pin another version.
        """

        code = "BF101"
        slug = "needs-rust"
        severity = Severity.ERROR

    assert json.dumps(sarif_log(rich_run(), {"BF101": NeedsRust}), indent=2) == snapshot


def test_html(snapshot):
    from bootfit.report.html import render

    page = render(rich_run(), Style())
    # The library, the page's own script and its style are files of their own.
    page = re.sub(r"<style>.*?</style>", "<style/>", page, flags=re.DOTALL)
    page = re.sub(r"<script>.*?</script>", "<script/>", page, flags=re.DOTALL)
    page = re.sub(r"sha256-[\w+/=]+", "sha256-…", page)
    assert page == snapshot
