"""Put summary.md into the merge request as one note, where there is a token that may.

Run in a job of its own, which alone is given ``BOOTFIT_NOTE_TOKEN``: ``python gitlab_note.py``.
It never fails the pipeline, whose answer is the gate's.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forge import Forge, ForgeError
from sticky import Comment, Thread, body, write_sticky

#: GitLab's limit of a note.
_MOST_CHARACTERS = 900_000


def main(environment: Mapping[str, str]) -> int:
    """Write the note, or say why there is none; return 0."""
    reports = Path(environment.get("BOOTFIT_CI_OUTPUT") or "bootfit-report")
    try:
        summary = (reports / "summary.md").read_text(encoding="utf-8")
    except OSError as error:
        print(f"bootfit: nothing to tell: {error.strerror}: {reports}/summary.md")
        return 0
    missing = [
        name
        for name in ("BOOTFIT_NOTE_TOKEN", "CI_MERGE_REQUEST_IID", "CI_MERGE_REQUEST_PROJECT_ID")
        if not environment.get(name)
    ]
    if missing:
        print(f"bootfit: no note: no {', '.join(missing)} here\n\n{summary}")
        return 0
    try:
        print(f"bootfit: {_note(environment, summary)}")
    except ForgeError as error:
        print(f"bootfit: no note: {error}\n\n{summary}")
    return 0


def _note(environment: Mapping[str, str], summary: str) -> str:
    """Write the note, and return what was done.

    Raises:
        ForgeError: GitLab does not let us.
    """
    forge = Forge(
        environment.get("CI_API_V4_URL", ""),
        {"PRIVATE-TOKEN": environment["BOOTFIT_NOTE_TOKEN"]},
        wait_seconds=float(environment.get("BOOTFIT_CI_WAIT_SECONDS") or 2),
    )
    project = int(environment["CI_MERGE_REQUEST_PROJECT_ID"])
    notes = f"projects/{project}/merge_requests/{int(environment['CI_MERGE_REQUEST_IID'])}/notes"
    author = str(forge.ask("GET", "user")["id"])
    thread = Thread(
        comments=map(_read, forge.pages(notes)),
        create=lambda text: forge.ask("POST", notes, {"body": text}),
        update=lambda one, text: forge.ask("PUT", f"{notes}/{one}", {"body": text}),
        delete=lambda one: forge.ask("DELETE", f"{notes}/{one}"),
    )
    key = environment.get("BOOTFIT_CI_KEY") or environment.get("BOOTFIT_CI_PROJECT") or "."
    return write_sticky(thread, body(summary, key, _MOST_CHARACTERS), author)


def _read(told: Any) -> Comment:
    return Comment(int(told["id"]), str(told["author"]["id"]), str(told.get("body") or ""))


if __name__ == "__main__":
    sys.exit(main(os.environ))
