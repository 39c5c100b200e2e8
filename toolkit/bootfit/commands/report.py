"""`bootfit report`: a run document in another format."""

from pathlib import Path
from typing import Any

import click

from bootfit.commands.output_options import output_options


@click.command("report")
@click.argument("document", type=click.Path(path_type=Path, dir_okay=False))
@output_options
def command(document: Path, **options: Any) -> int:
    """Render the run document DOCUMENT (written by --format json=FILE)."""
    from bootfit.commands.outcome import deliver
    from bootfit.model.document import decode_run
    from bootfit.model.errors import UsageError

    try:
        data = document.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {document}: {error.strerror}", "write one with --format json=FILE"
        ) from None
    return deliver(decode_run(data, str(document)), options)
