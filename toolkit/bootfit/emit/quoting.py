"""Text that may hold anything, made safe for comments and commands."""

import shlex
import textwrap
from collections.abc import Sequence

from bootfit.model.errors import UsageError


def comment(text: str, width: int = 98) -> str:
    """Return ``text`` as lines that start with ``# ``, wrapped, without control characters."""
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    lines = textwrap.wrap(safe, width, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def command(words: Sequence[str]) -> str:
    """Return ``words`` as a shell command that splits into the same words again."""
    return shlex.join(words)


def start_words(app: str) -> list[str]:
    """Return the words of the command that serves ``app`` with the emitted gunicorn.conf.py."""
    # A module cannot start with a dash, and gunicorn would take it for an option.
    words = ["gunicorn", "-c", "gunicorn.conf.py"]
    return [*words, "--", app] if app.startswith("-") else [*words, app]


def start_command(app: str) -> str:
    """Return that command for a shell."""
    return command(start_words(app))


def one_line(text: str, where: str) -> str:
    """Return ``text``.

    Raises:
        UsageError: it has more than one line, and ``where`` has no way to write that.
    """
    if len(text.splitlines()) > 1 or not text.isprintable():
        raise UsageError(
            f"{text!r} cannot be written into {where}, which is read line by line",
            "take the line breaks and control characters out of it",
        )
    return text
