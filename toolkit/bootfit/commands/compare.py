"""`bootfit compare`: base against head."""

from pathlib import Path
from typing import Any

import click

from bootfit.commands.compare_options import allow_option
from bootfit.commands.options import option
from bootfit.commands.output_options import output_options


@click.command("compare")
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("head", type=click.Path(path_type=Path))
@option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder whose [tool.bootfit.compare] says what is tolerated; HEAD, or where you are.",
)
@option(
    "--rounds",
    envvar="BOOTFIT_ROUNDS",
    type=click.IntRange(3, 100),
    default=7,
    show_default=True,
    help="Of two folders: how often each is measured, in turn; five times as often where in doubt.",
)
@option(
    "--interpreter",
    envvar="BOOTFIT_INTERPRETER",
    type=click.Path(path_type=Path),
    help="Of two folders: the Python of both, instead of each one's own.",
)
@option(
    "--time-limit",
    envvar="BOOTFIT_TIME_LIMIT",
    type=click.FloatRange(1, 3600),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="Of two folders: wall time that one probe may take.",
)
@allow_option
@output_options
def command(base: Path, head: Path, project: Path | None, **options: Any) -> int:
    """Say what grew from BASE to HEAD, beyond noise and what is tolerated.

    Both are run documents (--format json=FILE), BASE may be a baseline. Or both are folders, of
    two checkouts of the project: those are measured in turn, round by round, which sees smaller
    changes of import time on a machine with other work to do.

    What HEAD's own run found is not told again: the exit code is 1 only for what changed.
    """
    from dataclasses import replace

    from bootfit import __version__
    from bootfit.commands.compared import allowances, compare_runs, read_document, read_profile
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.compare import profile_of
    from bootfit.config import load_config
    from bootfit.model.errors import UsageError

    check_formats(options)
    folders = base.is_dir(), head.is_dir()
    if any(folders) and not all(folders):
        raise UsageError("one of BASE and HEAD is a folder", "name two folders or two documents")
    in_turn = all(folders)
    home = project or (head if in_turn else Path())
    allowed = allowances(load_config(home).compare, options["allow"])
    if in_turn:
        from bootfit.commands.in_turn import measure_in_turn

        older, newer = measure_in_turn(base, head, options["rounds"], allowed, options)
        before = profile_of(older, str(base))
    else:
        before, newer = read_profile(base)[0], read_document(head)
    after = replace(newer, command="compare", findings=(), bootfit_version=__version__)
    return deliver(compare_runs(before, after, str(head), allowed, in_turn=in_turn), options)
