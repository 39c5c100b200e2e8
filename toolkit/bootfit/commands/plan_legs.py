"""The last legs: measurements become a plan, the plan files, and the files are booted."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bootfit.commands import missing
from bootfit.commands.walk import Walk
from bootfit.model.errors import UndeterminedError
from bootfit.model.evidence import Evidence
from bootfit.model.finding import Finding, Place
from bootfit.model.plan import Plan
from bootfit.model.rules import NotWhatDeploys

if TYPE_CHECKING:
    from bootfit.tune import Wishes

#: Rounds of measuring what settles which plan is best; after them bounds decide.
_ROUNDS = 8


def wishes_of(walk: Walk) -> "Wishes":
    """Return what the project fixed beforehand."""
    from bootfit.tune import Wishes

    server = walk.config.server
    return Wishes(
        budget_bytes=walk.config.budget_memory_bytes,
        headroom=walk.config.headroom,
        import_seconds=walk.config.import_seconds,
        python=walk.target.python,
        workers=server.workers,
        threads=server.threads,
        timeout_seconds=server.timeout_seconds,
        preload=server.preload,
        max_requests=server.max_requests,
    )


def tune(walk: Walk) -> None:
    """Learn the plan; unions and servers that settle which is best are measured for it."""
    from bootfit.tune import serving_to_measure, settled, union_to_measure
    from bootfit.tune import tune as choose

    description, measurements = walk.run.app, walk.run.measurements
    if description is None or measurements is None:
        raise UndeterminedError("there is nothing measured to plan with", "run `bootfit measure`")
    wishes = wishes_of(walk)
    on = (description, walk.platform, wishes)
    for _ in range(0 if walk.options.get("measured") else _ROUNDS):
        rungs = union_to_measure(measurements, *on)
        if rungs:
            union = missing.union(walk, description, rungs)
            measurements = replace(measurements, probes=(*measurements.probes, union))
            continue
        plans = serving_to_measure(measurements, *on)
        if not plans:
            break
        # A leak is the same however many threads there are: one run looks for it.
        served = [missing.serving(walk, description, one, leaks=one is plans[-1]) for one in plans]
        measurements = replace(measurements, serving=(*measurements.serving, *served))
    plan, findings = choose(measurements, *on, walk.family)
    walk.run = replace(walk.run, findings=settled(walk.run.findings, plan))
    walk.learn(*findings, plan=plan, measurements=measurements)


#: Files that say how the server runs; the others say what is installed.
_DECIDE = frozenset({"Procfile", "gunicorn.conf.py", "render.yaml", "Dockerfile", "fly.toml"})


def verify(walk: Walk) -> None:
    """Learn what happens when the emitted files are booted under the platform's limit."""
    plan = walk.run.plan
    if plan is None:
        raise UndeterminedError("there is no plan to verify", "run `bootfit tune`")
    if plan.refusal:
        return
    evidence, findings = run_under(walk, plan)
    by_hand = (
        NotWhatDeploys.finding(
            file.path,
            f"{file.path} was made by hand: what ran is the plan's, and this is what deploys",
            remedy="see `bootfit emit --diff`; `bootfit emit --write --force` takes the plan's",
            place=Place(file.path),
        )
        for file in walk.run.emitted or ()
        if file.state == "hand-made" and file.path in _DECIDE
    )
    walk.learn(*findings, *by_hand, evidence=evidence)


def run_under(
    walk: Walk, plan: Plan, most_rounds: int | None = None
) -> tuple[Evidence, tuple[Finding, ...]]:
    """Return what happened when the emitted files ran under the budget of ``plan``.

    ``most_rounds`` bounds the load, for one run of many.

    Raises:
        UndeterminedError: it is not known which app that is.
    """
    from bootfit.measure import find_interpreter
    from bootfit.verify import verify_plan
    from bootfit.verify.verify import Bounds

    if walk.run.app is None:
        raise UndeterminedError("there is no app to run", "run `bootfit measure`")
    return verify_plan(
        plan,
        walk.files,
        walk.run.app,
        walk.platform,
        root=walk.root,
        interpreter=find_interpreter(walk.root, walk.config.interpreter),
        requests=walk.config.requests,
        environment=walk.config.environment,
        limit_cpu=walk.options["limit_cpu"],
        bounds=Bounds(load_rounds=most_rounds) if most_rounds else None,
        progress=walk.progress,
    )
