"""Reading a project's files and opening what answers questions about them."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import urlsplit

from bootfit.model.errors import UsageError
from bootfit.model.platform import Platform, Target
from bootfit.requirements.index import Index, IndexAddress, index_address
from bootfit.requirements.index_page import IndexFile, moment_of
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.installed_size import InstalledSizes
from bootfit.requirements.locked import is_address
from bootfit.requirements.need_cache import NeedCache
from bootfit.requirements.page_cache import Freshness, PageCache
from bootfit.requirements.project_files import ProjectRequirements, read_project
from bootfit.requirements.resolve import cache_folder, open_resolver

if TYPE_CHECKING:
    from typing_extensions import Required

    from bootfit.requirements.trial_build import TrialBuild

#: An index that says nothing for so long is out of reach.
TIMEOUT_SECONDS = 30.0
#: What tools still support; older ones have other rules for wheels.
OLDEST_PYTHON = (3, 8)


class Terms(TypedDict, total=False):
    """How a project is asked about, as `open_inquiry` explains it."""

    progress: "Required[Callable[[str], None]]"
    index_url: str | None
    exclude_newer: str | None
    freshness: Freshness
    sizes: bool
    allow_builds: bool
    timeout_seconds: float


@contextmanager
def open_inquiry(
    root: Path,
    files: Sequence[str],
    platform: Platform,
    target: Target,
    *,
    progress: Callable[[str], None],
    index_url: str | None = None,
    exclude_newer: str | None = None,
    freshness: Freshness = "young",
    sizes: bool = False,
    allow_builds: bool = False,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Iterator[Inquiry]:
    """Read the project's files and open what answers questions about them; closed afterwards.

    Args:
        root: the project folder.
        files: requirement files relative to it.
        platform: where it will be built and run.
        target: what a wheel must match.
        progress: told what is being done, in a few words.
        index_url: as in `bootfit.requirements.check_project`, as all that follow.
        exclude_newer: a date or RFC 3339 time.
        freshness: whether pages that an earlier run kept may answer.
        sizes: learn what each wheel takes on disk.
        allow_builds: build what has no wheel.
        timeout_seconds: how long an index may be silent.

    Raises:
        UsageError: a file or an option cannot be understood.
    """
    if not files:
        raise UsageError("no requirement file is named", "name one with -r requirements.txt")
    if target.python_minor < OLDEST_PYTHON:
        raise UsageError(
            f"Python {target.python_name} cannot be checked",
            "name one from {}.{} on".format(*OLDEST_PYTHON),
        )
    before = _moment(exclude_newer)
    progress(f"Reading {', '.join(files)}")
    project = read_project(root, files, target)
    addresses = _addresses(project, index_url)
    cache = PageCache(cache_folder() / "pages", freshness)
    with (
        Index(
            addresses,
            own=_own(project, addresses),
            timeout_seconds=timeout_seconds,
            before=before,
            cache=cache,
        ) as index,
        open_resolver(
            addresses,
            exclude_newer=exclude_newer,
            timeout_seconds=timeout_seconds,
            freshness=freshness,
        ) as resolver,
    ):
        kept = None if any(address.private for address in addresses) else cache_folder()
        yield Inquiry(
            project,
            platform,
            target,
            index,
            resolver,
            progress,
            needs=NeedCache(kept / "needs", freshness) if kept else None,
            sizes=InstalledSizes(kept / "sizes" if kept else None, freshness) if sizes else None,
            build=_builds(index, platform, exclude_newer) if allow_builds else None,
            reread=lambda other: read_project(root, files, other),
        )


def _builds(
    index: Index, platform: Platform, exclude_newer: str | None
) -> "Callable[[IndexFile, Target], TrialBuild]":
    from bootfit.requirements.trial_verdicts import builds_with

    return builds_with(index, platform, exclude_newer)


def _moment(exclude_newer: str | None) -> datetime | None:
    if not exclude_newer:
        return None
    try:
        return moment_of(exclude_newer)
    except ValueError:
        raise UsageError(
            f"{exclude_newer!r} is not a date", "write it like 2026-01-31 or 2026-01-31T12:00:00Z"
        ) from None


def _addresses(project: ProjectRequirements, index_url: str | None) -> tuple[IndexAddress, ...]:
    """Return the indexes to ask: option, environment, file, and last the public index."""
    named = project.option_values("index-url")
    chosen = index_url or os.environ.get("BOOTFIT_INDEX_URL") or (named[-1] if named else "")
    urls = [chosen or _public_index(), *project.option_values("extra-index-url")]
    return tuple(dict.fromkeys(index_address(url) for url in urls))


def _own(
    project: ProjectRequirements, addresses: Sequence[IndexAddress]
) -> dict[str, IndexAddress]:
    """Return the indexes that locks name for single packages; the user's login goes along."""
    own = {}
    for package in project.locked:
        if not is_address(package.index):
            continue
        with suppress(UsageError):
            address = index_address(package.index)
            host = urlsplit(address.url)[:2]
            logins = [one for one in addresses if one.private and urlsplit(one.url)[:2] == host]
            own[package.name] = (
                replace(logins[0], url=address.url) if logins and not address.private else address
            )
    return own


def _public_index() -> str:
    """Return what `pypi_simple` says, without its import, which takes a tenth of a second."""
    found = find_spec("pypi_simple")
    if found and found.origin:
        with suppress(OSError):
            stated = re.search(
                r'^PYPI_SIMPLE_ENDPOINT\b[^=\n]*= *"([^"\n]+)"',
                Path(found.origin).read_text(encoding="utf-8"),
                re.MULTILINE,
            )
            if stated:
                return stated[1]
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    return PYPI_SIMPLE_ENDPOINT
