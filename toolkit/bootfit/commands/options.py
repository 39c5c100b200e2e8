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
        option(
            "--python",
            envvar="BOOTFIT_PYTHON",
            metavar="X.Y[.Z][t]",
            help="Python of the target; 3.14t is free-threaded.",
        ),
        option(
            "--target",
            envvar="BOOTFIT_TARGET",
            metavar="NAME",
            help="What wheels must match, instead of the platform: x86_64-manylinux_2_28, "
            "aarch64-linux-musl1.2, macos-14-arm64, windows-amd64.",
        ),
        option(
            "-r",
            "--requirement",
            "requirements",
            multiple=True,
            metavar="FILE",
            help="Requirement file, relative to the project; may be repeated.",
        ),
        option(
            "--extra",
            "extras",
            multiple=True,
            envvar="BOOTFIT_EXTRA",
            metavar="NAME",
            help="Optional dependencies that are installed as well; may be repeated.",
        ),
        option(
            "--group",
            "groups",
            multiple=True,
            envvar="BOOTFIT_GROUP",
            metavar="[FILE:]NAME",
            help="Dependency group that is installed as well; may be repeated.",
        ),
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
