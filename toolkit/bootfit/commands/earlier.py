"""The run document of an earlier run, which spares measuring again."""

from pathlib import Path

from bootfit.commands.walk import Walk
from bootfit.model.document import decode_run
from bootfit.model.errors import UsageError
from bootfit.model.run import Run


def earlier_run(walk: Walk) -> Run | None:
    """Return what `--measured` names, or None where it names nothing.

    Raises:
        UsageError: it cannot be read, or is no run document.
    """
    document: Path | None = walk.options["measured"]
    if document is None:
        return None
    try:
        return decode_run(document.read_bytes(), str(document))
    except OSError as error:
        raise UsageError(
            f"cannot read {document}: {error.strerror}", "write one with --format json=FILE"
        ) from None
