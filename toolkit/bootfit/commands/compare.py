"""`bootfit compare`: base against head."""

from pathlib import Path
from typing import Any

import click

from bootfit.commands.compare_options import allow_option
from bootfit.commands.options import option
from bootfit.commands.output_options import output_options


@click.command("compare")
@click.argument("base", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("head", type=click.Path(path_type=Path, dir_okay=False))
@option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder whose [tool.bootfit.compare] says what is tolerated.",
)
@allow_option
@output_options
def command(base: Path, head: Path, project: Path, **options: Any) -> int:
    """Say what grew from BASE to HEAD, beyond noise and what is tolerated.

    Both are run documents (--format json=FILE), or baselines. What HEAD's own run found is not
    told again: the exit code is 1 only for what changed.
    """
    from dataclasses import replace

    from bootfit import __version__
    from bootfit.commands.compared import allowances, compare_runs, read_document, read_profile
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.config import load_config

    check_formats(options)
    allowed = allowances(load_config(project).compare, options["allow"])
    before, _ = read_profile(base)
    after = replace(
        read_document(head), command="compare", findings=(), bootfit_version=__version__
    )
    return deliver(compare_runs(before, after, str(head), allowed), options)
