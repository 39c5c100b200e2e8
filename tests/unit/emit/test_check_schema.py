import json
import sys

import pytest

from bootfit.emit.checking.schema import read_schema, validate
from bootfit.model.errors import ExitCode, UsageError

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"autoDeployTrigger": {"enum": ["off", "commit"]}},
            },
        }
    },
}


def written(tmp_path, text):
    path = tmp_path / "schema.json"
    path.write_text(text)
    return path


def places(text, tmp_path):
    schema = read_schema(written(tmp_path, json.dumps(SCHEMA)))
    return [(f.code, str(f.place)) for f in validate(text, schema, "render.yaml")]


def test_what_the_schema_refuses_has_its_line(tmp_path):
    good = 'services:\n  - name: a\n    autoDeployTrigger: "off"\n'
    assert places(good, tmp_path) == []
    # A bare off is false, as Render reads it.
    assert places(good.replace('"off"', "off"), tmp_path) == [("BF419", "render.yaml:3:24")]
    assert places("services:\n  - x: 2024-01-01\n", tmp_path) == [("BF419", "render.yaml:2:5")]
    assert places("other: 1\n", tmp_path) == [("BF419", "render.yaml:1:1")]


@pytest.mark.parametrize("text", ["{", "[1]", '{"type": 3}', "3"])
def test_what_is_no_schema_is_one_line(tmp_path, text):
    with pytest.raises(UsageError) as caught:
        read_schema(written(tmp_path, text))
    assert caught.value.exit_code is ExitCode.USAGE
    assert "--schema" in caught.value.message


def test_a_schema_that_is_not_there_or_refers_elsewhere(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        read_schema(tmp_path / "none.json")
    schema = {"$ref": "https://nowhere.invalid/schema.json"}
    with pytest.raises(UsageError, match="refers to"):
        list(validate("a: 1\n", schema, "render.yaml"))


def test_without_jsonschema_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(UsageError) as caught:
        read_schema(written(tmp_path, "{}"))
    assert "jsonschema" in caught.value.message
    assert "bootfit[schema]" in caught.value.hint
