"""Files are written whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_atomically(files: Mapping[Path, bytes]) -> None:
    """Write each path's data: readers see the old file or the new one, never a part.

    All are staged beside their targets before the first is replaced, so that a folder that cannot
    be written leaves everything as it was. A link keeps pointing where it does, a file that exists
    keeps its mode, a new one gets what the umask leaves, and what is no regular file (a pipe, a
    terminal, ``/dev/null``) is written to.

    Raises:
        OSError: a folder is missing or cannot be written; nothing was changed.
    """
    staged: list[tuple[Path, Path]] = []
    special: list[tuple[Path, bytes]] = []
    try:
        for path, data in files.items():
            target = path.resolve()
            if target.exists() and not target.is_file():
                special.append((target, data))
            else:
                staged.append((_stage(target, data), target))
        for temporary, target in staged:
            temporary.replace(target)
    except BaseException:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        raise
    for target, data in special:
        with target.open("wb") as file:
            file.write(data)


def _stage(target: Path, data: bytes) -> Path:
    """Return a complete file beside ``target`` that only has to be renamed."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            temporary.chmod(mode)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return temporary


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
