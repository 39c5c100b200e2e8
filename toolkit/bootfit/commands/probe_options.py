"""The options of commands that start the app: how it is probed, and how it is verified."""

from pathlib import Path

import click

from bootfit.commands.options import F, apply, option


def app_options(function: F) -> F:
    """Add what says how the app is probed."""
    return apply(
        option("--app", envvar="BOOTFIT_APP", metavar="MODULE:ATTR", help="The app object."),
        option(
            "--interpreter",
            envvar="BOOTFIT_INTERPRETER",
            type=click.Path(path_type=Path),
            help="Python that has the project's requirements installed.",
        ),
        option(
            "--memory", envvar="BOOTFIT_MEMORY", metavar="SIZE", help="Memory budget, like 512Mi."
        ),
        option(
            "--samples",
            envvar="BOOTFIT_SAMPLES",
            type=click.IntRange(1, 50),
            default=3,
            show_default=True,
            help="Fresh processes a probe.",
        ),
        option(
            "--jobs",
            envvar="BOOTFIT_JOBS",
            type=click.IntRange(1, 64),
            default=2,
            show_default=True,
            help="Probes at a time.",
        ),
        option(
            "--time-limit",
            envvar="BOOTFIT_TIME_LIMIT",
            type=click.FloatRange(1, 3600),
            default=120,
            show_default=True,
            metavar="SECONDS",
            help="Wall time that one probe may take.",
        ),
    )(function)


def measured_option(function: F) -> F:
    """Add what spares measuring again."""
    return option(
        "--measured",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="RUN.json",
        help="Take the measurements from an earlier run document.",
    )(function)


def verify_options(function: F) -> F:
    """Add what says under which limits the app is verified, beside that of memory."""
    return option(
        "--limit-cpu",
        is_flag=True,
        envvar="BOOTFIT_LIMIT_CPU",
        help="Give it only the platform's share of a processor, where a control group can.",
    )(function)
