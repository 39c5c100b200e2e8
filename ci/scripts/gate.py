"""Measure base and head on this machine, and say what is wrong and what grew.

Run by the GitHub action and by the GitLab template with a Python that has bootfit:
``python gate.py``. What it is asked for stands in the environment (see `asked`); its reports go
into one folder: ``run.json``, ``summary.md``, ``run.sarif``, ``gitlab.json``, ``junit.xml``,
``metrics.txt``, ``run.html``. Exit codes are bootfit's: 0 fits, 1 findings, 2 usage,
3 could not be determined.
"""

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import documents
from asked import Asked, GateError, asked
from checkouts import Repository, base_commit, working_folder
from environments import for_children, install
from publishing import annotate, publish, set_outputs
from running import Bootfit

_NO_SECRETS = (
    "this runs the code of a pull request, and on pull_request_target that would have the secrets "
    "of the target: use pull_request"
)


def main(environment: Mapping[str, str]) -> int:
    """Do what ``environment`` asks for; return the exit code."""
    if environment.get("GITHUB_EVENT_NAME") == "pull_request_target":
        annotate(environment, "error", _NO_SECRETS)
        return 2
    try:
        request = asked(environment)
        request.output.mkdir(parents=True, exist_ok=True)
    except (GateError, OSError) as error:
        annotate(environment, "error", str(error))
        return 2
    try:
        code = _merged(request, environment) if request.merge else _both(request, environment)
    except GateError as error:
        annotate(environment, "error", str(error))
        mark = "❔" if error.code == 3 else "❌"
        text = f"## {mark} bootfit could not look at `{request.project}`\n\n{error}\n"
        (request.output / "summary.md").write_text(text, encoding="utf-8")
        code = error.code
    set_outputs(environment, {"exit-code": str(code), "reports": str(request.output)})
    return code


def _both(request: Asked, environment: Mapping[str, str]) -> int:
    """Look at the head, compare it with the base where there is one, and report."""
    repository = Repository(Path())
    head = repository.commit("HEAD")
    wanted = "none" if request.leg == "baseline" else request.base
    base = base_commit(repository, wanted, environment)
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder(environment))
        bootfit = Bootfit(request, for_children(environment), folder)
        after = stack.enter_context(repository.worktree(head, folder / "head")) / request.project
        if not after.is_dir():
            raise GateError(f"the repository has no folder {request.project}")
        before = None
        if base is not None:
            top = stack.enter_context(repository.worktree(base, folder / "base"))
            before = top / request.project
        install(request, after, bootfit.environment)
        if request.shard:
            _leave_shards(request, bootfit, before, after, environment)
            return 0
        document = bootfit.leg(after, request.leg)
        untold = ""
        if base is not None and before is not None:
            try:
                compared = bootfit.compared(before, after, document)
                document = documents.with_comparison(document, compared, base[:12], head[:12])
            except GateError as error:
                untold = f"{head[:12]} could not be compared with {base[:12]}: {error}"
        return publish(request, bootfit, document, environment, untold)


def _leave_shards(
    request: Asked,
    bootfit: Bootfit,
    before: Path | None,
    after: Path,
    environment: Mapping[str, str],
) -> None:
    """Measure a part of both sides, and leave the documents for the machine that merges."""
    number = request.shard.replace("/", "-of-")
    bootfit.leg(after, "measure", into=request.output / f"head-{number}.json")
    if before is None:
        return
    try:
        install(request, before, bootfit.environment)
        bootfit.leg(before, "measure", into=request.output / f"base-{number}.json")
    except GateError as error:
        annotate(environment, "warning", f"the base could not be measured: {error}")


def _merged(request: Asked, environment: Mapping[str, str]) -> int:
    """Put together what all shards measured, compare and report."""
    shards = Path(request.merge)
    with working_folder(environment) as folder:
        bootfit = Bootfit(request, for_children(environment), folder)
        document = bootfit.merged(sorted(shards.rglob("head-*.json")), folder / "head.json")
        untold = ""
        older = sorted(shards.rglob("base-*.json"))
        if older:
            try:
                bootfit.merged(older, folder / "base.json")
                compared = bootfit.compared_documents(folder / "base.json", folder / "head.json")
                document = documents.with_comparison(document, compared, "base", "head")
            except GateError as error:
                untold = f"head could not be compared with base: {error}"
        return publish(request, bootfit, document, environment, untold)


def _stop(number: int, _frame: object) -> None:
    """End as an exception does, so that worktrees and children are gone."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(main(os.environ))
