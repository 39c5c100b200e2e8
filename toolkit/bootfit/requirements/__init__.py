"""What a project requires, and whether it installs on a target."""

from collections.abc import Callable, Sequence
from pathlib import Path

from bootfit.model.check import CheckResult
from bootfit.model.finding import Finding
from bootfit.model.platform import Platform, Target
from bootfit.requirements.page_cache import Freshness
from bootfit.requirements.project_files import read_requirement_texts, required_names
from bootfit.requirements.project_text import is_lock

__all__ = ["check_project", "is_lock", "read_requirement_texts", "required_names"]


def check_project(
    root: Path,
    files: Sequence[str],
    platform: Platform,
    target: Target,
    *,
    index_url: str | None = None,
    exclude_newer: str | None = None,
    matrix: Sequence[str] = (),
    freshness: Freshness = "young",
    sizes: bool = False,
    allow_builds: bool = False,
    progress: Callable[[str], None],
) -> tuple[CheckResult, tuple[Finding, ...]]:
    """Return, for each distribution that ``files`` bring in, whether it installs on ``target``.

    Nothing is installed, and no code of a project runs unless ``allow_builds`` says so: an index
    is asked, and parts of archives are read.

    Args:
        root: the project folder.
        files: requirement files relative to it: requirements.txt, pyproject.toml (with extras:
            ``pyproject.toml[export,ml]``), pylock.toml, uv.lock, poetry.lock, Pipfile.lock.
        platform: where it will be built and run.
        target: what a wheel must match.
        index_url: the index to ask; else ``BOOTFIT_INDEX_URL``, else the files' ``--index-url``,
            else the public one.
        exclude_newer: a date or RFC 3339 time; uploads after it do not exist.
        matrix: other Pythons to try the same files on, as `parse_pythons` returns them.
        freshness: whether index pages that an earlier run kept may answer: while they are
            younger than ten minutes, never ("refresh"), or they alone ("offline").
        sizes: learn what each wheel takes on disk, for a request or two a wheel.
        allow_builds: build what has no wheel here, to see whether it does; that runs its code.
        progress: told what is being done, in a few words.

    Raises:
        UsageError: a file cannot be read or understood; names file, line and column.
        UndeterminedError: the index is out of reach, or does not answer as an index.
    """
    from bootfit.requirements.project_check import check_files

    return check_files(
        root,
        files,
        platform,
        target,
        index_url=index_url,
        exclude_newer=exclude_newer,
        matrix=matrix,
        freshness=freshness,
        sizes=sizes,
        allow_builds=allow_builds,
        progress=progress,
    )
