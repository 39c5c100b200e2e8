"""Judging all candidates of an inquiry: what has no wheel is looked into, a few at a time."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from bootfit.model.errors import UndeterminedError
from bootfit.requirements.build_needs import BuildNeed
from bootfit.requirements.index_page import ProjectFiles
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.nearest import nearest_versions
from bootfit.requirements.sdist import find_build_need
from bootfit.requirements.verdict import (
    Candidate,
    Judged,
    judge,
    needs_build,
    python_refusal,
    yanked_reason,
)

_JOBS = 4


def judge_all(
    inquiry: Inquiry, candidates: Sequence[Candidate], *, with_nearest: bool = True
) -> list[Judged]:
    """Return a verdict for each of ``candidates``, in their order.

    Args:
        inquiry: where they must install.
        candidates: what is to be judged.
        with_nearest: name the nearest versions that would install.

    Raises:
        UndeterminedError: the index does not answer.
    """
    read_needs((inquiry, candidate) for candidate in candidates)
    return [_judge(inquiry, candidate, with_nearest=with_nearest) for candidate in candidates]


def read_needs(wanted: Iterable[tuple[Inquiry, Candidate]]) -> None:
    """Learn what the sdists need of all that has no wheel on its target, each read once.

    Raises:
        UndeterminedError: the index does not answer.
    """
    building = {
        (candidate.name, candidate.version): (inquiry, candidate)
        for inquiry, candidate in wanted
        if (candidate.name, candidate.version) not in inquiry.builds
        and needs_build(candidate, inquiry.target)
    }
    if not building:
        return
    pairs = list(building.values())
    pairs[0][0].progress(f"Reading what {len(pairs)} sdists need")
    with ThreadPoolExecutor(_JOBS) as pool:
        for (inquiry, candidate), need in zip(
            pairs, pool.map(lambda pair: _need(*pair), pairs), strict=True
        ):
            inquiry.builds[candidate.name, candidate.version] = need


def _judge(inquiry: Inquiry, candidate: Candidate, *, with_nearest: bool) -> Judged:
    builds = needs_build(candidate, inquiry.target)
    troubled = (
        builds
        or python_refusal(candidate, inquiry.target)
        or yanked_reason(candidate, inquiry.target) is not None
    )
    page = _other_versions(inquiry, candidate) if troubled and with_nearest else None
    return judge(
        candidate,
        inquiry.platform,
        inquiry.target,
        build=inquiry.builds.get((candidate.name, candidate.version)) if builds else None,
        nearest=nearest_versions(page, candidate.version, inquiry.target) if page else None,
    )


def _need(inquiry: Inquiry, candidate: Candidate) -> BuildNeed | None:
    known = inquiry.needs.find(candidate.files) if inquiry.needs else None
    if known is not None:
        return known
    page = _page(inquiry, candidate) or ProjectFiles(candidate.name, candidate.files)
    need = find_build_need(inquiry.index, page, candidate.version)
    if inquiry.needs:
        inquiry.needs.keep(candidate.files, need)
    return need


def _page(inquiry: Inquiry, candidate: Candidate) -> ProjectFiles | None:
    """Return all versions of a project; None for a locked one: a lock is checked as it stands."""
    if candidate.name in {package.name for package in inquiry.project.locked}:
        return None
    return inquiry.index.page(candidate.name)


def _other_versions(inquiry: Inquiry, candidate: Candidate) -> ProjectFiles | None:
    """Return all versions of a project, for the way out of a lock as well, where the index has it.

    A lock is checked without an index, so one that does not answer takes nothing from it.
    """
    if page := _page(inquiry, candidate):
        return page
    if candidate.name in inquiry.elsewhere:
        return None
    try:
        page = inquiry.index.page(candidate.name)
    except UndeterminedError:
        return None
    return page if page.on_index else None
