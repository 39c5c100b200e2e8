"""Characters of a stranger's text that steer what shows it, instead of being shown."""

import re

#: Control characters but tab, line feed and carriage return, which move a cursor or colour a
#: terminal; and those that turn the direction of what follows (Unicode annex 9, section 2).
_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def without_controls(text: str) -> str:
    """Return ``text`` without them."""
    return _STEERING.sub("", text)
