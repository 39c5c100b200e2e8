"""`bootfit baseline write` and `check`: what the app takes, as a file in the project."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bootfit.commands.compare_options import allow_option
from bootfit.commands.options import F, apply, index_options, option, project_options
from bootfit.commands.output_options import output_options
from bootfit.commands.probe_options import app_options, measured_option

if TYPE_CHECKING:
    from bootfit.commands.walk import Walk


@click.group("baseline")
def command() -> None:
    """Keep what the app takes in bootfit-baseline.toml, and compare with it."""


def _baseline_options(function: F) -> F:
    file = option(
        "--file",
        envvar="BOOTFIT_BASELINE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Instead of [tool.bootfit.compare] baseline, or bootfit-baseline.toml.",
    )
    return apply(project_options, app_options, measured_option, index_options, file, allow_option)(
        function
    )


@command.command("write")
@_baseline_options
@click.option("-q", "--quiet", is_flag=True, help="Say nothing of the progress.")
def write(**options: Any) -> int:
    """Measure PROJECT and write its figures; what did not change is left as it stands."""
    from bootfit.commands.keeping import baseline_path, write_baseline

    walk = _walked(options)
    path = options["file"] or baseline_path(walk)
    click.echo(f"{path}: {write_baseline(walk, path)}")
    return 0


@command.command("check")
@_baseline_options
@output_options
def check(**options: Any) -> int:
    """Measure PROJECT and compare it with its baseline: exit code 1 where something grew."""
    from dataclasses import replace

    from bootfit.commands.compared import only, read_profile
    from bootfit.commands.keeping import baseline_path, compare_with_baseline
    from bootfit.commands.outcome import check_formats, deliver
    from bootfit.commands.walk import Walk

    check_formats(options)
    path = options["file"] or baseline_path(Walk("compare", options))
    read_profile(path)  # before minutes of measuring
    walk = _walked(options)
    compare_with_baseline(walk, path)
    found = only(walk.run.findings, "BF6", "BF9")
    return deliver(replace(walk.run, findings=found), options)


def _walked(options: Mapping[str, Any]) -> "Walk":
    """Return what the requirements and the app turned out to take."""
    from bootfit.commands.keeping import check_unless_measured
    from bootfit.commands.legs import measure_or_take
    from bootfit.commands.walk import Walk

    walk = Walk("compare", options)
    with walk.progress:
        check_unless_measured(walk)
        measure_or_take(walk)
    return walk
