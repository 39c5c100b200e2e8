"""A baseline: the figures of a run as a small file that is kept beside the project's code.

It is TOML: a line a subject, rounded, sorted, without dates, paths or names of machines. Writing
it anew leaves the line of a figure that did not change (by the same judgement that tells
regressions) as it is, so that its history is that of the app.
"""

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

import msgspec

from bootfit.compare.profile import (
    APP,
    MODULES_OF,
    NOISE_OF_GROUP,
    REQUIREMENTS,
    TOGETHER,
    Key,
    Profile,
)
from bootfit.model.comparison import UNITS, Comparison, Figure
from bootfit.model.errors import UsageError
from bootfit.model.sizes import MIB

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FORMAT = "bootfit/baseline-v1"
DEFAULT_FILE = "bootfit-baseline.toml"

_HEADER = (
    "# What the app takes: written by `bootfit baseline write`, compared by `bootfit baseline "
    "check`.\n# Memory is in MiB, time in CPU seconds; noise is one standard deviation of one "
    "sample.\n"
)
_Positive = Annotated[float, msgspec.Meta(ge=0)]


class _Subject(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    memory: float | None = None
    memory_noise: _Positive | None = None
    import_time: float | None = None
    import_time_noise: _Positive | None = None
    samples: Annotated[int, msgspec.Meta(ge=1)] = 1


class _Requirements(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    dependencies: int | None = None
    download: float | None = None
    installed: float | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    format: str
    project: str = ""
    target: str = ""
    python: str = ""
    machine: str = ""
    installed: str = ""
    together: list[str] = []
    requirements: _Requirements = _Requirements()
    unmeasured: list[str] = []
    modules: dict[str, float] = {}
    subjects: dict[str, _Subject] = {}


def baseline_text(profile: Profile) -> str:
    """Return ``profile`` as the text of a baseline, the same bytes for the same figures."""
    head = {
        "format": FORMAT,
        "project": profile.project,
        "target": profile.target,
        "python": profile.python,
        "machine": profile.machine,
        "installed": profile.installed_digest,
    }
    lines = [f"{name} = {_string(value)}" for name, value in head.items() if value]
    if profile.together:
        lines += ["together = [", *(f"  {_string(one)}," for one in sorted(profile.together)), "]"]
    if profile.unmeasured:
        lines += [
            "unmeasured = [",
            *(f"  {_string(one)}," for one in sorted(profile.unmeasured)),
            "]",
        ]
    counted = [
        f"{name} = {_counted(name, profile.figures[REQUIREMENTS, name].value)}"
        for name in UNITS
        if (REQUIREMENTS, name) in profile.figures
    ]
    if counted:
        lines += ["", "[requirements]", *counted]
    modules = [one for one in sorted(profile.subjects) if one.startswith(MODULES_OF)]
    if modules:
        lines += ["", "[modules]"]
        for one in modules:
            size = profile.figures[one, "memory"].value / MIB
            lines.append(f"{_key(one.removeprefix(MODULES_OF))} = {size:.1f}")
    subjects = sorted(set(profile.subjects) - {REQUIREMENTS, *modules}, key=_order)
    if subjects:
        lines += ["", "[subjects]", *(_line(one, profile.figures) for one in subjects)]
    return _HEADER + "\n".join(lines) + "\n"


def read_baseline(text: str, origin: str) -> Profile:
    """Return the profile that a baseline holds; ``origin`` names it in errors.

    Raises:
        UsageError: it is no baseline, or one of another version.
    """
    hint = "write it anew with `bootfit baseline write`"
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        told = re.sub(r"\s+", " ", str(error)).replace("$.", "")
        raise UsageError(f"{origin} is no baseline: {told}", hint) from None
    if file.format != FORMAT:
        raise UsageError(f"{origin} has format {file.format!r}, not {FORMAT!r}", hint)
    return Profile(
        origin=origin,
        project=file.project,
        target=file.target,
        figures={**_subject_figures(file), **_requirement_figures(file.requirements)},
        together=tuple(sorted(file.together)),
        unmeasured=dict.fromkeys(file.unmeasured, "not measured"),
        python=file.python,
        machine=file.machine,
        installed_digest=file.installed,
    )


def taken_over(older: Profile, newer: Profile, comparison: Comparison) -> Profile:
    """Return ``newer`` with the figures of ``older`` where ``comparison`` says they are the same.

    Only where both were measured in the same way: else all figures are the new ones.
    """
    alike = ("target", "python", "machine")
    if any(getattr(older, name) != getattr(newer, name) for name in alike):
        return newer
    figures = dict(newer.figures)
    for change in comparison.changes:
        key: Key = (change.subject, change.figure)
        other_members = change.subject == TOGETHER and set(older.together) != set(newer.together)
        if change.verdict == "same" and key in older.figures and not other_members:
            figures[key] = older.figures[key]
    return replace(newer, figures=figures)


def _subject_figures(file: _File) -> dict[Key, Figure]:
    figures: dict[Key, Figure] = {}
    for name, one in file.subjects.items():
        if one.memory is not None:
            noise = _noise(one.memory_noise, one.samples)
            figures[name, "memory"] = in_bytes(Figure(one.memory, noise, one.samples))
        if one.import_time is not None:
            noise = _noise(one.import_time_noise, one.samples)
            figures[name, "import-time"] = Figure(one.import_time, noise, one.samples)
    for name, size in file.modules.items():
        figures[f"{MODULES_OF}{name}", "memory"] = in_bytes(Figure(size, NOISE_OF_GROUP * size))
    return figures


def _requirement_figures(wanted: _Requirements) -> dict[Key, Figure]:
    figures: dict[Key, Figure] = {}
    if wanted.dependencies is not None:
        figures[REQUIREMENTS, "dependencies"] = Figure(wanted.dependencies)
    if wanted.download is not None:
        figures[REQUIREMENTS, "download"] = in_bytes(Figure(wanted.download))
    if wanted.installed is not None:
        figures[REQUIREMENTS, "installed"] = in_bytes(Figure(wanted.installed))
    return figures


def _noise(stated: float | None, samples: int) -> float | None:
    """Return the noise that a line tells: none is told where it is too small to be written."""
    return stated if stated is not None else None if samples == 1 else 0.0


def in_bytes(mebibytes: Figure) -> Figure:
    """Return a figure that is written in MiB as what it means."""
    noise = None if mebibytes.noise is None else mebibytes.noise * MIB
    return replace(mebibytes, value=mebibytes.value * MIB, noise=noise)


def _line(subject: str, figures: Mapping[Key, Figure]) -> str:
    """Return one subject as a line of ``[subjects]``."""
    memory, time = figures.get((subject, "memory")), figures.get((subject, "import-time"))
    parts = []
    if memory:
        parts.append(f"memory = {memory.value / MIB:.1f}")
        if (memory.noise or 0) >= 0.005 * MIB:
            parts.append(f"memory-noise = {(memory.noise or 0) / MIB:.2f}")
    if time:
        parts.append(f"import-time = {time.value:.3f}")
        if (time.noise or 0) >= 0.0005:
            parts.append(f"import-time-noise = {time.noise:.3f}")
    parts.append(f"samples = {max(one.samples for one in (memory, time) if one)}")
    return f"{_key(subject)} = {{ {', '.join(parts)} }}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _string(name)


def _order(subject: str) -> tuple[int, str]:
    return {APP: 0, TOGETHER: 1}.get(subject, 2), subject


def _counted(name: str, value: float) -> str:
    return f"{value:.0f}" if name == "dependencies" else f"{value / MIB:.1f}"


def _string(value: Any) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
