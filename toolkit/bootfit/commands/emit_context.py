"""What emitters know of a project beside the plan."""

from typing import TYPE_CHECKING

from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription

if TYPE_CHECKING:
    from bootfit.emit import EmitContext


def emit_context(walk: Walk, description: AppDescription) -> "EmitContext":
    """Return the context for the project's own app."""
    from bootfit.emit import EmitContext
    from bootfit.requirements import read_requirement_texts

    return EmitContext(
        service=walk.config.name,
        platform=walk.platform,
        requirements=read_requirement_texts(walk.root, walk.config.requirements, walk.target),
        plugins=description.plugins,
        is_distribution=walk.config.is_distribution,
        from_source=_from_source(walk),
        health_path=walk.config.health_path,
        deployment=walk.config.deployment,
        python_path=_python_path(walk, description.app),
    )


def locked(walk: Walk) -> str | None:
    """Return all that the target installs, pinned with hashes; None where it is locked already.

    Raises:
        UsageError: there is nothing to lock, or it cannot be locked.
        UndeterminedError: the index does not answer.
    """
    from bootfit.commands.check_legs import index_values
    from bootfit.requirements.locking import locked_requirements

    values = index_values(walk)
    asked = ("index_url", "exclude_newer", "freshness", "progress")
    return locked_requirements(
        walk.root,
        walk.config.requirements,
        walk.platform,
        walk.target,
        **{name: values[name] for name in asked},
    )


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
