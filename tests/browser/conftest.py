"""Headless Chromium, and pages of the HTML report opened in it."""

import os
import shutil
from contextlib import contextmanager

import pytest

from bootfit.model.style import Style

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("Chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, tmp_path):
    """Return a context manager: a run → its page, drawn; complaints and requests are collected."""

    @contextmanager
    def opening(run, *, width=1280, height=900, scheme="light", scripts=True):
        from bootfit.report.html import render

        file = tmp_path / "report.html"
        file.write_text(render(run, Style()), "utf-8")
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.complaints, page.asked = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("dialog", lambda dialog: page.complaints.append(f"dialog {dialog.message}"))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(file.as_uri())
        if scripts:
            page.wait_for_function("document.documentElement.dataset.drawn === 'yes'")
        yield page
        # The page itself is the only thing that was ever asked for.
        assert page.asked == [file.as_uri()]
        context.close()

    return opening
