"""The report that people look at: one file with everything in it, that asks no network."""

from bootfit.report.html.page import HtmlReport

#: The entry point ``bootfit.reports:html``.
render = HtmlReport()
