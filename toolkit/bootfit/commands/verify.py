"""`bootfit verify`: boot what was emitted under the limit, and drive it."""

from typing import Any

import click

from bootfit.commands.options import index_options, project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options, measured_option, verify_options


@click.command("verify")
@project_options
@app_options
@measured_option
@verify_options
@click.option(
    "--find-limit",
    is_flag=True,
    help="Look for the smallest memory limit under which the plan still passes (minutes).",
)
@index_options
@output_options
def command(**options: Any) -> int:
    """Boot the plan for PROJECT under the platform's memory limit and request every endpoint."""
    from bootfit.commands.check_legs import check_or_take
    from bootfit.commands.emit_leg import emit
    from bootfit.commands.legs import measure_or_take
    from bootfit.commands.limit_leg import find_limit
    from bootfit.commands.plan_legs import tune, verify
    from bootfit.commands.walk import walk_through

    legs = (check_or_take, measure_or_take, tune, emit, verify, find_limit)
    return walk_through("verify", options, *legs)
