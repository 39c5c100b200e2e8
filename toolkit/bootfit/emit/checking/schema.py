"""A blueprint against a JSON Schema that the user has."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node

from bootfit.emit import rules
from bootfit.emit.yaml_nodes import NotYamlError, composed, entries, items, place
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding


def read_schema(path: Path) -> dict[str, Any]:
    """Return the JSON Schema in the file at ``path``.

    Raises:
        UsageError: it cannot be read, or is no schema, or `jsonschema` is not installed.
    """
    try:
        import jsonschema
    except ModuleNotFoundError:
        raise UsageError(
            "--schema needs jsonschema, which is not installed", "pip install 'bootfit[schema]'"
        ) from None
    try:
        schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
        if not isinstance(schema, dict):
            raise UsageError(f"--schema {path} is no JSON Schema", "give an object of keywords")
        validator = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
        validator.check_schema(schema)
    except OSError as error:
        raise UsageError(
            f"--schema {path}: {error.strerror or error}", "name a JSON Schema that is there"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--schema {path} is no JSON: {error}", "give a JSON Schema") from None
    except jsonschema.SchemaError as error:
        raise UsageError(
            f"--schema {path} is no JSON Schema: {error.message}", "mend the schema"
        ) from None
    return schema


def validate(text: str, schema: dict[str, Any], path: str) -> Iterator[Finding]:
    """Yield where ``text`` (the YAML of the file ``path``) is not as ``schema`` says.

    It is read as YAML 1.1, in which a bare ``off`` is false. References to other documents are not
    followed: nothing is downloaded.

    Raises:
        UsageError: ``schema`` refers to what it does not hold.
    """
    import jsonschema
    from jsonschema.exceptions import best_match
    from referencing.exceptions import Unresolvable

    yaml = YAML(typ="safe", pure=True)
    yaml.version = "1.1"
    try:
        root = composed(text)
        document = yaml.load(text)
    except (NotYamlError, YAMLError, ValueError, RecursionError):
        return  # what is no YAML is told by `check_blueprint`
    # Keys as JSON has them, dates as text.
    document = json.loads(json.dumps(document, default=str))
    kind = jsonschema.validators.validator_for(schema, jsonschema.Draft202012Validator)
    try:
        errors = sorted(kind(schema).iter_errors(document), key=lambda e: list(map(str, e.path)))
    except Unresolvable as error:
        raise UsageError(
            f"--schema refers to {error.ref!r}, which it does not hold",
            "give a schema that is complete by itself",
        ) from None
    for found in errors:
        deepest = best_match([found]) or found
        where = ".".join(map(str, deepest.absolute_path)) or path
        yield rules.SchemaViolation.finding(
            where,
            f"{where}: {' '.join(deepest.message.split())[:300]}",
            remedy="see what the schema allows there",
            place=place(path, _at(root, list(deepest.absolute_path))) if root else None,
        )


def _at(node: Node, steps: list[Any]) -> Node:
    """Return the node that ``steps`` lead to, or the last on the way that there is."""
    for step in steps:
        if isinstance(step, int) and step < len(items(node)):
            node = items(node)[step]
        elif isinstance(step, str) and step in entries(node):
            node = entries(node)[step].value
        else:
            break
    return node
