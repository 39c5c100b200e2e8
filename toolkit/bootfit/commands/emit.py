"""`bootfit emit`: the files of the plan, shown, written or compared."""

from typing import Any

import click

from bootfit.commands.file_legs import schema_option
from bootfit.commands.options import index_options, project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options, measured_option


@click.command("emit")
@project_options
@app_options
@measured_option
@index_options
@click.option("--diff", is_flag=True, help="Show what would change (the default).")
@click.option("--write", is_flag=True, help="Write the files.")
@click.option("--check", is_flag=True, help="Report an error unless they are up to date.")
@click.option("--force", is_flag=True, help="With --write: also over files made by hand.")
@click.option(
    "--also",
    multiple=True,
    metavar="ARTEFACT",
    help="Write this as well, beside what the platform reads: requirements-locked (pins with "
    "hashes), dockerfile, compose, fly; may be repeated.",
)
@schema_option
@output_options
def command(diff: bool, write: bool, check: bool, force: bool, **options: Any) -> int:
    """Write the files of the plan for PROJECT: shown as a diff unless told otherwise.

    A render.yaml that was made by hand is merged with: what the plan decides is set in the service
    of the app, all else stays. --force writes over it, as over other files made by hand.
    """
    from bootfit.commands.check_legs import check_or_take
    from bootfit.commands.emit_leg import emit
    from bootfit.commands.file_legs import platform_files, weigh_platform_files
    from bootfit.commands.legs import measure_or_take
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.commands.plan_legs import tune
    from bootfit.commands.walk import Walk
    from bootfit.emit import writing
    from bootfit.model.errors import UsageError
    from bootfit.model.finding import Place
    from bootfit.model.rules import FilesOutOfDate

    if diff + write + check > 1:
        raise UsageError("--diff, --write and --check exclude one another", "give one of them")
    check_formats(options)
    walk = Walk("emit", {**options, "force": force})
    with walk.progress:
        for leg in (platform_files, check_or_take, measure_or_take, tune):
            leg(walk)
        weigh_platform_files(walk)
        emit(walk)
    if check:
        walk.learn(
            *(
                FilesOutOfDate.finding(
                    file.path,
                    f"{file.path} is not as the plan would write it ({file.state})",
                    remedy="look at `bootfit emit --diff`, then `bootfit emit --write`",
                    place=Place(file.path),
                )
                for file in writing.check(walk.root, walk.files, walk.merged)
            )
        )
    if write:
        # First: a report ends with the verdict, and none is due where nothing could be written.
        writing.write(walk.root, walk.files, merged=walk.merged, force=force)
    code = deliver(walk.run, options)
    if not write and not check and not options["formats"]:
        click.echo(writing.diff(walk.root, walk.files), nl=False)
    return code
