"""The app that a question is about, and its plugins, without measuring it."""

from pathlib import Path

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription


def app_named(walk: Walk) -> tuple[str, Path]:
    """Return the app that is meant, "module:attribute", and the project's interpreter."""
    from bootfit.imports import find_application
    from bootfit.measure import find_interpreter

    app = walk.config.app
    if app is None:
        found = find_application(walk.root)
        app = found.app
        walk.assume(f"app {app}: {found.reason}")
    return app, find_interpreter(walk.root, walk.config.interpreter)


def app_described(walk: Walk, app: str, interpreter: Path) -> AppDescription:
    """Return the app with all plugins, those that were assumed included; the run learns it."""
    from bootfit.commands.imports_of import imports_of, with_lazy_imports
    from bootfit.measure import describe

    config = walk.config
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
    description = with_lazy_imports(walk, description, imports_of(walk, description, interpreter))
    walk.learn(app=description)
    return description
