"""`bootfit check --fix`: what was found, what to change, and the change itself."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from bootfit.commands.check_legs import index_values
from bootfit.commands.outcome import check_formats, deliver
from bootfit.commands.walk import Walk
from bootfit.model.finding import Severity


def check_and_fix(options: Mapping[str, Any], *, write: bool) -> int:
    """Check, show or write what mends it, and return the exit code.

    What is reported after a written fix is the project as it then is.
    """
    from bootfit.commands.requirement_use import compare_requirements
    from bootfit.requirements.fixing import fix_files, write_fix

    check_formats(options)
    walk = Walk("check", options)
    with walk.progress:
        fixed = fix_files(
            walk.root,
            walk.config.requirements,
            walk.platform,
            walk.target,
            lowest=Severity(options["fail_on"]),
            **index_values(walk),
        )
    if write and fixed.after is not None and fixed.after.fix is not None:
        write_fix(walk.root, fixed.files)
        written = replace(fixed.after, fix=replace(fixed.after.fix, written=True))
        walk.learn(*fixed.findings_after, check=written)
    else:
        walk.learn(*fixed.findings_before, check=fixed.before)
    compare_requirements(walk)
    code = deliver(walk.run, options)
    fix = fixed.before.fix
    to_stdout = [name for name in options["formats"] if "=" not in name and not options["output"]]
    if fix is not None and not to_stdout:
        click.echo(_visible(fix.diff), nl=False, color=True)
    return code


def _visible(text: str) -> str:
    """Return ``text`` for a terminal: what would steer it stands as its code. Else as it is."""
    if not sys.stdout.isatty():
        return text
    return "".join(
        char if char in "\n\t\r" or char.isprintable() else f"\\x{ord(char):02x}" for char in text
    )
