"""The run document: written, read back, and described by its published schema."""

import json
from importlib.resources import files

import jsonschema
import pytest

from bootfit.model.document import decode_run, encode_run, run_schema
from bootfit.model.errors import UsageError
from run_documents import full_run


def test_survives_the_way_through_json():
    run = full_run()
    data = encode_run(run)
    assert decode_run(data, "run.json") == run
    assert encode_run(decode_run(data, "run.json")) == data


def test_validates_against_the_published_schema():
    published = json.loads((files("bootfit.model") / "run-v1.schema.json").read_text())
    assert published == json.loads(json.dumps(run_schema())), "run `python -m bootfit.model.schema`"
    jsonschema.Draft202012Validator.check_schema(published)
    document = json.loads(encode_run(full_run()))
    jsonschema.validate(document, published)
    document["check"]["distributions"][0]["verdict"] = "perhaps"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, published)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"schema": 3}', encode_run(full_run()).replace(b"run-v1", b"run-v9")],
)
def test_what_is_no_run_document_is_a_usage_error(data):
    with pytest.raises(UsageError, match=r"^run\.json"):
        decode_run(data, "run.json")


def test_a_figure_without_a_sample_is_no_run_document():
    document = json.loads(encode_run(full_run()))
    document["measurements"]["app"]["figures"]["modules"]["values"] = []
    with pytest.raises(UsageError, match="length >= 1"):
        decode_run(json.dumps(document).encode(), "run.json")
