"""A string in YAML that readers of YAML 1.1 and of 1.2 read alike."""

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.-]+)*")
#: Words that a YAML 1.1 reader takes for something else than a string.
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"}


def scalar(text: str) -> str:
    """Return ``text`` so that readers of YAML 1.1 and 1.2 get the same string back."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    quoted: str = DoubleQuotedScalarString(text)
    return quoted


def quoted(value: Any) -> Any:
    """Return ``value`` with all of its strings, keys too, as `scalar` gives them."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, dict):
        return {quoted(key): quoted(inside) for key, inside in value.items()}
    return [quoted(one) for one in value] if isinstance(value, (list, tuple)) else value


def dumped(value: Any) -> str:
    """Return ``value`` as YAML in block style, its strings quoted where that is needed."""
    yaml = YAML()
    yaml.width = 2**20
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(quoted(value), stream)
    return stream.getvalue()
