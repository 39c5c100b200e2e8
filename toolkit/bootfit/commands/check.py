"""`bootfit check`: does every requirement install on the target?"""

from typing import Any

import click

from bootfit.commands.file_legs import schema_option
from bootfit.commands.options import index_options, project_options
from bootfit.commands.output_options import output_options


@click.command("check")
@project_options
@index_options
@click.option(
    "--matrix",
    envvar="BOOTFIT_MATRIX",
    metavar="3.9-3.13",
    help="Try these Pythons as well; ranges and single ones, with commas between.",
)
@click.option(
    "--sizes",
    is_flag=True,
    envvar="BOOTFIT_SIZES",
    help="Ask every wheel what it takes on disk (a request or two each, kept for good).",
)
@click.option(
    "--allow-builds",
    is_flag=True,
    help="Build here what has no wheel, to see whether it does. That runs its code.",
)
@click.option(
    "--files",
    is_flag=True,
    help="Only what the platform reads (Procfile, render.yaml): no index is asked.",
)
@schema_option
@click.option("--fix", is_flag=True, help="Change the pins that block, if all installs then.")
@click.option("--diff", is_flag=True, help="With --fix: show what would change (the default).")
@click.option("--write", is_flag=True, help="With --fix: write it.")
@output_options
def command(files: bool, fix: bool, diff: bool, write: bool, **options: Any) -> int:
    """Say whether every direct and transitive requirement of PROJECT installs on the target.

    Its Procfile and render.yaml are read as well: what the platform would refuse or pass over.

    With --fix the pins that block are moved to the nearest versions with which the whole project
    installs. --write exits with 0 when nothing is left that --fail-on counts, and with 1 when
    something is: what no change of pins mends, or, nothing written, the pins themselves.
    """
    from bootfit.commands.check_legs import check
    from bootfit.commands.file_legs import only_files, platform_files
    from bootfit.commands.requirement_use import compare_requirements
    from bootfit.commands.walk import walk_through
    from bootfit.model.errors import UsageError

    if (diff or write) and not fix:
        raise UsageError("--diff and --write go with --fix", "add --fix")
    if diff and write:
        raise UsageError("--diff and --write exclude one another", "give one of them")
    if files:
        if fix:
            raise UsageError("--files and --fix exclude one another", "give one of them")
        return only_files(options)
    if fix:
        from bootfit.commands.fixing import check_and_fix

        return check_and_fix(options, write=write)
    return walk_through("check", options, check, compare_requirements, platform_files)
