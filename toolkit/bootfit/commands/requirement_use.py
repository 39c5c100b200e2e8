"""The leg that compares what a project requires with what its source imports."""

from pathlib import Path

from bootfit.commands.walk import Walk
from bootfit.model.check import RequirementLine
from bootfit.model.errors import BootfitError


def compare_requirements(walk: Walk) -> None:
    """Learn which requirements nothing imports, and which imports no requirement brings.

    A note says what the project's environment does not know. No code of it runs.
    """
    from bootfit.imports import (
        foreign_modules,
        not_compared,
        reached_imports,
        read_project_source,
        unknown_use,
        unrequired_imports,
        unused_requirements,
    )
    from bootfit.requirements import is_lock

    check = walk.run.check
    source = read_project_source(walk.root, walk.target.python)
    if check is None or not source.files:
        return
    # Only now: a folder of requirement files alone need not wait for that import.
    from bootfit.measure import find_interpreter, look_at_environment

    known = check.resolved and all(one.slug != "not-checkable" for one in walk.run.findings)
    reached = reached_imports(source, app) if known and (app := _app(walk)) else ()
    try:
        environment = look_at_environment(
            walk.root,
            find_interpreter(walk.root, walk.config.interpreter),
            modules=foreign_modules(source, {one.path for one in reached}),
        )
    except BootfitError as error:
        walk.learn(not_compared(error.message, error.hint))
        return
    lines = [
        RequirementLine(one.name, one.name, one.place)
        for one in check.distributions
        if one.direct and one.place and not is_lock(Path(one.place.path).name)
    ]
    names = [one.name for one in check.distributions]
    walk.learn(
        *unused_requirements(source, lines, names, environment),
        *unrequired_imports(source, reached, names, environment),
        *unknown_use(source, lines, reached, names, environment),
    )


def _app(walk: Walk) -> str:
    """Return the app that the project means, "" where none is found."""
    from bootfit.imports import find_application

    try:
        return walk.config.app or find_application(walk.root).app
    except BootfitError:
        return ""
