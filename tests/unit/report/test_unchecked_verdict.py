from dataclasses import replace

from bootfit.model.finding import Finding, Severity
from bootfit.report.verdict import verdict
from run_documents import full_run


def finding(code, severity):
    return Finding(code, "slug", severity, "git+https://x.test/a.git", "was not checked")


def test_a_yes_names_the_requirements_that_were_not_checked():
    run = replace(full_run("check"), findings=(finding("BF111", Severity.WARNING),) * 2)
    assert verdict(run).answer == "yes"
    assert verdict(run).sentence.endswith("but for 2 requirement(s) that were not checked")


def test_where_nothing_could_be_checked_the_answer_is_open():
    run = replace(full_run("check"), findings=(finding("BF122", Severity.ERROR),))
    assert verdict(run).answer == "unknown"
    assert "whether it installs" in verdict(run).sentence
