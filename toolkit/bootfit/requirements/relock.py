"""How a lock is made anew: locks are checked as they stand and never edited. Pure."""

import shlex
from pathlib import PurePosixPath


def relock_command(file: str, name: str) -> str:
    """Return the command with which another version of ``name`` gets into the lock ``file``.

    Source: the manuals of uv (`uv lock --upgrade-package`), Poetry (`poetry update`), Pipenv
    (`pipenv upgrade`) and pip (`pip lock`).
    """
    match PurePosixPath(file).name:
        case "uv.lock":
            return f"uv lock --upgrade-package {shlex.quote(name)}"
        case "poetry.lock":
            return f"poetry update {shlex.quote(name)}"
        case "Pipfile.lock":
            return f"pipenv upgrade {shlex.quote(name)}"
        case _:
            return f"pip lock -r requirements.txt -o {shlex.quote(file)}"
