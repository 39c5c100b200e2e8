"""`bootfit fit`: all of it, one table and one verdict."""

from typing import Any

import click

from bootfit.commands.file_legs import schema_option
from bootfit.commands.options import index_options, project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options, verify_options


@click.command("fit")
@project_options
@app_options
@verify_options
@index_options
@schema_option
@output_options
def command(**options: Any) -> int:
    """Say whether PROJECT installs, boots and fits: check, measure, tune, emit and verify it."""
    from bootfit.commands.check_legs import check
    from bootfit.commands.emit_leg import emit
    from bootfit.commands.file_legs import platform_files, weigh_platform_files
    from bootfit.commands.legs import measure
    from bootfit.commands.plan_legs import tune, verify
    from bootfit.commands.requirement_use import compare_requirements
    from bootfit.commands.walk import walk_through

    static = (check, compare_requirements, platform_files)
    return walk_through("fit", options, *static, measure, tune, weigh_platform_files, emit, verify)
