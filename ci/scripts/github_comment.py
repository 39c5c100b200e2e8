"""Put summary.md into the pull request as one comment; else into the summary of the job.

Run in a step of its own, which alone is given a token: ``python github_comment.py``. It never
fails the job, whose answer is the gate's.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checkouts import read_event
from forge import Forge, ForgeError
from sticky import Comment, Thread, body, write_sticky

#: GitHub's limits: of a comment in characters, of a job's summary in bytes.
_MOST_CHARACTERS = 65_000
_MOST_SUMMARY_BYTES = 1_000_000


def main(environment: Mapping[str, str]) -> int:
    """Comment, or write the job's summary and say why; return 0."""
    reports = Path(environment.get("BOOTFIT_CI_OUTPUT") or "bootfit-report")
    try:
        summary = (reports / "summary.md").read_text(encoding="utf-8")
    except OSError as error:
        print(f"::warning title=bootfit::nothing to tell: {error.strerror}: {reports}/summary.md")
        return 0
    reason = _no_comment(environment)
    if not reason:
        try:
            print(f"bootfit: {_comment(environment, summary)}")
        except ForgeError as error:
            reason = str(error)
            if error.status in (401, 403, 404):
                reason += " (the job needs permissions: pull-requests: write)"
        else:
            return 0
    print(f"bootfit: the summary of the job has it, no comment: {reason}")
    target = environment.get("GITHUB_STEP_SUMMARY", "")
    if not target:
        print(summary)
        return 0
    short = summary.encode()[:_MOST_SUMMARY_BYTES].decode(errors="ignore")
    with Path(target).open("a", encoding="utf-8") as file:
        file.write(short)
    return 0


def _no_comment(environment: Mapping[str, str]) -> str:
    """Return why there can be no comment; nothing where one is worth trying."""
    pull = read_event(environment).get("pull_request")
    if environment.get("GITHUB_EVENT_NAME") != "pull_request" or not pull:
        return "this is no pull request"
    head = (pull["head"].get("repo") or {}).get("full_name")
    if head != environment.get("GITHUB_REPOSITORY"):
        return "the pull request comes from a fork, whose token may only read"
    if environment.get("BOOTFIT_CI_COMMENT") == "false":
        return "comment is false"
    return "" if environment.get("BOOTFIT_CI_TOKEN") else "there is no token"


def _comment(environment: Mapping[str, str], summary: str) -> str:
    """Write the comment, and return what was done.

    Raises:
        ForgeError: GitHub does not let us.
    """
    forge = Forge(
        environment.get("GITHUB_API_URL", ""),
        {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {environment['BOOTFIT_CI_TOKEN']}",
            "X-GitHub-Api-Version": "2022-11-28",
        },
        wait_seconds=float(environment.get("BOOTFIT_CI_WAIT_SECONDS") or 2),
    )
    issues = f"repos/{environment['GITHUB_REPOSITORY']}/issues"
    listed = f"{issues}/{int(read_event(environment)['pull_request']['number'])}/comments"
    thread = Thread(
        comments=map(_read, forge.pages(listed)),
        create=lambda text: forge.ask("POST", listed, {"body": text}),
        update=lambda one, text: forge.ask("PATCH", f"{issues}/comments/{one}", {"body": text}),
        delete=lambda one: forge.ask("DELETE", f"{issues}/comments/{one}"),
    )
    key = environment.get("BOOTFIT_CI_KEY") or environment.get("BOOTFIT_CI_PROJECT") or "."
    author = environment.get("BOOTFIT_CI_AUTHOR") or "github-actions[bot]"
    return write_sticky(thread, body(summary, key, _MOST_CHARACTERS), author)


def _read(told: Any) -> Comment:
    author = (told.get("user") or {}).get("login") or ""
    return Comment(int(told["id"]), str(author), str(told.get("body") or ""))


if __name__ == "__main__":
    sys.exit(main(os.environ))
