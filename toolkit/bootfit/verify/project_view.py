"""What a server sees of a project: all of it, with the emitted files, and nothing it can change.

The strongest way is an overlay in a mount namespace of the server's own: every path is as it is,
and what is written lies in a folder that is thrown away. Where the kernel does not give that, the
server runs from a copy, which is weaker: what the app names by an absolute path is the original.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from bootfit.model.errors import UsageError
from bootfit.verify import overlay, project_copy

Isolation = Literal["overlay", "copy"]
#: All ways, the strongest first.
ISOLATIONS: tuple[Isolation, ...] = ("overlay", "copy")

#: Prints where the interpreter itself lives, then where it imports from: its path, and what an
#: editable installation's import hook maps (`MAPPING`, package → folder, of setuptools).
_WHERE = """\
import os, sys
paths = list(sys.path)
for name, module in list(sys.modules.items()):
    if name.startswith("__editable__"):
        paths += [os.path.dirname(each) for each in getattr(module, "MAPPING", {}).values()]
print(sys.prefix, sys.base_prefix, *paths, sep="\\0")
"""
_ANSWER_SECONDS = 30.0
#: Another installation that was added to the path is no project of the user's either.
_INSTALLED = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True)
class View:
    """How to run a server so that it sees the project and cannot change it."""

    isolation: Isolation
    #: The project's folder as the server sees it.
    folder: Path
    #: What goes before the server's command.
    launcher: tuple[str, ...] = ()
    #: Folders that are imported from before all others.
    python_path: tuple[Path, ...] = ()
    #: Why it is weaker than it could be, in words; empty for an overlay of everything.
    weaknesses: tuple[str, ...] = ()
    #: What the server ran without, in words.
    left_out: tuple[str, ...] = ()


def open_view(
    scratch: Path,
    root: Path,
    files: Mapping[str, str],
    interpreter: Path,
    ways: Sequence[Isolation] = ISOLATIONS,
) -> View:
    """Return the first of ``ways`` that can be had here; "copy" always can.

    Args:
        scratch: an empty folder for what is copied and what the server writes; the caller's to
            remove once the server has ended.
        root: the project's folder, absolute.
        files: the emitted files, path relative to the project → text.
        interpreter: the project's own Python.
        ways: which to try, in this order.

    Raises:
        UsageError: a path in ``files`` leads out of the project.
    """
    for name in files:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise UsageError(f"{path} is not inside the project", "emit paths relative to it")
    imported = import_folders(interpreter)
    real = root.resolve()
    inside = [each for each in imported if each.is_relative_to(real)]
    outside = [each for each in imported if not each.is_relative_to(real)]
    refusals: list[str] = []
    if "overlay" in ways:
        try:
            covered = overlay.cover(scratch, real, files, outside)
        except overlay.OverlayUnavailableError as reason:
            refusals.append(f"no copy-on-write view of the project can be had: {reason}")
        else:
            return View("overlay", real, covered.launcher, weaknesses=covered.uncovered)
    folder = scratch / "project"
    left_out = project_copy.copy(folder, real, files)
    weaknesses = [
        *refusals,
        "the server ran from a copy: what it writes by an absolute path reaches the project",
        *(
            f"{each} is imported from where it is, and what lies there may change"
            for each in outside
        ),
    ]
    return View(
        "copy",
        folder,
        python_path=tuple(folder / each.relative_to(real) for each in inside),
        weaknesses=tuple(weaknesses),
        left_out=left_out,
    )


def import_folders(interpreter: Path) -> tuple[Path, ...]:
    """Return the folders that ``interpreter`` imports from beyond its own installation.

    These are what editable installations added, by a path or by setuptools' import hook. Empty
    where the interpreter does not tell.
    """
    try:
        told = subprocess.run(
            [str(interpreter), "-I", "-c", _WHERE],
            capture_output=True,
            text=True,
            timeout=_ANSWER_SECONDS,
            check=True,
            cwd="/",
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    prefix, base, *paths = (Path(each).resolve() for each in told.rstrip("\n").split("\0") if each)
    found = [
        path
        for path in paths
        if path.is_dir()
        and path.name not in _INSTALLED
        and not path.is_relative_to(prefix)
        and not path.is_relative_to(base)
    ]
    return tuple(dict.fromkeys(found))
