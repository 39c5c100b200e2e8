"""Become a command that sees folders copy-on-write: run as a script, by the Python of bootfit.

    python -I -S overlay_launcher.py SETTINGS COMMAND [ARGUMENT]...

SETTINGS is JSON: `user_namespace` (for who may not mount otherwise), `mounts` (a list of lower,
upper and work folder; the view appears at the lower one's place) and `folder`, where the command
starts. The process id stays. Mounts are seen by the command and its children alone, and end with
the last of them. Exits with 126 and one line where that cannot be had.

Source: unshare(2), mount(2), user_namespaces(7); the kernel's filesystems/overlayfs.rst.
"""

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

NOT_MOUNTED = 126
_NEW_MOUNTS = 0x00020000
_NEW_USER = 0x10000000
_PRIVATE = 1 << 18
_RECURSIVE = 0x4000


def main(arguments: list[str]) -> NoReturn:
    """Mount, and become the command."""
    settings = json.loads(arguments[0])
    try:
        _mount(settings)
        os.chdir(settings["folder"])
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"no private view of the project: {place}{error.strerror}", file=sys.stderr)
        raise SystemExit(NOT_MOUNTED) from None
    os.execvp(arguments[1], arguments[1:])  # noqa: S606 - no shell is wanted


def _mount(settings: dict[str, Any]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    own_user = settings["user_namespace"]
    _call(libc.unshare, "unshare", _NEW_MOUNTS | (_NEW_USER if own_user else 0))
    if own_user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _call(libc.mount, "/", None, b"/", None, _RECURSIVE | _PRIVATE, None)
    # Opened before anything is mounted over them, and named by number: a path may hold a comma.
    lower = [os.open(each[0], os.O_RDONLY | os.O_DIRECTORY) for each in settings["mounts"]]
    for number, (place, upper, work) in zip(lower, settings["mounts"], strict=True):
        options = f"lowerdir=/proc/self/fd/{number},upperdir={upper},workdir={work}"
        options += ",userxattr" if own_user else ""
        _call(libc.mount, place, b"overlay", os.fsencode(place), b"overlay", 0, options.encode())
    for number in lower:
        os.close(number)


def _call(function: Any, name: str, *arguments: Any) -> None:
    words = [ctypes.c_ulong(each) if isinstance(each, int) else each for each in arguments]
    if function(*words):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


if __name__ == "__main__":
    main(sys.argv[1:])
