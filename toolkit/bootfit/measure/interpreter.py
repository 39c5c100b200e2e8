"""Which Python runs the probes: the project's own."""

import os
import sys
from pathlib import Path

from bootfit.model.errors import UsageError

_ENVIRONMENTS = (".venv", "venv")
_PLACES = ("bin/python", "bin/python3", "Scripts/python.exe")


def find_interpreter(root: Path, configured: Path | None = None) -> Path:
    """Return the interpreter that sees the project's distributions, as an absolute path.

    That is the configured one (a file, or the folder of a virtual environment, relative to the
    project); else the one of ``.venv`` or ``venv`` in the project; else bootfit's own. Links are
    not followed: through its link an interpreter knows its virtual environment.

    Raises:
        UsageError: the configured one is not there or cannot be run.
    """
    if configured is not None:
        wanted = root / configured
        found = _in_environment(wanted) if wanted.is_dir() else wanted
        if found is None or not os.access(found, os.X_OK) or found.is_dir():
            raise UsageError(
                f"no such interpreter: {wanted}",
                "name a Python executable, or the folder of a virtual environment",
            )
        return Path(os.path.abspath(found))  # noqa: PTH100 - resolve() would follow links
    for name in _ENVIRONMENTS:
        found = _in_environment(root / name)
        if found is not None:
            return Path(os.path.abspath(found))  # noqa: PTH100 - resolve() would follow links
    return Path(sys.executable)


def _in_environment(folder: Path) -> Path | None:
    candidates = (folder / place for place in _PLACES)
    return next((one for one in candidates if os.access(one, os.X_OK)), None)
