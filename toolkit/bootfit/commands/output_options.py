"""The options that say how the answer is given."""

from pathlib import Path

import click

from bootfit.commands.options import F, apply, option


def output_options(function: F) -> F:
    """Add what says how the answer is given."""
    return apply(
        option(
            "--format",
            "formats",
            multiple=True,
            metavar="NAME[=FILE]",
            help="text, json, markdown, html, github, gitlab, junit, sarif, openmetrics, or an "
            "extension's; may be repeated.",
        ),
        option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File for the one format that names none.",
        ),
        option(
            "--fail-on",
            type=click.Choice(["note", "warning", "error"]),
            default="error",
            show_default=True,
            envvar="BOOTFIT_FAIL_ON",
            help="Lowest severity that makes the exit code 1.",
        ),
        option(
            "--color",
            envvar="BOOTFIT_COLOR",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour of the text report.",
        ),
        option("-q", "--quiet", is_flag=True, help="The verdict and findings alone."),
        option("-v", "--verbose", is_flag=True, help="Every detail."),
    )(function)
