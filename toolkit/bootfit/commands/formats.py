"""The formats that the caller asked for: which, where to, and what they say."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bootfit.commands.format_style import style_of
from bootfit.extensions import (
    ANYTHING,
    BUILT_IN,
    Extension,
    as_function,
    find_extensions,
    guarded,
)
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding, in_order
from bootfit.model.run import Run


def render_all(run: Run, options: Mapping[str, Any]) -> tuple[Run, dict[Path | None, str]]:
    """Return output → text of each wanted format (None is stdout), and the run as they show it.

    A stranger's format that breaks is told on stderr and by the others, which come after it; on
    stdout the text report stands in for it, and its file is not written.

    Raises:
        UsageError: as `check_formats`.
    """
    known = {extension.name: extension for extension in find_extensions("reports")}
    wanted = destinations(options)
    texts: dict[Path | None, str] = dict.fromkeys((path for _, path in wanted), "")
    own = [(name, path) for name, path in wanted if known[name].distribution == BUILT_IN]
    for name, path in [one for one in wanted if one not in own]:
        found: list[Finding] = []
        render = guarded(known[name], _loaded(known[name]), str, str, found.append)
        texts[path] = render(run, style_of(options, to_terminal=path is None))
        for finding in found:
            click.echo(f"bootfit: {finding.message}", err=True)
            run = replace(run, findings=in_order((*run.findings, finding)))
            del texts[path]
            if path is None:
                own.append(("text", None))
    for name, path in own:
        texts[path] = _loaded(known[name])(run, style_of(options, to_terminal=path is None))
    return run, texts


def check_formats(options: Mapping[str, Any]) -> None:
    """Refuse formats that cannot be delivered before any work is done.

    Raises:
        UsageError: an unknown format, one that does not load or lacks what it needs, two formats
            for one output, an output in a folder that is not there or cannot be written to.
    """
    from difflib import get_close_matches

    known = {extension.name: extension for extension in find_extensions("reports")}
    for name, path in destinations(options):
        if path is not None and not os.access(path.parent, os.W_OK | os.X_OK):
            raise UsageError(
                f"cannot write {path}: its folder is not there, or may not be written to",
                "name a file in a folder that exists",
            )
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(
                f"unknown format {name!r}",
                f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}",
            )
        _check_needs(name, _loaded(known[name]))


def _check_needs(name: str, render: Callable[..., str]) -> None:
    """Refuse a format whose `needs` (names of modules) cannot be imported."""
    from importlib.util import find_spec

    missing = [module for module in getattr(render, "needs", ()) if find_spec(module) is None]
    if missing:
        raise UsageError(
            f"format {name!r} needs {' and '.join(missing)}",
            f"pip install 'bootfit[{getattr(render, 'extra', 'report')}]'",
        )


def destinations(options: Mapping[str, Any]) -> list[tuple[str, Path | None]]:
    """Return the wanted formats, each with its file or None for stdout.

    Raises:
        UsageError: two formats go to one output.
    """
    named = [tuple(entry.partition("=")[::2]) for entry in options["formats"] or ("text",)]
    found = [(name, Path(file) if file else options["output"]) for name, file in named]
    targets = [path for _, path in found]
    if len(set(targets)) != len(targets):
        raise UsageError(
            "two formats go to one output", "write them as --format json=run.json --format text"
        )
    return found


def _loaded(extension: Extension) -> Callable[..., str]:
    try:
        return as_function(extension.load())
    except ANYTHING as error:
        raise UsageError(
            f"format {extension.name!r} of {extension.distribution} cannot be used: "
            f"{type(error).__name__}: {error}",
            "mend or uninstall that distribution",
        ) from None
