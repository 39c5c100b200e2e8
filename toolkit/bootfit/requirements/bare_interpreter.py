"""An interpreter that can be asked about itself, and refuses everything else."""

import tempfile
from hashlib import sha256
from pathlib import Path

#: Read by every start of the interpreter, before anything else could be imported. `uv` asks an
#: interpreter about itself in isolated mode; builds are not isolated, and end here.
_REFUSAL = "import os, sys; sys.flags.isolated or os._exit(97)\n"
#: What `uv` derives the ABI of wheels from, whatever --python-version says: ours is not asked.
_THREADS = "import sysconfig; sysconfig.get_config_vars()['Py_GIL_DISABLED'] = {:d}\n"
_REFUSAL_FILE = "bootfit_refusal.pth"


def bare_interpreter(kept: Path, folder: Path, *, free_threaded: bool = False) -> Path:
    """Return an interpreter that has nothing installed and refuses to run anything.

    It says of itself whether it is ``free_threaded`` as it is told to.

    It is kept in ``kept``, because uv asks each interpreter about itself once; where that cannot
    be written, or what stands there is not whole, it is made anew in ``folder``.
    """
    import sys

    text = _REFUSAL + _THREADS.format(free_threaded)
    this = sha256(f"{sys.base_prefix}\0{sys.version}\0{text}".encode()).hexdigest()[:16]
    wanted = kept / f"bare-{this}"
    if not _refuses(wanted, text):
        made = folder / f"bare-{this}"
        try:
            kept.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=kept, prefix=".bare-") as beside:
                # Another run may be first, which serves as well: a full folder is not replaced.
                _make_bare(Path(beside) / "bare", text)
                (Path(beside) / "bare").rename(wanted)
        except OSError:
            pass
        if not _refuses(wanted, text):
            _make_bare(made, text)
            wanted = made
    return wanted / "bin" / "python"


def _make_bare(folder: Path, text: str) -> None:
    import venv

    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    for packages in folder.glob("lib*/python*/site-packages"):
        (packages / _REFUSAL_FILE).write_text(text)


def _refuses(folder: Path, text: str) -> bool:
    """Return whether the interpreter in ``folder`` is there, bare, and does as ``text`` says."""
    places = list(folder.glob("lib*/python*/site-packages"))
    try:
        return (
            bool(places)
            and (folder / "bin" / "python").exists()
            and (folder / "pyvenv.cfg").is_file()
            and all(
                [file.name for file in place.iterdir()] == [_REFUSAL_FILE]
                and (place / _REFUSAL_FILE).read_text() == text
                for place in places
            )
        )
    except OSError:
        return False
