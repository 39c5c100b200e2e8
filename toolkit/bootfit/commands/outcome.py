"""A run becomes what the caller asked for: text or files, and the exit code."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from bootfit.commands.formats import check_formats, render_all
from bootfit.extensions import examine
from bootfit.model.answer import exit_code
from bootfit.model.errors import UsageError
from bootfit.model.finding import Severity, in_order
from bootfit.model.run import Run
from bootfit.model.writing import write_atomically

__all__ = ["check_formats", "deliver"]


def deliver(run: Run, options: Mapping[str, Any]) -> int:
    """Ask the rules of extensions, render ``run`` in each wanted format and write it.

    Returns the exit code.

    Raises:
        UsageError: an unknown format, two formats for one output, a file that cannot be written.
    """
    check_formats(options)
    found = [one for one in examine(run) if one not in run.findings]
    if found:
        run = replace(run, findings=in_order((*run.findings, *found)))
    run, texts = render_all(run, options)
    for path, text in texts.items():
        if path is None:
            click.echo(text, nl=False, color=True)
            continue
        try:
            write_atomically({path: text.encode()})
        except OSError as error:
            raise UsageError(
                f"cannot write {path}: {error.strerror}", "name a file in a folder that exists"
            ) from None
    return exit_code(run.findings, Severity(options["fail_on"]))
