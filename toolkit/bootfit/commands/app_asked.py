"""The app that a question is about, and its plugins, without measuring it."""

from pathlib import Path

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription


def app_asked(walk: Walk) -> tuple[AppDescription, Path]:
    """Return the app with all plugins, those that were assumed included, and its interpreter."""
    from bootfit.commands.imports_of import imports_of, with_lazy_imports
    from bootfit.imports import find_application
    from bootfit.measure import describe, find_interpreter

    config = walk.config
    interpreter = find_interpreter(walk.root, config.interpreter)
    app = config.app
    if app is None:
        found = find_application(walk.root)
        app = found.app
        walk.assume(f"app {app}: {found.reason}")
    description = describe(
        walk.root,
        interpreter,
        app,
        config.plugins_registry,
        config.plugins,
        budget_bytes=walk.budget_bytes,
        environment=config.environment,
        time_limit_seconds=walk.options["time_limit"],
        progress=walk.progress,
    )
    imports = imports_of(walk, description, interpreter)
    return with_lazy_imports(walk, description, imports), interpreter
