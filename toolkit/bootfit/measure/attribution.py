"""Run the app, or an implementation on top of it, once more and see what each import takes."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bootfit.measure.agent_run import AgentRun, Setting, run_agent
from bootfit.measure.module_tree import module_tree
from bootfit.measure.outcome import Outcome, outcome
from bootfit.measure.trace import Trace, trace_of
from bootfit.model.app import AppDescription, ImplementationDeclaration
from bootfit.model.attribution import ModuleTree
from bootfit.model.environment import Environment
from bootfit.model.errors import UsageError


@dataclass(frozen=True)
class Traced:
    """A traced run: what became of it, and what it told; ``trace`` is None where it failed."""

    run: AgentRun
    outcome: Outcome
    trace: Trace | None
    #: Number of the phase that what was asked for begins with: 1 on top of an app.
    first_phase: int
    before_bytes: int
    modules_loaded: int


def rungs_of(
    description: AppDescription, subjects: Sequence[str]
) -> tuple[ImplementationDeclaration, ...]:
    """Return the rungs that subjects ("plugin:implementation") name.

    Raises:
        UsageError: there is no such implementation.
    """
    known = {
        f"{plugin.name}:{rung.name}": rung
        for plugin in description.plugins
        for rung in plugin.ladder
    }
    for subject in subjects:
        if subject not in known:
            near = get_close_matches(subject, known, n=1)
            raise UsageError(
                f"no such implementation: {subject}",
                f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}",
            )
    return tuple(known[subject] for subject in subjects)


def rung_order(subject: str, rung: ImplementationDeclaration) -> dict[str, object]:
    """Return what an agent is told about one implementation."""
    return {
        "subject": subject,
        "target": rung.target,
        "imports": list(rung.imports),
        "exercise": rung.exercise,
    }


def trace_imports(
    setting: Setting,
    app: str,
    rungs: Sequence[tuple[str, ImplementationDeclaration]] = (),
    *,
    blocked: Sequence[str] = (),
    waiting: tuple[Sequence[str], Sequence[str]] | None = None,
    about: str = "",
    stop: threading.Event | None = None,
) -> Traced:
    """Return what importing the app, and then the implementations with an exercise each, took.

    Args:
        setting: where and how it runs.
        app: "module:attribute"; "" for none.
        rungs: each with its "plugin:implementation".
        blocked: modules that cannot be found in that run.
        waiting: files of the project, and the modules that they import as if lazily: nothing is
            loaded, and the first use of one is an exception.
        about: a module whose users are wanted.
        stop: set where the run is to be ended.

    Raises:
        OSError: the interpreter cannot be started.
    """
    order: dict[str, object] = {
        "job": "attribute",
        "app": app,
        "rungs": [rung_order(subject, rung) for subject, rung in rungs],
        "blocked": list(blocked),
        "waiting": [list(part) for part in waiting] if waiting else [],
        "about": about,
    }
    run = run_agent(setting, order, stop)
    became = outcome(run, setting, has_app=bool(app))
    first_phase = 1 if app and rungs else 0
    told = {phase.name: phase for phase in run.phases}
    before = told.get("app" if first_phase else "started")
    loaded = [phase.number("modules") for phase in run.phases if "modules" in phase.event]
    return Traced(
        run=run,
        outcome=became,
        trace=trace_of(told["attributed"].event)
        if became.status == "measured" and "attributed" in told
        else None,
        first_phase=first_phase,
        before_bytes=before.reading.anonymous_bytes if before else 0,
        modules_loaded=int(loaded[-1]) if loaded else 0,
    )


def tree_of(traced: Traced, environment: Environment, implementations: Sequence[str]) -> ModuleTree:
    """Return the tree of a traced run; one that only says why, where the run failed."""
    if traced.trace is None:
        return ModuleTree(tuple(implementations), detail=traced.outcome.detail or "told nothing")
    return module_tree(
        traced.trace,
        environment,
        implementations,
        first_phase=traced.first_phase,
        before_bytes=traced.before_bytes,
        modules_loaded=traced.modules_loaded,
    )
