"""How large what installs is: what is downloaded, and what it takes on disk."""

from collections.abc import Sequence
from dataclasses import replace

from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.verdict import Candidate, Judged


def with_sizes(
    inquiry: Inquiry, candidates: Sequence[Candidate], judged: Sequence[Judged]
) -> list[Judged]:
    """Return ``judged``, the wheels with what they take on disk, where that was asked for."""
    if inquiry.sizes is None:
        return list(judged)
    wheels = [
        file
        for one, candidate in zip(judged, candidates, strict=True)
        for file in candidate.files
        if one.check.wheel is not None and file.filename == one.check.wheel.filename
    ]
    inquiry.progress(f"Reading what {len(wheels)} wheels take on disk")
    sizes = inquiry.sizes.of(inquiry.index, wheels)
    return [
        replace(
            one,
            check=replace(
                one.check, wheel=replace(wheel, installed_bytes=sizes.get(wheel.filename))
            ),
        )
        if (wheel := one.check.wheel) is not None
        else one
        for one in judged
    ]


def installed_bytes(judged: Sequence[Judged]) -> int | None:
    """Return what all takes on disk; None where a part of it is not known."""
    sizes = [one.check.wheel.installed_bytes if one.check.wheel else None for one in judged]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def download_bytes(judged: Sequence[Judged], candidates: Sequence[Candidate]) -> int | None:
    """Return what an installation downloads, or None where the index does not tell all sizes."""
    from bootfit.requirements.index_page import sdist_of

    sizes: list[int | None] = []
    for one, candidate in zip(judged, candidates, strict=True):
        if one.check.wheel is not None:
            sizes.append(one.check.wheel.size_bytes)
        elif sdist := sdist_of(candidate.files):
            sizes.append(sdist.size_bytes)
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
