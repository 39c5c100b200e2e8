"""`bootfit why`: why is that module loaded, and what does it cost?"""

from typing import Any

import click

from bootfit.commands.options import option, project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options


@click.command("why")
@click.argument("module")
@project_options
@option(
    "--implementation",
    metavar="PLUGIN:NAME",
    help="Look at this one on top of the app, and not at the app.",
)
@app_options
@output_options
def command(module: str, implementation: str | None, **options: Any) -> int:
    """Say why MODULE is loaded, by whom, what it costs, and what would remain without it.

    The app of PROJECT is looked at first, then each implementation on top of it. Each is one run
    with every import traced, so --samples and --jobs mean nothing here.
    """
    from bootfit.commands.app_asked import app_described, app_named
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.commands.walk import Walk
    from bootfit.measure import explain_module

    check_formats(options)
    walk = Walk("why", options)
    with walk.progress:
        app, interpreter = app_named(walk)
        why = explain_module(
            app,
            lambda: app_described(walk, app, interpreter),
            walk.root,
            interpreter,
            module,
            implementation=implementation or "",
            budget_bytes=walk.budget_bytes,
            environment=walk.config.environment,
            time_limit_seconds=walk.options["time_limit"],
            progress=walk.progress,
        )
    walk.learn(why=why)
    return deliver(walk.run, options)
