"""The one exception base, and the exit codes that the command line documents."""

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line imports this to say anything at all
    from bootfit.model.finding import Finding


class ExitCode(IntEnum):
    """What the process tells its caller."""

    FITS = 0
    FINDINGS = 1
    USAGE = 2
    UNDETERMINED = 3
    INTERRUPTED = 130


class BootfitError(Exception):
    """Something the user can mend: what and where in ``message``, how in ``hint``."""

    exit_code = ExitCode.UNDETERMINED

    def __init__(self, message: str, hint: str = "", exit_code: ExitCode | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(BootfitError):
    """An option, a configuration or an input file that cannot be understood (exit code 2)."""

    exit_code = ExitCode.USAGE


class DoesNotFitError(BootfitError):
    """The answer is no before all of it is known: nothing more can be asked (exit code 1)."""

    exit_code = ExitCode.FINDINGS

    def __init__(self, finding: "Finding") -> None:
        super().__init__(finding.message, finding.remedy)
        self.finding = finding


class UndeterminedError(BootfitError):
    """The question could not be answered: index out of reach, no such app (exit code 3)."""

    exit_code = ExitCode.UNDETERMINED
