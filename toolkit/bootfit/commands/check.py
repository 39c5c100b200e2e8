"""`bootfit check`: does every requirement install on the target?"""

from typing import Any

import click

from bootfit.commands.options import index_options, output_options, project_options


@click.command("check")
@project_options
@index_options
@click.option(
    "--matrix",
    envvar="BOOTFIT_MATRIX",
    metavar="3.9-3.13",
    help="Try these Pythons as well; ranges and single ones, with commas between.",
)
@output_options
def command(**options: Any) -> int:
    """Say whether every direct and transitive requirement of PROJECT installs on the target."""
    from bootfit.commands.legs import check
    from bootfit.commands.walk import walk_through

    return walk_through("check", options, check)
