"""All that a project requires, as one file of pins with hashes for one target."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.model.platform import Platform, Target
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.opening import Terms, open_inquiry
from bootfit.requirements.resolve import NoSolution

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: Options of the project's files that the lock needs as well.
_INDEXES = frozenset({"index-url", "extra-index-url"})


def locked_requirements(
    root: Path,
    files: Sequence[str],
    platform: Platform,
    target: Target,
    **terms: "Unpack[Terms]",
) -> str | None:
    """Return a requirement file that pins, with hashes, all that ``target`` would install.

    The pins are those that an installer would choose now, the hashes (sha256) those of all files
    that the index has of a version. None where the project's own files are locked already.

    Raises:
        UsageError: something is required that no index answers for (a URL, a folder), or the
            requirements contradict each other.
        UndeterminedError: the index does not answer, or has no hashes.
    """
    with open_inquiry(root, files, platform, target, **terms) as inquiry:
        if _is_locked(inquiry):
            return None
        _refuse_uncheckable(inquiry)
        inquiry.progress("Locking with hashes")
        entries = inquiry.project.requirements
        resolution = inquiry.resolve(inquiry.question(entries), target)
        if isinstance(resolution, NoSolution):
            raise UsageError(
                f"the requirements cannot be locked: {resolution.summary}",
                "`bootfit check` says which pins are in the way",
            )
        direct = {canonicalize_name(entry.requirement.name) for entry in entries}
        lines = [
            f"--{option.name}={without_credentials(option.value)}\n"
            for option in inquiry.project.options
            if option.name in _INDEXES
        ]
        for one in sorted(inquiry.candidates(resolution), key=lambda c: canonicalize_name(c.name)):
            hashes = sorted({d for f in one.files for d in f.digests if d.startswith("sha256:")})
            if not hashes:
                raise UndeterminedError(
                    f"the index names no sha256 for {one.subject}", "ask another with --index-url"
                )
            wanted = (
                ""
                if canonicalize_name(one.name) in direct
                else _via(resolution.wanted_by.get(one.name, ()))
            )
            pins = " \\\n".join(
                [f"{one.name}=={one.version}", *(f"    --hash={digest}" for digest in hashes)]
            )
            lines.append(f"{pins}\n{wanted}")
        return "".join(lines)


def _via(names: Sequence[str]) -> str:
    """Return the comment that says who brings something in."""
    return f"    # via {', '.join(sorted(names))}\n" if names else ""


def _is_locked(inquiry: Inquiry) -> bool:
    """Return whether a lock file, or hashes on each line, pin everything already."""
    project = inquiry.project
    if project.locked and not project.requirements:
        return True
    return bool(project.requirements) and all(entry.hashes for entry in project.requirements)


def _refuse_uncheckable(inquiry: Inquiry) -> None:
    project = inquiry.project
    named = [without_credentials(entry.text) for entry in project.uncheckable]
    if project.locked:
        named += [project.locked[0].place.path]
    if named:
        raise UsageError(
            f"cannot be locked with hashes: {', '.join(named)}",
            "require published versions, or leave the artefact requirements-locked out",
        )
