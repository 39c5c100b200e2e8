"""The options that commands share. Each option also reads a `BOOTFIT_*` variable."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def apply(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator that applies ``decorators`` so that help lists them in this order."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def project_options(function: F) -> F:
    """Add what says which project is meant and where it will run."""
    return apply(
        click.argument("project", type=click.Path(path_type=Path, file_okay=False), default=Path()),
        click.option("--platform", envvar="BOOTFIT_PLATFORM", help="Platform profile."),
        click.option(
            "--python", envvar="BOOTFIT_PYTHON", metavar="X.Y.Z", help="Python of the target."
        ),
        click.option(
            "-r",
            "--requirement",
            "requirements",
            multiple=True,
            metavar="FILE",
            help="Requirement file, relative to the project; may be repeated.",
        ),
    )(function)


def app_options(function: F) -> F:
    """Add what says how the app is probed."""
    return apply(
        click.option("--app", envvar="BOOTFIT_APP", metavar="MODULE:ATTR", help="The app object."),
        click.option(
            "--interpreter",
            envvar="BOOTFIT_INTERPRETER",
            type=click.Path(path_type=Path),
            help="Python that has the project's requirements installed.",
        ),
        click.option(
            "--memory", envvar="BOOTFIT_MEMORY", metavar="SIZE", help="Memory budget, like 512Mi."
        ),
        click.option(
            "--samples",
            type=click.IntRange(1, 50),
            default=3,
            show_default=True,
            help="Fresh processes a probe.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(1, 64),
            default=2,
            show_default=True,
            help="Probes at a time.",
        ),
        click.option(
            "--time-limit",
            type=click.FloatRange(min=1),
            default=120,
            show_default=True,
            metavar="SECONDS",
            help="Wall time that one probe may take.",
        ),
    )(function)


def measured_option(function: F) -> F:
    """Add what spares measuring again."""
    return click.option(
        "--measured",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="RUN.json",
        help="Take the measurements from an earlier run document.",
    )(function)


def index_options(function: F) -> F:
    """Add what says which package index is asked."""
    return apply(
        click.option(
            "--index-url", envvar="BOOTFIT_INDEX_URL", metavar="URL", help="Package index."
        ),
        click.option(
            "--exclude-newer",
            envvar="BOOTFIT_EXCLUDE_NEWER",
            metavar="DATE",
            help="Ignore uploads after this date (reproducible answers).",
        ),
        click.option(
            "--offline",
            is_flag=True,
            envvar="BOOTFIT_OFFLINE",
            help="Ask the cache alone, however old it is.",
        ),
        click.option(
            "--refresh",
            is_flag=True,
            envvar="BOOTFIT_REFRESH",
            help="Ask the index anew; else index pages are kept for ten minutes.",
        ),
    )(function)


def output_options(function: F) -> F:
    """Add what says how the answer is given."""
    return apply(
        click.option(
            "--format",
            "formats",
            multiple=True,
            metavar="NAME[=FILE]",
            help="text, json, or an extension's; may be repeated.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File for the one format that names none.",
        ),
        click.option(
            "--fail-on",
            type=click.Choice(["note", "warning", "error"]),
            default="error",
            show_default=True,
            envvar="BOOTFIT_FAIL_ON",
            help="Lowest severity that makes the exit code 1.",
        ),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour of the text report.",
        ),
        click.option("-q", "--quiet", is_flag=True, help="The verdict and findings alone."),
        click.option("-v", "--verbose", is_flag=True, help="Every detail."),
    )(function)
