"""A run becomes what the caller asked for: text or files, and the exit code."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

import click

from bootfit.extensions import as_function, find_extensions
from bootfit.model.errors import ExitCode, UsageError
from bootfit.model.finding import Severity, worst
from bootfit.model.run import Run
from bootfit.model.style import Style
from bootfit.model.writing import write_atomically


def deliver(run: Run, options: Mapping[str, Any]) -> int:
    """Render ``run`` in each wanted format, write it where it belongs, return the exit code.

    Raises:
        UsageError: an unknown format, two formats for one output, a file that cannot be written.
    """
    for name, path in _destinations(options["formats"] or ("text",), options["output"]):
        render = _renderer(name)
        text = render(run, _style(options, to_terminal=path is None))
        if path is None:
            click.echo(text, nl=False, color=True)
            continue
        try:
            write_atomically({path: text.encode()})
        except OSError as error:
            raise UsageError(
                f"cannot write {path}: {error.strerror}", "name a file in a folder that exists"
            ) from None
    severity = worst(run.findings)
    failing = severity is not None and severity.rank >= Severity(options["fail_on"]).rank
    return ExitCode.FINDINGS if failing else ExitCode.FITS


def check_formats(options: Mapping[str, Any]) -> None:
    """Refuse formats that cannot be delivered before any work is done.

    Raises:
        UsageError: as `deliver`.
    """
    for name, _ in _destinations(options["formats"] or ("text",), options["output"]):
        _renderer(name)


def _destinations(formats: Sequence[str], output: Path | None) -> list[tuple[str, Path | None]]:
    named = [tuple(entry.partition("=")[::2]) for entry in formats]
    destinations = [(name, Path(file) if file else output) for name, file in named]
    targets = [path for _, path in destinations]
    if len(set(targets)) != len(targets):
        raise UsageError(
            "two formats go to one output", "write them as --format json=run.json --format text"
        )
    return destinations


def _renderer(name: str) -> Any:
    from difflib import get_close_matches

    known = {extension.name: extension for extension in find_extensions("reports")}
    if name in known:
        try:
            return as_function(known[name].load())
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
            raise UsageError(
                f"format {name!r} of {known[name].distribution} cannot be used: "
                f"{type(error).__name__}: {error}",
                "mend or uninstall that distribution",
            ) from None
    near = get_close_matches(name, known, n=1)
    raise UsageError(
        f"unknown format {name!r}",
        f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}",
    )


def _style(options: Mapping[str, Any], *, to_terminal: bool) -> Style:
    wanted = options["color"]
    if wanted == "auto":
        terminal = to_terminal and sys.stdout.isatty()
        forced = bool(os.environ.get("FORCE_COLOR"))
        color = not os.environ.get("NO_COLOR") and (terminal or forced)
    else:
        color = wanted == "always"
    return Style(
        width=max(60, min(get_terminal_size((110, 24)).columns, 160)),
        color=color,
        verbosity=-1 if options["quiet"] else int(options["verbose"]),
    )
