"""The run document as JSON: written, read back, and its schema."""

from typing import Any

import msgspec

from bootfit.model.errors import UsageError
from bootfit.model.run import SCHEMA, Run


def encode_run(run: Run) -> bytes:
    """Return ``run`` as indented JSON with a final newline, the same bytes for the same run."""
    return msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n"


def decode_run(data: bytes, origin: str) -> Run:
    """Return the run that ``data`` holds; ``origin`` names it in errors.

    Raises:
        UsageError: not JSON, not of this schema, or of another version.
    """
    hint = "write it with --format json=FILE of the same version of bootfit"
    try:
        run = msgspec.json.decode(data, type=Run)
    except msgspec.DecodeError as error:
        raise UsageError(f"{origin} is no run document: {error}", hint) from None
    if run.schema != SCHEMA:
        raise UsageError(f"{origin} has schema {run.schema!r}, not {SCHEMA!r}", hint)
    return run


def run_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the run document."""
    schema = msgspec.json.schema(Run)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "What one run of bootfit learned",
        **schema,
    }
