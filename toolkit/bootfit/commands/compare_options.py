"""The options of commands that compare."""

from pathlib import Path

import click

from bootfit.commands.options import F, option


def allow_option(function: F) -> F:
    """Add what tolerates more, or less, than the project does."""
    return option(
        "--allow",
        multiple=True,
        envvar="BOOTFIT_ALLOW",
        metavar="KEY=VALUE",
        help="Tolerance: memory=1Mi, memory-percent=2%, import-time=10ms, download=5Mi, "
        "dependencies=1, …; may be repeated.",
    )(function)


def baseline_option(function: F) -> F:
    """Add what compares the result with a baseline."""
    return option(
        "--baseline",
        envvar="BOOTFIT_BASELINE",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Compare with this baseline or run document.",
    )(function)
