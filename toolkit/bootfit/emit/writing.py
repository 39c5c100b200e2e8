"""Emitted files against the project's folder: compare, diff, check, write."""

import difflib
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from bootfit.emit.measured_figures import agree
from bootfit.model.errors import UsageError
from bootfit.model.run import EmittedFile
from bootfit.model.writing import write_atomically

#: The first line of what bootfit writes; the hash is of all that follows it.
_HEADER = "# Written by bootfit; changes by hand are kept unless --force is given. sha256:"
_STAMP = re.compile(re.escape(_HEADER) + r"([0-9a-f]{64})")

#: The file whose last lines hold the hashes of those written with it that carry no header.
WITNESS = "gunicorn.conf.py"
_BESIDE = "# Written with it: "
_TESTIMONY = re.compile(re.escape(_BESIDE) + r"(?P<path>\S+) sha256:(?P<hash>[0-9a-f]{64})")


def testimony(bare: Mapping[str, str]) -> str:
    """Return the lines that tell later what was written into files that carry no header."""
    lines = [f"{_BESIDE}{path} sha256:{_hash(body)}\n" for path, body in sorted(bare.items())]
    return "".join(["\n", *lines]) if lines else ""


def stamped(body: str) -> str:
    """Return ``body`` under a header line with its hash, by which changes by hand are seen."""
    return f"{_HEADER}{_hash(body)}\n{body}"


def is_untouched(text: str) -> bool:
    """Say whether ``text`` has a header of ours, and the body that the header was made for."""
    header, _, body = text.replace("\r\n", "\n").partition("\n")
    match = _STAMP.fullmatch(header)
    return match is not None and match[1] == _hash(body)


def present(root: Path, paths: Iterable[str]) -> tuple[dict[str, str], frozenset[str]]:
    """Return path → text of the files among ``paths`` that are there, and which are hand-made.

    Raises:
        UsageError: one cannot be read.
    """
    ours = _ours(root)
    read = {path: _read(_inside(root, path), path) for path in paths}
    texts = {path: text for path, text in read.items() if text is not None}
    return texts, frozenset(
        path
        for path, text in texts.items()
        if not is_untouched(text) and _hash(_plain(text)) != ours.get(path)
    )


def compare(
    root: Path, files: Mapping[str, str], merged: Collection[str] = ()
) -> tuple[EmittedFile, ...]:
    """Return each file with its state in ``root``.

    ``merged`` names those whose text holds what was made by hand: they differ, and no more.

    The states are ``new`` (there is none), ``same`` (but for comments and what measuring again
    moves, see :func:`agree`), ``differs`` (bootfit wrote what is there) and ``hand-made``
    (somebody else did, or changed it since).

    Raises:
        UsageError: a path leads out of ``root``, or what is there cannot be read.
    """
    ours = _ours(root)
    return tuple(
        EmittedFile(
            path,
            _state(_read(_inside(root, path), path), text, ours.get(path), merged=path in merged),
            text,
        )
        for path, text in files.items()
    )


def check(
    root: Path, files: Mapping[str, str], merged: Collection[str] = ()
) -> tuple[EmittedFile, ...]:
    """Return the files that are not as they would be written; none means that all are.

    Raises:
        UsageError: as :func:`compare` does.
    """
    return tuple(file for file in compare(root, files, merged) if file.state != "same")


def diff(root: Path, files: Mapping[str, str]) -> str:
    """Return a unified diff from what is in ``root`` to ``files``; empty where nothing differs.

    Raises:
        UsageError: as :func:`compare` does.
    """
    parts: list[str] = []
    for path, text in files.items():
        before = _read(_inside(root, path), path)
        lines = difflib.unified_diff(
            (before or "").splitlines(keepends=True),
            text.splitlines(keepends=True),
            fromfile=f"a/{path}" if before is not None else "/dev/null",
            tofile=f"b/{path}",
        )
        parts += [
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
            for line in lines
        ]
    return "".join(parts)


def write(
    root: Path, files: Mapping[str, str], *, merged: Collection[str] = (), force: bool = False
) -> tuple[EmittedFile, ...]:
    """Write what is new or differs, all files or none; return the states before.

    Where one is written, so are comments of the others: they tell what was written beside them.

    Raises:
        UsageError: a file is hand-made and ``force`` is not given (then nothing is written), a
            path leads out of ``root``, or a file cannot be written.
    """
    states = compare(root, files, merged)
    foreign = [file.path for file in states if file.state == "hand-made"]
    if foreign and not force:
        raise UsageError(
            f"not written, since it was made or changed by hand: {', '.join(foreign)}",
            "look at --diff; --force writes over it",
        )
    outdated = any(file.state != "same" for file in states)
    wanted = {_inside(root, file.path): file.text.encode() for file in states if outdated}
    try:
        for target in wanted:
            target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(wanted)
    except OSError as error:
        raise UsageError(
            f"cannot write into {root}: {error.strerror or error}; nothing was written",
            "see who may write there",
        ) from None
    return states


def _ours(root: Path) -> dict[str, str]:
    """Return path → hash of what was written beside the witness, which carries no header."""
    witness = _read(_inside(root, WITNESS), WITNESS) or ""
    return {
        match["path"]: match["hash"]
        for line in (witness.splitlines() if is_untouched(witness) else ())
        if (match := _TESTIMONY.fullmatch(line))
    }


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _state(before: str | None, after: str, hash_of_ours: str | None, *, merged: bool) -> str:
    if before is None:
        return "new"
    plain = _plain(before)
    if plain == after:
        return "same"
    if not (merged or is_untouched(before) or _hash(plain) == hash_of_ours):
        return "hand-made"
    return "same" if agree(plain, after) else "differs"


def _inside(root: Path, path: str) -> Path:
    """Return where ``path`` lies, links followed."""
    try:
        real_root = root.resolve()
        target = (real_root / path).resolve()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path!r} is no path: {error}", "mend the emitter") from None
    if target == real_root or not target.is_relative_to(real_root):
        raise UsageError(
            f"{path!r} lies outside the project", "emitted files stay inside the project's folder"
        )
    return target


def _read(target: Path, path: str) -> str | None:
    """Return what is there (undecodable bytes replaced: it is not ours then), or None."""
    try:
        return target.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(
            f"cannot read {path}: {error.strerror or error}", "see what lies at that path"
        ) from None


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
