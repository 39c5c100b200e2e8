"""Run documents (schema ``bootfit/run-v1``): the head's own, with what changed since the base."""

import json
from pathlib import Path, PurePosixPath
from typing import Any

Document = dict[str, Any]


def read(path: Path) -> Document:
    """Return the document at ``path``."""
    document: Document = json.loads(path.read_bytes())
    return document


def write(path: Path, document: Document) -> None:
    """Write ``document`` to ``path``."""
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def only_check(document: Document) -> Document:
    """Return ``document`` with nothing but what its requirements are."""
    rest = ("app", "measurements", "plan", "evidence", "comparison")
    return {**document, **dict.fromkeys(rest), "command": "check", "findings": [], "emitted": []}


def joined(measured: Document, checked: Document) -> Document:
    """Return two comparisons of the same commits as one: of measurements, and of requirements."""
    first, second = measured["comparison"], checked["comparison"]
    known = {(one["subject"], one["figure"]) for one in first["changes"]}
    more = [one for one in second["changes"] if (one["subject"], one["figure"]) not in known]
    lists = ("weaknesses", "added", "dropped")
    comparison = {
        **first,
        **{name: list(dict.fromkeys([*first[name], *second[name]])) for name in lists},
        "changes": [*first["changes"], *more],
    }
    told = [one for one in checked["findings"] if one not in measured["findings"]]
    findings = [*measured["findings"], *told]
    return {**measured, "comparison": comparison, "findings": findings}


def weakened(compared: Document, weakness: str) -> Document:
    """Return ``compared`` with one more thing said that it cannot tell."""
    comparison = compared["comparison"]
    weaknesses = [*comparison["weaknesses"], weakness]
    return {**compared, "comparison": {**comparison, "weaknesses": weaknesses}}


def with_comparison(head: Document, compared: Document, base: str, head_name: str) -> Document:
    """Return ``head`` with the comparison and the findings of ``compared``, under these names."""
    own = head["findings"]
    told = [one for one in compared["findings"] if one not in own]
    names = {"base": base, "head": head_name}
    return {
        **head,
        "findings": [*own, *told],
        "comparison": {**compared["comparison"], **names},
    }


def placed_from(document: Document, project: PurePosixPath) -> Document:
    """Return ``document`` with paths from the top of the repository, as its forge shows them.

    What has no place is shown at the project's configuration.
    """
    if project == PurePosixPath():
        return document
    check = document["check"]
    if check:
        files = [_placed(project, one) for one in check["requirement_files"]]
        check = {**check, "requirement_files": files}
    findings = [_finding_placed(project, one) for one in document["findings"]]
    return {**document, "check": check, "findings": findings}


def _finding_placed(project: PurePosixPath, finding: Document) -> Document:
    place = finding.get("place") or {"path": "pyproject.toml", "line": 1, "column": None}
    return {**finding, "place": {**place, "path": _placed(project, place["path"])}}


def _placed(project: PurePosixPath, path: str) -> str:
    return path if path.startswith("/") else str(project / path)
