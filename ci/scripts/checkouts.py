"""Which commits are compared, and a folder with each of them: git worktrees, gone afterwards."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from asked import GateError

_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class Repository:
    """The checkout that the job works in."""

    def __init__(self, folder: Path) -> None:
        git = shutil.which("git")
        if git is None:
            raise GateError("there is no git")
        # A hook of the checkout has no business in a worktree that is measured.
        self._command = [git, "-c", f"core.hooksPath={os.devnull}", "-C", str(folder)]

    def git(self, *arguments: str) -> str:
        """Return what git says.

        Raises:
            GateError: it fails.
        """
        done = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            told = done.stderr.strip().splitlines() or ["it failed"]
            raise GateError(f"git {arguments[0]}: {told[-1]}")
        return done.stdout.strip()

    def commit(self, name: str) -> str:
        """Return the hash of the commit that ``name`` stands for, fetched where it is not here.

        Raises:
            GateError: there is none.
        """
        for candidate in (name, f"origin/{name}"):
            found = self._known(candidate)
            if found:
                return found
        fetched = ["fetch", "--quiet", "--no-tags", "--depth=1", "origin"]
        wanted = name if _HASH.fullmatch(name) else f"refs/heads/{name}"
        try:
            self.git(*fetched, wanted)
        except GateError as error:
            raise GateError(
                f"the base {name} is not in this clone, and cannot be fetched ({error}): "
                "check out with the whole history (fetch-depth: 0, GIT_DEPTH: 0)"
            ) from None
        return self.git("rev-parse", "--verify", "FETCH_HEAD^{commit}")

    def parents(self, commit: str) -> list[str]:
        """Return the parents of ``commit``, as it says: a shallow clone does not have them."""
        header = self.git("cat-file", "-p", commit).split("\n\n", 1)[0]
        return [line.split()[1] for line in header.splitlines() if line.startswith("parent ")]

    def fork_point(self, one: str, other: str) -> str:
        """Return where two commits parted; the first of them where history is too short to say."""
        try:
            return self.git("merge-base", one, other)
        except GateError:
            return one

    @contextmanager
    def worktree(self, commit: str, folder: Path) -> Iterator[Path]:
        """Yield ``folder`` with the files of ``commit``, and remove it."""
        self.git("worktree", "add", "--quiet", "--detach", "--force", str(folder), commit)
        try:
            yield folder
        finally:
            # What git cannot remove goes with the folder that it stands in.
            with suppress(GateError):
                self.git("worktree", "remove", "--force", "--force", str(folder))

    def _known(self, name: str) -> str:
        try:
            return self.git(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"
            ).splitlines()[-1]
        except GateError:
            return ""


def base_commit(repository: Repository, base: str, environment: Mapping[str, str]) -> str | None:
    """Return the commit to compare with: ``base``, or what the event says; None for none.

    Of a pull request that is where GitHub merged it into, or where it left its target; of a merge
    request the target that GitLab merged it with, or where it left that.

    Raises:
        GateError: it cannot be had.
    """
    if base == "none":
        return None
    if base:
        return repository.commit(base)
    merged = environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")
    left = merged or environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA")
    return repository.commit(left) if left else _base_on_github(repository, environment)


def _base_on_github(repository: Repository, environment: Mapping[str, str]) -> str | None:
    kind = environment.get("GITHUB_EVENT_NAME", "")
    event = read_event(environment)
    if kind == "merge_group":
        return repository.commit(str(event["merge_group"]["base_sha"]))
    if kind != "pull_request":
        return None
    head = repository.commit("HEAD")
    parents = repository.parents(head)
    if head == environment.get("GITHUB_SHA") and len(parents) > 1:
        return repository.commit(parents[0])
    return repository.fork_point(repository.commit(str(event["pull_request"]["base"]["sha"])), head)


def read_event(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return what GitHub says of the event that started the job; nothing elsewhere."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path or not Path(path).is_file():
        return {}
    event: dict[str, Any] = json.loads(Path(path).read_bytes())
    return event


@contextmanager
def working_folder(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield an empty folder on the job's own disk, and remove it."""
    place = environment.get("RUNNER_TEMP") or None
    with tempfile.TemporaryDirectory(
        prefix="bootfit-", dir=place, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder).resolve()
