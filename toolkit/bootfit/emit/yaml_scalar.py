"""A string in YAML that readers of YAML 1.1 and of 1.2 read alike."""

import re

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
