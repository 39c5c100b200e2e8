"""`bootfit merge`: the documents of all shards become one."""

from pathlib import Path
from typing import Any

import click

from bootfit.commands.output_options import output_options


@click.command("merge")
@click.argument(
    "documents",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="RUN.json...",
)
@output_options
def command(documents: tuple[Path, ...], **options: Any) -> int:
    """Put run documents of one project together, and write the whole as JSON.

    They are the shards of `bootfit measure --shard 1/4`, each of them once, or repeated runs,
    whose samples are pooled. --format chooses another form than JSON.
    """
    from bootfit.commands.compared import read_document
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.model.shards import merge_runs

    if not options["formats"]:
        options["formats"] = ("json",)
    check_formats(options)
    runs = [read_document(path) for path in documents]
    return deliver(merge_runs(runs, [str(path) for path in documents]), options)
