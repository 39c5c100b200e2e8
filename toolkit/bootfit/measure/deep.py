"""Let memray look at one implementation: who held memory when there was most of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootfit.limits.signals import endings_as_exceptions
from bootfit.measure.agent_run import AgentRun, Setting, memory_limit, run_agent
from bootfit.measure.attribution import rung_order, rungs_of, trace_imports
from bootfit.measure.deep_told import deep_dive_of
from bootfit.measure.description import cannot_import
from bootfit.measure.environment import ask_environment
from bootfit.measure.outcome import Outcome, outcome
from bootfit.model.app import AppDescription
from bootfit.model.deep_dive import DeepDive
from bootfit.model.errors import BootfitError, UndeterminedError, UsageError


def deep_dive(
    description: AppDescription,
    root: Path,
    interpreter: Path,
    implementation: str,
    flame_graph: Path,
    *,
    budget_bytes: int | None = None,
    environment: Mapping[str, str] | None = None,
    time_limit_seconds: float = 120.0,
    progress: Callable[[str], None] = lambda _text: None,
) -> DeepDive:
    """Return who held memory at the peak of one implementation on top of the app.

    It runs twice: without memray, for the kernel's figure, and with it, which takes about three
    times as long.

    Args:
        description: what `describe` returned.
        root: the project.
        interpreter: the project's Python, which memray has to be installed for.
        implementation: "plugin:implementation".
        flame_graph: where memray's page goes, over what is there.
        budget_bytes: what the app and the implementation may take; they may take more, not much.
        environment: variables that the app needs to be imported.
        time_limit_seconds: wall time that one run may take.
        progress: told about each run in a short text.

    Raises:
        UsageError: no such implementation; no memray there; no place for the page.
        UndeterminedError: the app or the implementation does not load.
    """
    (rung,) = rungs_of(description, (implementation,))
    if not flame_graph.resolve().parent.is_dir():
        raise UsageError(
            f"cannot write {flame_graph}: no such folder", "name a file in a folder that exists"
        )
    setting = Setting(
        root.resolve(),
        interpreter,
        time_limit_seconds,
        memory_limit(budget_bytes, 1),
        environment=environment or {},
        budget_bytes=budget_bytes,
    )
    asked = _Dive(description, setting, implementation)
    with endings_as_exceptions():
        installed = ask_environment(setting, modules=["memray"])
        if installed.found.get("memray") != "memray":
            raise UsageError(
                f"memray is not installed for {interpreter}",
                "pip install memray there; where bootfit shares it, that is the extra "
                "bootfit[memray]",
            )
        progress(f"{implementation} on top of the app, without memray")
        plain = trace_imports(setting, description.app, [(implementation, rung)])
        asked.check(plain.run, "")
        progress(f"{implementation} on top of the app, with memray")
        order = {
            "job": "deep",
            "app": description.app,
            "rungs": [rung_order(implementation, rung)],
            "flame_graph": str(flame_graph.resolve()),
        }
        run = run_agent(setting, order)
    asked.check(run, ", with memray")
    told = next(phase.event for phase in run.phases if phase.name == "dived")
    after = [one.reading for one in plain.run.phases if one.name in ("loaded", "exercised")]
    peak = max(one.peak_anonymous_bytes for one in after)
    return deep_dive_of(
        str(told["told"]), installed, implementation, peak - plain.before_bytes, str(flame_graph)
    )


@dataclass(frozen=True)
class _Dive:
    description: AppDescription
    setting: Setting
    implementation: str

    def check(self, run: AgentRun, how: str) -> None:
        """Raise what is wrong with a run, if anything is."""
        became = outcome(run, self.setting, has_app=True)
        if became.status != "measured":
            raise self._failed(became, how)

    def _failed(self, became: Outcome, how: str) -> BootfitError:
        if became.failure and became.failure["stage"] == "app":
            return cannot_import(became, self.description.app, "", self.setting)
        return UndeterminedError(
            f"{self.implementation} {became.detail}{how}", "`bootfit measure` tells more"
        )
