"""The legs about files that the platform reads and somebody wrote: Procfile, render.yaml."""

from collections.abc import Iterable
from typing import Any

import click

from bootfit.commands.options import F, option
from bootfit.commands.walk import Walk
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding


def schema_option(function: F) -> F:
    """Add what holds render.yaml against a schema."""
    return option(
        "--schema",
        envvar="BOOTFIT_SCHEMA",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Hold render.yaml against this JSON Schema as well.",
    )(function)


def platform_files(walk: Walk) -> None:
    """Learn what the platform would refuse or pass over in the project's own files.

    Raises:
        UsageError: a file or the schema cannot be read.
    """
    from bootfit.emit.checking import check_files

    texts, handmade = _texts(walk)
    walk.learn(*_about(handmade, check_files(texts, walk.platform)))
    if walk.options.get("schema"):
        from pathlib import Path

        from bootfit.emit.checking.schema import read_schema, validate

        schema = read_schema(Path(walk.options["schema"]))
        if "render.yaml" not in texts:
            raise UsageError(
                f"--schema: there is no render.yaml in {walk.root}", "leave --schema out"
            )
        walk.learn(*validate(texts["render.yaml"], schema, "render.yaml"))


def weigh_platform_files(walk: Walk) -> None:
    """Learn which settings in the project's own files need more than there is."""
    from bootfit.commands.plan_legs import wishes_of
    from bootfit.emit.checking import weigh_files
    from bootfit.tune import what_if

    plan, measurements, description = walk.run.plan, walk.run.measurements, walk.run.app
    if plan is None or measurements is None or description is None:
        return
    need = what_if(plan, measurements, description, walk.platform, wishes_of(walk))
    texts, handmade = _texts(walk)
    walk.learn(*_about(handmade, weigh_files(texts, walk.platform, plan, need)))


def _texts(walk: Walk) -> tuple[dict[str, str], frozenset[str]]:
    """Return path → text of the platform's files in the project, and which are made by hand."""
    from bootfit.emit.checking import READ
    from bootfit.emit.writing import present

    return present(walk.root, READ)


def _about(paths: frozenset[str], findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings about ``paths``: what bootfit wrote, `bootfit emit` brings up to date."""
    return [finding for finding in findings if finding.place and finding.place.path in paths]


def only_files(options: dict[str, Any]) -> int:
    """Check the platform's files alone, ask no index, and return the exit code."""
    from bootfit.commands.walk import walk_through

    return walk_through("check", options, platform_files)
