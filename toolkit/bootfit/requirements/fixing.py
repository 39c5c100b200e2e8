"""`check --fix`: the pins that block are changed in the files, if everything installs then."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from bootfit.model.check import CheckResult, Fix, PinEdit
from bootfit.model.file_change import FileChange, bytes_of, diff_of
from bootfit.model.finding import Finding, Severity
from bootfit.model.platform import Platform, Target
from bootfit.requirements.inquiry import Inquiry, pinned_version
from bootfit.requirements.mending import blocking, find_mending, mended_project, pins_of
from bootfit.requirements.opening import Terms, open_inquiry
from bootfit.requirements.pin_edit import NotEditable, PinChange, edit_lines, edit_toml
from bootfit.requirements.project_check import examine
from bootfit.requirements.relock import compiled_by

if TYPE_CHECKING:
    from typing_extensions import Unpack

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Fixed:
    """The project as it stands, and as it would be."""

    #: With ``fix`` set.
    before: CheckResult
    findings_before: tuple[Finding, ...]
    #: None where there is nothing to change, or no change helps.
    after: CheckResult | None
    findings_after: tuple[Finding, ...]
    files: tuple[FileChange, ...]


def fix_files(
    root: Path,
    files: Sequence[str],
    platform: Platform,
    target: Target,
    *,
    lowest: Severity,
    matrix: Sequence[str] = (),
    **terms: "Unpack[Terms]",
) -> Fixed:
    """Check ``files`` and find what to change in them; nothing is written.

    Args:
        root: the project folder.
        files: requirement files relative to it.
        platform: where it will be built and run.
        target: what a wheel must match.
        lowest: the severity from which on a finding has to go.
        matrix: other Pythons to try the files on as they stand.
        terms: as in `open_inquiry`.

    Raises:
        UsageError: a file cannot be read or understood.
        UndeterminedError: the index is out of reach, or does not answer as an index.
    """
    with open_inquiry(root, files, platform, target, **terms) as inquiry:
        result, findings = examine(inquiry, matrix)
        if not blocking(findings, lowest):
            return _unchanged(result, findings, ())
        mending = find_mending(inquiry, findings, result.distributions, lowest)
        if mending.reasons:
            return _unchanged(result, findings, mending.reasons)
        try:
            hashes = _hashes(inquiry, mending.versions)
            changes = _changes(inquiry, mending.versions, hashes)
            edited = _edited(root, changes)
        except NotEditable as reason:
            return _unchanged(result, findings, (str(reason),))
        inquiry.progress("Checking the whole project with the changed pins")
        project = mended_project(inquiry.project, mending.versions, hashes)
        after, findings_after = examine(replace(inquiry, project=project), advise=False)
    if left := blocking(findings_after, lowest):
        words = ", ".join(f"{c.entry.requirement.name}=={c.after}" for c in changes)
        return _unchanged(
            result, findings, tuple(f"with {words} it is still so: {one.message}" for one in left)
        )
    edits = tuple(
        PinEdit(c.entry.requirement.name, str(c.before), str(c.after), c.entry.place)
        for c in changes
    )
    fix = Fix(edits, "".join(map(_diff, edited)), notes=tuple(_notes(edited)))
    return Fixed(
        replace(result, fix=fix), findings, replace(after, fix=fix), findings_after, edited
    )


def _unchanged(
    result: CheckResult, findings: tuple[Finding, ...], reasons: tuple[str, ...]
) -> Fixed:
    return Fixed(replace(result, fix=Fix((), "", reasons)), findings, None, (), ())


def _notes(files: Sequence[FileChange]) -> Iterator[str]:
    """Yield what to do about files that another tool writes: its next run would undo the change."""
    for file in files:
        if command := compiled_by(_decoded(file.before, file.path)[0]):
            yield (
                f"{file.path} is written by `{command}`: "
                "change what it is written from as well, or its next run undoes this"
            )


def _hashes(inquiry: Inquiry, versions: Mapping[str, Version]) -> dict[str, tuple[str, ...]]:
    """Return the sha256 of all files of the new versions, for those whose lines list hashes."""
    found = {}
    for name, entries in pins_of(inquiry.project).items():
        if name not in versions or not any(entry.hashes for entry in entries):
            continue
        files = inquiry.index.page(name).of(versions[name])
        sha256 = [next((d for d in f.digests if d.startswith("sha256:")), "") for f in files]
        if not all(sha256):
            raise NotEditable(f"the index tells no sha256 for all files of {name} {versions[name]}")
        found[name] = tuple(sorted(set(sha256)))
    return found


def _changes(
    inquiry: Inquiry, versions: Mapping[str, Version], hashes: Mapping[str, tuple[str, ...]]
) -> tuple[PinChange, ...]:
    return tuple(
        PinChange(entry, before, versions[name], hashes.get(name, ()) if entry.hashes else ())
        for name, entries in pins_of(inquiry.project).items()
        if name in versions
        for entry in entries
        if (before := pinned_version(entry)) is not None and before != versions[name]
    )


def _edited(root: Path, changes: Sequence[PinChange]) -> tuple[FileChange, ...]:
    by_file: dict[str, list[PinChange]] = {}
    for change in changes:
        by_file.setdefault(change.entry.place.path, []).append(change)
    edited = []
    for path, own in by_file.items():
        if not (root / path).resolve().is_relative_to(root.resolve()):
            raise NotEditable(f"{path} lies outside the project and is not edited")
        if path.endswith(".cfg"):
            raise NotEditable(f"{path} is not edited: write {', '.join(c.text for c in own)} there")
        before = bytes_of(root, path)
        text, mark, encoding = _decoded(before, path)
        edit = edit_toml if path.endswith(".toml") else edit_lines
        after = edit(text, own, path)
        edited.append(FileChange(path, before, mark + after.encode(encoding)))
    return tuple(edited)


def _decoded(data: bytes, path: str) -> tuple[str, bytes, str]:
    """Return text, byte order mark and encoding, so that all three make the same bytes again."""
    mark, encoding = next((m for m in _MARKS if data.startswith(m[0])), (b"", "utf-8"))
    try:
        return data[len(mark) :].decode(encoding), mark, encoding
    except UnicodeDecodeError:
        raise NotEditable(f"{path} is not UTF-8 text and is not edited") from None


def _diff(file: FileChange) -> str:
    texts = (_decoded(data, file.path)[0] for data in (file.before, file.after))
    return diff_of(file.path, *texts)
