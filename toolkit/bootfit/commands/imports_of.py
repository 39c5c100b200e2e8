"""What a project's source and its booted app say about its imports, for the leg that measures."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.environment import Environment
from bootfit.model.finding import Finding

if TYPE_CHECKING:
    from bootfit.imports import ProjectSource, Reached


@dataclass(frozen=True)
class ImportsOfApp:
    """The imports that an app can come to, and what is loaded once it has booted."""

    interpreter: Path
    source: "ProjectSource"
    environment: Environment
    reached: "tuple[Reached, ...]"


def imports_of(walk: Walk, description: AppDescription, interpreter: Path) -> ImportsOfApp:
    """Return what the app imports, by its source and by booting it once."""
    from bootfit.imports import (
        foreign_modules,
        is_aside,
        reached_imports,
        read_project_source,
    )
    from bootfit.measure import look_at_environment

    source = read_project_source(walk.root, walk.target.python)
    environment = look_at_environment(
        walk.root,
        interpreter,
        description.app,
        foreign_modules(source, [path for path in source.files if not is_aside(path)]),
        budget_bytes=walk.budget_bytes,
        environment=walk.config.environment,
        time_limit_seconds=walk.options["time_limit"],
    )
    rungs = [rung for plugin in description.plugins for rung in plugin.ladder]
    named = {name for rung in rungs for name in (rung.target, rung.exercise)}
    reached = reached_imports(
        source,
        description.app,
        environment.own_files,
        by_string=True,
        apart={name.partition(":")[0] for name in named},
    )
    return ImportsOfApp(interpreter, source, environment, reached)


def with_lazy_imports(
    walk: Walk, description: AppDescription, imports: ImportsOfApp
) -> AppDescription:
    """Return the app with what it imports lazily as plugins, and learn what was assumed of them.

    They have no exercise, so only their import is measured.
    """
    from bootfit.imports import as_plugins, assumptions, lazy_imports

    check = walk.run.check
    found = lazy_imports(
        imports.reached,
        imports.environment,
        declared=description.plugins,
        on_target=frozenset(canonicalize_name(one.name) for one in check.distributions)
        if check and check.resolved
        else None,
    )
    taken = {plugin.name for plugin in description.plugins}
    found = tuple(one for one in found if one.name not in taken)
    walk.learn(*assumptions(found))
    return replace(description, plugins=(*description.plugins, *as_plugins(found)))


def tells_of_imports(finding: Finding, description: AppDescription) -> bool:
    """Return whether a finding was made by `with_lazy_imports` or by `weigh_boot`."""
    plugins = {plugin.name for plugin in description.plugins}
    return finding.slug in {"heavy-at-boot", "import-never-used"} or (
        finding.slug == "assumption" and finding.subject in plugins
    )
