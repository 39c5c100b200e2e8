"""How wide, how colourful and how long a report shall be."""

import os
import sys
from collections.abc import Mapping
from shutil import get_terminal_size
from typing import Any

from bootfit.model.style import Style


def style_of(options: Mapping[str, Any], *, to_terminal: bool) -> Style:
    """Return what the options, the environment and the terminal ask for."""
    wanted = options["color"]
    if wanted == "auto":
        terminal = to_terminal and sys.stdout.isatty()
        forced = bool(os.environ.get("FORCE_COLOR"))
        color = not os.environ.get("NO_COLOR") and (terminal or forced)
    else:
        color = wanted == "always"
    return Style(
        width=max(60, min(get_terminal_size((110, 24)).columns, 160)),
        color=color,
        verbosity=-1 if options["quiet"] else int(options["verbose"]),
    )
