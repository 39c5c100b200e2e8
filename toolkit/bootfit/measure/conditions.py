"""What the samples depend on: interpreter, machine, kernel, and everything that is installed."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bootfit.limits.hierarchies import Hierarchies, read_hierarchies
from bootfit.measure.agent_run import Setting
from bootfit.measure.description import ask, cannot_import
from bootfit.measure.outcome import outcome
from bootfit.model.app import PluginDeclaration
from bootfit.model.measurement import Conditions


@dataclass(frozen=True)
class Survey:
    """What the project's interpreter can see, found without importing any of it."""

    conditions: Conditions
    #: Modules that some rung needs and that cannot be found.
    missing: frozenset[str]


def survey(setting: Setting, plugins: Sequence[PluginDeclaration], samples: int) -> Survey:
    """Return what is installed and what is missing for the rungs of ``plugins``.

    Raises:
        UndeterminedError: the interpreter does not answer.
        UsageError: the interpreter cannot be run.
    """
    modules = sorted({name for one in plugins for rung in one.ladder for name in rung.imports})
    run = ask(setting, {"job": "survey", "modules": modules})
    if not run.complete:
        raise cannot_import(outcome(run, setting, has_app=False), "", "", setting)
    told = run.phases[-1].event
    installed, missing = told["installed"], told["missing"]
    conditions = Conditions(
        interpreter=str(setting.interpreter),
        python=str(told["python"]),
        machine=platform.machine(),
        kernel=platform.release(),
        cgroup=version_of(read_hierarchies()) if platform.system() == "Linux" else "none",
        load_average=os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0,
        samples=samples,
        limit_kind=run.limit_kind,
        limit_bytes=setting.memory_limit_bytes,
        installed=tuple((name, version) for name, version in installed)
        if isinstance(installed, list)
        else (),
    )
    return Survey(conditions, frozenset(missing if isinstance(missing, list) else ()))


def version_of(hierarchies: Hierarchies) -> Literal["v1", "v2", "none"]:
    """Return which version of control groups accounts for memory here."""
    if "memory" in hierarchies.by_controller:
        return "v1"
    return "v2" if hierarchies.unified is not None else "none"
