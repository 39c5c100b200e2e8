"""`bootfit tune`: which settings and implementations fit?"""

from typing import Any

import click

from bootfit.commands.options import project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options, measured_option


@click.command("tune")
@project_options
@app_options
@measured_option
@output_options
def command(**options: Any) -> int:
    """Choose server settings and implementations of PROJECT's app that fit the platform."""
    from bootfit.commands.legs import measure_or_take
    from bootfit.commands.plan_legs import tune
    from bootfit.commands.walk import walk_through

    return walk_through("tune", options, measure_or_take, tune)
