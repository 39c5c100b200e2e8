"""A PostgreSQL server of the tests' own: a throw-away cluster on a socket in a temporary folder."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


def server_programs():
    """Return the folder that holds initdb and pg_ctl, or None."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda one: int(one.parent.name), reverse=True)
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    return next((one for one in folders if (one / "initdb").exists()), None)


@contextmanager
def cluster(programs):
    """Start a server, yield the folder of its socket, and end it."""
    folder = Path(tempfile.mkdtemp(prefix="mealplan-pg-", dir="/tmp"))
    as_user = []
    if os.geteuid() == 0:
        # PostgreSQL does not run as root; Debian's packages bring this user.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups"]
    data = folder / "data"

    def run(*command):
        log = (folder / "log").open("ab")
        with log:
            subprocess.run(
                [*as_user, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
                timeout=120,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            )

    try:
        run(programs / "initdb", "-D", data, "-U", "mealplan", "-A", "trust", "-E", "UTF8", "-N")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run(programs / "pg_ctl", "-D", data, "-w", "-t", "90", "-o", options, "start")
        try:
            yield folder
        finally:
            run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
