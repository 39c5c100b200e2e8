"""What a project's source says about its imports, for the legs that ask."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.check import RequirementLine
from bootfit.model.errors import BootfitError
from bootfit.model.finding import Finding
from bootfit.model.rules import Assumption

if TYPE_CHECKING:
    from bootfit.imports import LazyImport


def with_lazy_imports(walk: Walk, description: AppDescription, interpreter: Path) -> AppDescription:
    """Return the app with what it imports lazily as plugins, and learn what was assumed of them.

    They have no exercise, so only their import is measured.
    """
    from bootfit.imports import (
        as_plugins,
        foreign_modules,
        lazy_imports,
        reached_imports,
        read_project_source,
    )
    from bootfit.measure import look_at_environment

    source = read_project_source(walk.root, walk.target.python)
    environment = look_at_environment(
        walk.root,
        interpreter,
        description.app,
        foreign_modules(source, source.files),
        environment=walk.config.environment,
        time_limit_seconds=walk.options["time_limit"],
    )
    check = walk.run.check
    found = lazy_imports(
        reached_imports(source, description.app, environment.own_files),
        environment,
        declared=description.plugins,
        on_target=frozenset(canonicalize_name(one.name) for one in check.distributions)
        if check and check.resolved
        else None,
    )
    taken = {plugin.name for plugin in description.plugins}
    found = tuple(one for one in found if one.name not in taken)
    walk.learn(
        *(
            Assumption.finding(
                one.name,
                f"assumed plugin {one.name}: {one.where}; it has no exercise, so only its import "
                "is measured",
                place=one.place,
                remedy=f"name work that it does: {_declaration(one)}",
            )
            for one in found
        )
    )
    return replace(description, plugins=(*description.plugins, *as_plugins(found)))


def compare_requirements(walk: Walk) -> None:
    """Learn which requirements nothing imports, and which imports no requirement brings.

    Of what the project's environment does not know nothing is said, and no code of it runs.
    """
    from bootfit.imports import (
        foreign_modules,
        reached_imports,
        read_project_source,
        unrequired_imports,
        unused_requirements,
    )
    from bootfit.measure import find_interpreter, look_at_environment
    from bootfit.requirements import is_lock

    check = walk.run.check
    source = read_project_source(walk.root, walk.target.python)
    if check is None or not source.files:
        return
    known = check.resolved and all(one.slug != "not-checkable" for one in walk.run.findings)
    reached = reached_imports(source, app) if known and (app := _app(walk)) else ()
    try:
        environment = look_at_environment(
            walk.root,
            find_interpreter(walk.root, walk.config.interpreter),
            modules=foreign_modules(source, {one.path for one in reached}),
        )
    except BootfitError:
        return  # whoever measures will be told
    lines = [
        RequirementLine(one.name, one.name, one.place)
        for one in check.distributions
        if one.direct and one.place and not is_lock(Path(one.place.path).name)
    ]
    names = [one.name for one in check.distributions]
    walk.learn(
        *unused_requirements(source, lines, names, environment),
        *unrequired_imports(source, reached, names, environment),
    )


def _app(walk: Walk) -> str:
    """Return the app that the project means, "" where none is found."""
    from bootfit.imports import find_application

    try:
        return walk.config.app or find_application(walk.root).app
    except BootfitError:
        return ""


def _declaration(one: "LazyImport") -> str:
    """Return how to declare the plugin in pyproject.toml."""
    name = json.dumps(one.name) if "." in one.name else one.name
    return (
        f"[tool.bootfit.plugins.{name}] with imports = {json.dumps(list(one.modules))} and "
        'exercise = "module:function"'
    )


def without_repetition(walk: Walk, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return ``findings`` less those that an assumption about a plugin has told already."""
    told = {f"{one.subject}:{one.subject}" for one in walk.run.findings if one.slug == "assumption"}
    return tuple(one for one in findings if one.slug != "no-exercise" or one.subject not in told)
