"""The last legs: measurements become a plan, the plan files, and the files are booted."""

from dataclasses import replace

from bootfit.commands.walk import Walk
from bootfit.model.errors import UndeterminedError

#: Unions that are measured at most to settle which combination is best; a sum bounds the others.
_ROUNDS = 6


def tune(walk: Walk) -> None:
    """Learn the plan; unions that settle which combination is best are measured for it."""
    from bootfit.measure import find_interpreter, measure_union
    from bootfit.tune import Wishes, union_to_measure
    from bootfit.tune import tune as choose

    description, measurements = walk.run.app, walk.run.measurements
    if description is None or measurements is None:
        raise UndeterminedError("there is nothing measured to plan with", "run `bootfit measure`")
    config = walk.config
    wishes = Wishes(
        budget_bytes=config.budget_memory_bytes,
        headroom=config.headroom,
        import_seconds=config.import_seconds,
        python=walk.target.python,
        workers=config.server.workers,
        threads=config.server.threads,
        timeout_seconds=config.server.timeout_seconds,
        preload=config.server.preload,
        max_requests=config.server.max_requests,
    )
    interpreter = find_interpreter(walk.root, config.interpreter)
    for _ in range(0 if walk.options.get("measured") else _ROUNDS):
        rungs = union_to_measure(measurements, description, walk.platform, wishes)
        if not rungs:
            break
        union = measure_union(
            description,
            walk.root,
            interpreter,
            rungs,
            samples=walk.options["samples"],
            jobs=walk.options["jobs"],
            environment=config.environment,
            time_limit_seconds=walk.options["time_limit"],
            progress=walk.progress,
        )
        measurements = replace(measurements, probes=(*measurements.probes, union))
    plan, findings = choose(measurements, description, walk.platform, wishes, walk.family)
    walk.learn(*findings, plan=plan, measurements=measurements)


def emit(walk: Walk) -> None:
    """Learn what the plan's files say, and how they stand to what the project has."""
    from bootfit.emit import EmitContext, emit_all
    from bootfit.emit.writing import compare
    from bootfit.requirements import read_requirement_texts

    plan, description = walk.run.plan, walk.run.app
    if plan is None or description is None:
        raise UndeterminedError("there is no plan to write down", "run `bootfit tune`")
    if plan.refusal:
        return
    context = EmitContext(
        service=walk.config.name,
        platform=walk.platform,
        requirements=read_requirement_texts(walk.root, walk.config.requirements, walk.target),
        plugins=description.plugins,
        is_distribution=walk.config.is_distribution,
        from_source=_from_source(walk),
        health_path=walk.config.health_path,
        python_path=_python_path(walk, plan.app),
    )
    walk.files = emit_all(plan, context, emitters=walk.functions("emitters"))
    walk.learn(emitted=compare(walk.root, walk.files))


def _python_path(walk: Walk, app: str) -> tuple[str, ...]:
    """Return ``("src",)`` where the app lies there and no build installs it, else nothing."""
    module = app.partition(":")[0].partition(".")[0]
    source = walk.root / "src"
    found = (source / module).is_dir() or (source / f"{module}.py").is_file()
    return ("src",) if found and not walk.config.is_distribution else ()


def _from_source(walk: Walk) -> tuple[str, ...]:
    """Return the distributions that install, but from no wheel."""
    checked = walk.run.check.distributions if walk.run.check else ()
    return tuple(d.name for d in checked if d.installs and d.verdict.endswith("-sdist"))


def verify(walk: Walk) -> None:
    """Learn what happens when the emitted files are booted under the platform's limit."""
    from bootfit.measure import find_interpreter
    from bootfit.verify import verify_plan

    plan, description = walk.run.plan, walk.run.app
    if plan is None or description is None:
        raise UndeterminedError("there is no plan to verify", "run `bootfit tune`")
    if plan.refusal:
        return
    evidence, findings = verify_plan(
        plan,
        walk.files,
        description,
        walk.platform,
        root=walk.root,
        interpreter=find_interpreter(walk.root, walk.config.interpreter),
        requests=walk.config.requests,
        environment=walk.config.environment,
        progress=walk.progress,
    )
    walk.learn(*findings, evidence=evidence)
