"""What a project's source says about its imports, for the legs that ask."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
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
        foreign_modules(source),
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
