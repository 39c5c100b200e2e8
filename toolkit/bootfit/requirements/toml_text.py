"""TOML text becomes tables, and an error says where."""

import re
import sys
from typing import Any

from bootfit.model.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def load_toml(text: str, file: str) -> dict[str, Any]:
    """Return the TOML document.

    Raises:
        UsageError: it is none; names file, line and column.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
        line, column = (match[1], match[2]) if match and match[1] else (text.count("\n") + 1, 1)
        reason = re.sub(r"\s*\(at .*\)", "", str(error))
        raise UsageError(
            f"{file}:{line}:{column}: this is not TOML: {reason}", "mend the line and try again"
        ) from None
