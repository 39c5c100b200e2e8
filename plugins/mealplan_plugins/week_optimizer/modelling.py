"""The two things that pulp does differently in its versions 3 and 4."""

import shutil
import warnings
from pathlib import Path
from typing import Any

import pulp


def variable(lp: Any, name: str, most: int | None = None) -> Any:
    """Return a new variable of ``lp``: an integer up to ``most``, or any number from 0 up."""
    kind = pulp.LpContinuous if most is None else pulp.LpInteger
    if hasattr(lp, "add_variable"):
        return lp.add_variable(name, 0, most, kind)
    return pulp.LpVariable(name, 0, most, kind)


def solver_path() -> Path:
    """Return the CBC that pulp brings, or the one on the path.

    Raises:
        RuntimeError: there is none that runs on this machine.
    """
    for kind in ("PULP_CBC_CMD", "COIN_CMD"):
        if not hasattr(pulp, kind):
            continue
        with warnings.catch_warnings():
            # Version 4 drops the first name: the second is asked then.
            warnings.simplefilter("ignore", DeprecationWarning)
            solver = getattr(pulp, kind)(msg=False)
        found = shutil.which(str(solver.path))
        if found is not None and solver.available():
            return Path(found)
    raise RuntimeError("pulp brings no CBC that runs on this machine")
