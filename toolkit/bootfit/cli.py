"""The command line: lazily imported subcommands, and the one place that exits."""

import os
import signal
import sys
from importlib import import_module
from types import FrameType
from typing import cast

import click

from bootfit import __version__
from bootfit.model.errors import BootfitError, ExitCode

COMMANDS = {
    "fit": "Check, measure, tune, emit and verify: one verdict.",
    "check": "Say whether every requirement installs on the target.",
    "measure": "Measure import time and peak memory of each implementation.",
    "why": "Say why a module is loaded, what it costs, and what remains without it.",
    "tune": "Choose server settings and implementations that fit.",
    "emit": "Write the files of the plan: gunicorn.conf.py, Procfile, render.yaml, …",
    "verify": "Boot what was emitted under the memory limit and drive it.",
    "compare": "Say what grew between two runs, beyond noise and what is tolerated.",
    "baseline": "Keep what the app takes in a file, and compare with it.",
    "merge": "Put the run documents of several machines together.",
    "report": "Render a run document in another format.",
    "explain": "Explain a rule.",
    "platforms": "List the platforms, or show one with its sources.",
    "extensions": "List what extends bootfit, from where, and what is broken.",
}


class LazyGroup(click.Group):
    """A group whose subcommands are imported when they run, and not to list them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the way through the house."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the subcommand, imported now, or None."""
        if cmd_name not in COMMANDS:
            return None
        return cast("click.Command", import_module(f"bootfit.commands.{cmd_name}").command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, and say which command may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bootfit")
def group() -> None:
    """Will this Python app install, boot and fit on that instance?

    Exit codes: 0 fits; 1 findings at or above --fail-on; 2 usage or configuration;
    3 could not be determined; 130 interrupted.
    """


def main() -> None:
    """Run the command line and exit with the documented code."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = group.main(standalone_mode=False, prog_name="bootfit")
    except BootfitError as error:
        _complain(error.message, error.hint)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        _complain("interrupted", "")
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`bootfit … | head`): nothing is wrong with the answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ExitCode.FITS
    except Exception as error:  # noqa: BLE001 - a fault of ours is no finding about the project
        if {"-v", "--verbose"} & set(sys.argv):
            import traceback

            traceback.print_exc()
        name = type(error).__name__
        _complain(f"internal error: {name}: {error}", "-v shows where; the answer is not known")
        code = ExitCode.UNDETERMINED
    sys.exit(code if isinstance(code, int) else ExitCode.FITS)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _complain(message: str, hint: str) -> None:
    line = " ".join(message.split())
    click.echo(f"bootfit: {line}" + (f" ({hint})" if hint else ""), err=True)
