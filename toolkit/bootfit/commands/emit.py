"""`bootfit emit`: the files of the plan, shown, written or compared."""

from typing import Any

import click

from bootfit.commands.options import (
    app_options,
    index_options,
    measured_option,
    output_options,
    project_options,
)


@click.command("emit")
@project_options
@app_options
@measured_option
@index_options
@click.option("--diff", "action", flag_value="diff", default="diff", help="Show what would change.")
@click.option("--write", "action", flag_value="write", help="Write the files.")
@click.option("--check", "action", flag_value="check", help="Exit 1 unless they are up to date.")
@click.option("--force", is_flag=True, help="With --write: also over files made by hand.")
@output_options
def command(action: str, force: bool, **options: Any) -> int:
    """Write the files of the plan for PROJECT: shown as a diff unless told otherwise."""
    from bootfit.commands.legs import check_or_take, measure_or_take
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.commands.plan_legs import emit, tune
    from bootfit.commands.walk import Walk
    from bootfit.emit import writing
    from bootfit.model.errors import ExitCode

    check_formats(options)
    walk = Walk("emit", options)
    with walk.progress:
        for leg in (check_or_take, measure_or_take, tune, emit):
            leg(walk)
    code = deliver(walk.run, options)
    if action == "write":
        writing.write(walk.root, walk.files, force=force)
    if action == "diff" and not options["formats"]:
        click.echo(writing.diff(walk.root, walk.files), nl=False)
    if action == "check" and writing.check(walk.root, walk.files):
        return ExitCode.FINDINGS
    return code
