"""`bootfit measure`: what does each implementation cost?"""

from typing import Any

import click

from bootfit.commands.options import project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options


@click.command("measure")
@project_options
@app_options
@output_options
def command(**options: Any) -> int:
    """Measure import time and peak memory of each implementation of PROJECT's app."""
    from bootfit.commands.legs import measure
    from bootfit.commands.walk import walk_through

    return walk_through("measure", options, measure)
