"""Reading the text of a project's files: bounded, and only what is a file of text."""

import re
from pathlib import Path

from bootfit.model.errors import UsageError
from bootfit.model.finding import Place
from bootfit.model.sizes import format_mib
from bootfit.requirements.text_encoding import encoding_of

#: What is read of one file: the longest lists with hashes are of some MiB, locks of some more.
MAX_BYTES = 8 * 1024**2
MAX_LOCK_BYTES = 64 * 1024**2
_WIDE = frozenset({"utf-16", "utf-32"})
_LOCK = re.compile(r"pylock(\.[^.]+)?\.toml")


def is_lock(base: str) -> bool:
    """Return whether a file of this name pins all that is installed."""
    return base in {"uv.lock", "poetry.lock", "Pipfile.lock"} or bool(_LOCK.fullmatch(base))


def read_text(root: Path, file: str, mentioned: Place | None = None) -> str:
    """Return the text of ``file``, relative to ``root``; ``mentioned`` says who names it.

    Raises:
        UsageError: it is not there, is no text, or is larger than any list of requirements.
    """
    data = _bytes(root, file, mentioned)
    try:
        encoding = encoding_of(data, stated=not file.endswith((".toml", ".lock")))
    except (LookupError, ValueError) as error:
        raise UsageError(
            f"{file}:1:1: it says that its encoding is one that there is not: {error}",
            "save the file as UTF-8",
        ) from None
    nul = data.find(b"\0") if encoding not in _WIDE else -1
    if nul >= 0:
        raise UsageError(
            f"{file}:{_position(data, nul)}: a NUL byte: this is no text", "save the file as UTF-8"
        )
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        kind = encoding.removesuffix("-sig").upper()
        raise UsageError(
            f"{file}:{_position(data, error.start)}: this is not {kind} text",
            "save the file as UTF-8",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UsageError(f"{file}:{line}:1: a NUL: this is no text", "save the file as UTF-8")
    return text


def _bytes(root: Path, file: str, mentioned: Place | None) -> bytes:
    """Return what ``file`` holds; neither a pipe nor a device is waited for, nor a flood read."""
    where = f"{mentioned}: " if mentioned else ""
    path = root / file
    limit = MAX_LOCK_BYTES if is_lock(path.name) else MAX_BYTES
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{where}{file} is not a file", "name a file of the project folder")
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{where}cannot read {file}: {why.lower()}",
            "name a file that is in the project folder",
        ) from None
    if len(data) > limit:
        raise UsageError(
            f"{where}{file} is larger than {format_mib(limit)}: no list of requirements is",
            "name the file that lists them",
        )
    return data


def _position(data: bytes, at: int) -> str:
    """Return "line:column" of a byte."""
    line, column = data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
    return f"{line}:{column}"
