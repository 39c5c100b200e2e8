"""`bootfit check --fix`: what was found, what to change, and the change itself."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import click

from bootfit.commands.check_legs import index_values, requirement_files
from bootfit.commands.outcome import check_formats, deliver
from bootfit.commands.walk import Walk
from bootfit.model.check import Fix
from bootfit.model.finding import Severity
from bootfit.model.run import Run


def check_and_fix(options: Mapping[str, Any], *, write: bool) -> int:
    """Check, show or write what mends it, and return the exit code.

    What is reported after a written fix is the project as it then is: what was mended fails no
    longer, what no change of pins mends still does, and is named as such.
    """
    from bootfit.commands.file_legs import platform_files
    from bootfit.commands.requirement_use import compare_requirements
    from bootfit.model.file_change import write_changes
    from bootfit.requirements.fixing import fix_files

    check_formats(options)
    walk = Walk("check", options)
    with walk.progress:
        fixed = fix_files(
            walk.root,
            requirement_files(walk),
            walk.platform,
            walk.target,
            lowest=Severity(options["fail_on"]),
            **index_values(walk),
        )
    after = fixed.after if write else None
    if after is not None:
        write_changes(walk.root, fixed.files)
    walk.learn(*(fixed.findings_after if after else fixed.findings_before))
    walk.learn(check=after or fixed.before)
    compare_requirements(walk)
    platform_files(walk)
    fix = (after or fixed.before).fix
    if after is not None and fix is not None:
        fix = replace(fix, written=True, notes=(*fix.notes, *_remaining(walk.run, options)))
        walk.learn(check=replace(after, fix=fix))
    code = deliver(walk.run, options)
    to_stdout = [name for name in options["formats"] if "=" not in name and not options["output"]]
    if fix is not None and not to_stdout:
        if options["quiet"]:
            click.echo(visible(_in_short(fix)), nl=False)
        click.echo(visible(fix.diff), nl=False, color=True)
    return code


def _remaining(run: Run, options: Mapping[str, Any]) -> Iterator[str]:
    """Yield which findings still make the exit code 1 although the fix was written."""
    lowest = Severity(options["fail_on"])
    left = [finding for finding in run.findings if finding.severity.rank >= lowest.rank]
    if left:
        codes = ", ".join(dict.fromkeys(f"{one.code} {one.slug}" for one in left))
        yield f"what --fail-on {lowest.value} counts and no change of pins mends is left: {codes}"


def _in_short(fix: Fix) -> str:
    """Return what a quiet report leaves out: why nothing is changed, what has to be done by hand.

    Whoever asks for a fix asks for that.
    """
    lines = [f"· {note}" for note in fix.notes]
    if fix.reasons:
        lines.append("nothing is changed, since no change of pins helps:")
        lines += [f"· {reason}" for reason in fix.reasons]
    return "".join(f"{line}\n" for line in lines)


def visible(text: str) -> str:
    """Return ``text`` for a terminal: what would steer it stands as its code. Else as it is."""
    if not sys.stdout.isatty():
        return text
    return "".join(
        char if char in "\n\t\r" or char.isprintable() else f"\\x{ord(char):02x}" for char in text
    )
