"""`bootfit.testing`: what bootfit brings keeps the contracts, and what breaks one is told."""

from dataclasses import replace

import pytest

from bootfit.extensions import find_extensions
from bootfit.model.finding import Rule, Severity
from bootfit.testing import (
    check_emitter,
    check_installed,
    check_platforms,
    check_report,
    check_rules,
    example_run,
)
from bootfit_profiles import PLATFORM_FILES

PLATFORMS = {"render": "render-free", "fly": "fly-512", "dockerfile": "fly-512"}


def loaded(group):
    return [pytest.param(one, id=one.name) for one in find_extensions(group)]


@pytest.mark.parametrize("extension", loaded("reports"))
def test_own_reports_keep_the_contract(extension):
    assert check_report(extension.load())


@pytest.mark.parametrize("extension", loaded("emitters"))
def test_own_emitters_keep_the_contract(extension):
    platform = PLATFORMS.get(extension.name, "heroku-basic")
    writes = extension.name != "requirements-locked"  # the example has no lock file
    assert bool(check_emitter(extension.load(), platform, writes=writes)) == writes


class Good(Rule):
    """A thing is wrong.

    Mend it.
    """

    code, slug, severity = "ACME101", "thing", Severity.NOTE

    @classmethod
    def examine(cls, run):
        return [cls.finding("app", "wrong")] if run.measurements else ()


def like_good(**attributes):
    return type("Other", (Good,), {"__doc__": Good.__doc__, **attributes})


def test_a_good_rule_is_asked():
    (found,) = check_rules([Good])
    assert (found.code, found.subject) == ("ACME101", "app")


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        ([], "no rule"),
        ([int], "no Rule"),
        ([like_good(code="acme")], "not like ACME101"),
        ([like_good(code="BF101")], "bootfit's own"),
        ([like_good(slug="Thing")], "not like heavy-import"),
        ([like_good(severity="note")], "no severity"),
        ([like_good(__doc__="Short.")], "why, and how to mend"),
        ([like_good(__doc__="no sentence\n\nMore.")], "begin with a sentence"),
        ([Good, like_good(slug="other")], "one code"),
        ([Good, like_good(code="ACME102")], "one slug"),
        ([like_good(examine=lambda run: ["wrong"])], "no finding of its own"),
        ([like_good(examine=lambda run: [replace(Good.finding("a", "b"), code="X1")])], "its own"),
        ([like_good(examine=lambda run, seen=[]: seen.append(0) or seen)], "vary"),
    ],
)
def test_what_a_rule_does_wrong_is_told(rules, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check_rules(rules)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({}, "no files"),
        ({"/etc/passwd": "x\n"}, "not a path inside"),
        ({"../up": "x\n"}, "not a path inside"),
        ({"file": "x"}, "no final newline"),
        ({"file": "x\r\n"}, "more than a newline"),
        ({"file": b"x\n"}, "not text"),
    ],
)
def test_what_an_emitter_does_wrong_is_told(files, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check_emitter(lambda plan, context: files)


def test_an_emitter_that_varies_is_told():
    calls = []

    def emit(plan, context):
        calls.append(plan)
        return {"file": f"{len(calls)}\n"}

    with pytest.raises(AssertionError, match="second time"):
        check_emitter(emit)


@pytest.mark.parametrize(
    ("render", "complaint"),
    [
        (lambda run, style: "", "no text"),
        (lambda run, style: 3, "no text"),
        (lambda run, style: "".join(f.message for f in run.findings) or "none", "escape code"),
        (lambda run, style, seen=[]: seen.append(0) or str(len(seen)), "second time"),
    ],
)
def test_what_a_report_does_wrong_is_told(render, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check_report(render)


def test_platforms(tmp_path):
    text = next(one for one in PLATFORM_FILES if one.name == "render-free.toml").read_text()
    file = tmp_path / "acme.toml"
    file.write_text(text)
    with pytest.raises(AssertionError, match="has another name"):
        check_platforms([file])
    own = tmp_path / "render-free.toml"
    own.write_text(text)
    with pytest.raises(AssertionError, match="bootfit has a platform"):
        check_platforms([own])
    file.write_text(text.replace('"render-free"', '"acme"'))
    (platform,) = check_platforms([file])
    assert platform.name == "acme"
    file.write_text(text.replace('"render-free"', '"acme"').replace('"procfile"', '"profile"'))
    with pytest.raises(AssertionError, match="no emitter profile"):
        check_platforms([file])
    with pytest.raises(AssertionError, match="no profile"):
        check_platforms([])


def test_an_extension_that_is_not_there_is_told():
    with pytest.raises(AssertionError, match="has no 'markdwon'"):
        check_installed("reports", "markdwon")
    with pytest.raises(AssertionError, match="own"):
        check_installed("reports", "json")


def test_the_example_has_what_rules_look_at():
    run = example_run()
    assert run.measurements is not None
    assert run.plan is not None
    assert run.findings
