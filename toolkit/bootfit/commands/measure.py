"""`bootfit measure`: what does each implementation cost?"""

from pathlib import Path
from typing import Any

import click

from bootfit.commands.compare_options import allow_option, baseline_option
from bootfit.commands.options import option, project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options


@click.command("measure")
@project_options
@app_options
@option(
    "--shard",
    envvar="BOOTFIT_SHARD",
    metavar="N/OF",
    help="Measure this part of the plugins alone; `bootfit merge` puts all parts together. The "
    "last one loads all plugins together.",
)
@option(
    "--deep",
    metavar="PLUGIN:NAME",
    help="Measure nothing; let memray look at this implementation, and say who holds its memory.",
)
@option(
    "--flame-graph",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="With --deep: where memray's page goes; else memray-PLUGIN-NAME.html.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Measure the boot alone, and make its heavy imports lazy where that is safe.",
)
@click.option("--diff", is_flag=True, help="With --fix: show what would change (the default).")
@click.option("--write", is_flag=True, help="With --fix: write it.")
@baseline_option
@allow_option
@output_options
def command(
    shard: str | None,
    baseline: Path | None,
    deep: str | None,
    flame_graph: Path | None,
    **options: Any,
) -> int:
    """Measure import time and peak memory of each implementation of PROJECT's app.

    With --fix the heavy imports that boot does without move into the functions that use them or,
    for a target on Python 3.15, become a `lazy import`; of each that stays it says why.
    """
    from bootfit.commands.compared import read_profile
    from bootfit.commands.keeping import compare_with_baseline
    from bootfit.commands.legs import measure
    from bootfit.commands.walk import Walk, walk_through
    from bootfit.model.errors import UsageError
    from bootfit.model.shards import parse_shard

    if options["fix"] or options["diff"] or options["write"]:
        from bootfit.commands.lazy_fix import fix_imports

        return fix_imports(options, alone=not (shard or baseline or deep or flame_graph))
    if deep:
        from bootfit.commands.deep import dive_into

        if shard or baseline:
            raise UsageError("--deep measures nothing to compare or to merge", "leave it out")
        return dive_into(deep, flame_graph, options)
    if flame_graph:
        raise UsageError("--flame-graph goes with --deep", "name an implementation with --deep")
    if shard and baseline:
        raise UsageError(
            "--shard and --baseline exclude each other", "merge the shards, then compare the whole"
        )
    part = parse_shard(shard) if shard else None
    if baseline:
        read_profile(baseline)  # before minutes of measuring

    def split(walk: Walk) -> None:
        walk.learn(shard=part)

    def compare(walk: Walk) -> None:
        if baseline:
            compare_with_baseline(walk, baseline)

    return walk_through("measure", options, split, measure, compare)
