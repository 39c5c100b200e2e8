"""Files as they were read and as they would be written: the diff, and the writing, all or none."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bootfit.model.errors import UsageError
from bootfit.model.writing import write_atomically


@dataclass(frozen=True)
class FileChange:
    """A file as it was read, and as it would be written."""

    #: Relative to the project, as POSIX.
    path: str
    before: bytes
    after: bytes


def diff_of(path: str, before: str, after: str) -> str:
    """Return a change as a unified diff, lines ending at line feeds alone."""
    lines = difflib.unified_diff(
        _lines(before), _lines(after), fromfile=f"a/{path}", tofile=f"b/{path}"
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def bytes_of(root: Path, path: str) -> bytes:
    """Return what a file holds.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {(error.strerror or str(error)).lower()}", "run again"
        ) from None


def write_changes(root: Path, files: Sequence[FileChange]) -> None:
    """Write the changed files, all or none.

    Raises:
        UsageError: one has changed since it was read, or cannot be written; nothing was written.
    """
    for file in files:
        if bytes_of(root, file.path) != file.before:
            raise UsageError(
                f"{file.path} was changed while it was being checked; nothing was written",
                "run again",
            )
    try:
        write_atomically({root / file.path: file.after for file in files})
    except OSError as error:
        raise UsageError(
            f"cannot write into {root}: {error.strerror or error}; nothing was written",
            "see who may write there",
        ) from None


def _lines(text: str) -> list[str]:
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), *([rest] if rest else [])]
