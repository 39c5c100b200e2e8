"""An interpreter that can be asked about itself, and refuses everything else."""

import tempfile
from hashlib import sha256
from pathlib import Path

#: Read by every start of the interpreter, before anything else could be imported. `uv` asks an
#: interpreter about itself in isolated mode; builds are not isolated, and end here.
_REFUSAL = "import os, sys; sys.flags.isolated or os._exit(97)\n"
_REFUSAL_FILE = "bootfit_refusal.pth"


def bare_interpreter(kept: Path, folder: Path) -> Path:
    """Return an interpreter that has nothing installed and refuses to run anything.

    It is kept in ``kept``, because uv asks each interpreter about itself once; where that cannot
    be written, or what stands there is not whole, it is made anew in ``folder``.
    """
    import sys

    this = sha256(f"{sys.base_prefix}\0{sys.version}".encode()).hexdigest()[:16]
    wanted = kept / f"bare-{this}"
    if not _refuses(wanted):
        made = folder / "bare"
        try:
            kept.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=kept, prefix=".bare-") as beside:
                # Another run may be first, which serves as well: a full folder is not replaced.
                _make_bare(Path(beside) / "bare")
                (Path(beside) / "bare").rename(wanted)
        except OSError:
            pass
        if not _refuses(wanted):
            _make_bare(made)
            wanted = made
    return wanted / "bin" / "python"


def _make_bare(folder: Path) -> None:
    import venv

    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    for packages in folder.glob("lib*/python*/site-packages"):
        (packages / _REFUSAL_FILE).write_text(_REFUSAL)


def _refuses(folder: Path) -> bool:
    """Return whether the interpreter in ``folder`` is there, bare, and refuses to run builds."""
    places = list(folder.glob("lib*/python*/site-packages"))
    try:
        return (
            bool(places)
            and (folder / "bin" / "python").exists()
            and (folder / "pyvenv.cfg").is_file()
            and all(
                [file.name for file in place.iterdir()] == [_REFUSAL_FILE]
                and (place / _REFUSAL_FILE).read_text() == _REFUSAL
                for place in places
            )
        )
    except OSError:
        return False
