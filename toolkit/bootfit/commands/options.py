"""The options that commands share; most also read the `BOOTFIT_*` variable that help names."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

#: An option whose help names the variable that it also reads.
option = partial(click.option, show_envvar=True)


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
        option("--platform", envvar="BOOTFIT_PLATFORM", help="Platform profile."),
        option("--python", envvar="BOOTFIT_PYTHON", metavar="X.Y.Z", help="Python of the target."),
        option(
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
        option("--app", envvar="BOOTFIT_APP", metavar="MODULE:ATTR", help="The app object."),
        option(
            "--interpreter",
            envvar="BOOTFIT_INTERPRETER",
            type=click.Path(path_type=Path),
            help="Python that has the project's requirements installed.",
        ),
        option(
            "--memory", envvar="BOOTFIT_MEMORY", metavar="SIZE", help="Memory budget, like 512Mi."
        ),
        option(
            "--samples",
            envvar="BOOTFIT_SAMPLES",
            type=click.IntRange(1, 50),
            default=3,
            show_default=True,
            help="Fresh processes a probe.",
        ),
        option(
            "--jobs",
            envvar="BOOTFIT_JOBS",
            type=click.IntRange(1, 64),
            default=2,
            show_default=True,
            help="Probes at a time.",
        ),
        option(
            "--time-limit",
            envvar="BOOTFIT_TIME_LIMIT",
            type=click.FloatRange(1, 3600),
            default=120,
            show_default=True,
            metavar="SECONDS",
            help="Wall time that one probe may take.",
        ),
    )(function)


def measured_option(function: F) -> F:
    """Add what spares measuring again."""
    return option(
        "--measured",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="RUN.json",
        help="Take the measurements from an earlier run document.",
    )(function)


def index_options(function: F) -> F:
    """Add what says which package index is asked."""
    return apply(
        option("--index-url", envvar="BOOTFIT_INDEX_URL", metavar="URL", help="Package index."),
        option(
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
        option(
            "--format",
            "formats",
            multiple=True,
            metavar="NAME[=FILE]",
            help="text, json, or an extension's; may be repeated.",
        ),
        option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File for the one format that names none.",
        ),
        option(
            "--fail-on",
            type=click.Choice(["note", "warning", "error"]),
            default="error",
            show_default=True,
            envvar="BOOTFIT_FAIL_ON",
            help="Lowest severity that makes the exit code 1.",
        ),
        option(
            "--color",
            envvar="BOOTFIT_COLOR",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour of the text report.",
        ),
        option("-q", "--quiet", is_flag=True, help="The verdict and findings alone."),
        option("-v", "--verbose", is_flag=True, help="Every detail."),
    )(function)
