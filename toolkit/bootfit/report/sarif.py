"""SARIF 2.1.0 (OASIS, errata 01), as code scanning services take it.

A result needs a place to be shown: what has none is placed in the file that it is mended in.
GitHub reads no fingerprint but ``primaryLocationLineHash``; both that and ours are written, so an
alert outlives moved lines.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from bootfit.model.answer import exit_code
from bootfit.model.errors import ExitCode
from bootfit.model.finding import Finding, Rule, Severity
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.report.places import identified, relative_uri, shown_place

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
_LINK = re.compile(r"\](?=\()")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render(run: Run, style: Style) -> str:
    """Return ``run`` as a SARIF log; its rules are told as ``bootfit explain`` tells them."""
    from bootfit.extensions import all_rules

    del style
    rules, _ = all_rules()
    return json.dumps(sarif_log(run, rules), indent=2) + "\n"


def sarif_log(run: Run, rules: Mapping[str, type[Rule]]) -> dict[str, Any]:
    """Return the log as JSON-ready values; ``rules`` (code → rule) explain what was found."""
    codes: dict[str, Finding] = {}
    for finding, _ in identified(run.findings):
        codes.setdefault(finding.code, finding)
    order = sorted(codes)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "bootfit",
                        "version": run.bootfit_version,
                        "rules": [_rule(codes[code], rules.get(code)) for code in order],
                    }
                },
                "automationDetails": {"id": f"bootfit/{run.project}/{run.platform}/"},
                "invocations": [
                    {
                        "executionSuccessful": exit_code(run.findings, Severity.ERROR)
                        is not ExitCode.UNDETERMINED
                    }
                ],
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The folder of the project."}}
                },
                "results": [
                    _result(run, finding, mark, order.index(finding.code))
                    for finding, mark in identified(run.findings)
                ],
            }
        ],
    }


def _rule(finding: Finding, rule: type[Rule] | None) -> dict[str, Any]:
    told = rule.explanation() if rule else ""
    short = told.partition("\n")[0] or finding.slug.replace("-", " ")
    level = (rule.severity if rule else finding.severity).value
    descriptor: dict[str, Any] = {
        "id": finding.code,
        "name": "".join(word.capitalize() for word in re.split(r"\W+", finding.slug)) or "Rule",
        "shortDescription": {"text": short},
        "defaultConfiguration": {"level": level},
    }
    if told:
        descriptor["fullDescription"] = {"text": told}
        descriptor["help"] = {"text": told, "markdown": told.replace("``", "`")}
    return descriptor


def _result(run: Run, finding: Finding, fingerprint: str, index: int) -> dict[str, Any]:
    place = shown_place(run, finding)
    uri = relative_uri(place.path)
    artifact = {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": _ROOT}
    region = {"startLine": max(1, place.line or 1)}
    if place.line and place.column and place.column > 0:
        region["startColumn"] = place.column
    remedy = f"\n\nRemedy: {finding.remedy}" if finding.remedy else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": _plain(f"{finding.message}{remedy}") or finding.slug},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{fingerprint}:1",
            "bootfit/v1": fingerprint,
        },
        "properties": {"subject": finding.subject, "evidence": list(finding.evidence)},
    }


def _plain(text: str) -> str:
    """Return ``text`` without what a message would make of it: embedded links, placeholders."""
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK.sub("] ", text))
