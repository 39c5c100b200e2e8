"""`bootfit fit`: all of it, one table and one verdict."""

from typing import Any

import click

from bootfit.commands.options import (
    app_options,
    index_options,
    output_options,
    project_options,
)


@click.command("fit")
@project_options
@app_options
@index_options
@output_options
def command(**options: Any) -> int:
    """Say whether PROJECT installs, boots and fits: check, measure, tune, emit and verify it."""
    from bootfit.commands.check_legs import check
    from bootfit.commands.legs import measure
    from bootfit.commands.plan_legs import emit, tune, verify
    from bootfit.commands.walk import walk_through

    return walk_through("fit", options, check, measure, tune, emit, verify)
