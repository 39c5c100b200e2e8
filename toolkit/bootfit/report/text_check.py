"""The requirements part of the text report."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from bootfit.model.check import CheckResult, DistributionCheck, Fix
from bootfit.model.run import Run
from bootfit.model.sizes import format_mib
from bootfit.model.style import Style
from bootfit.report.text_matrix import matrix_section
from bootfit.report.text_table import Cell, Column, figure_columns, fitted


def check_section(run: Run, style: Style) -> list[RenderableType]:
    """Return what installs and how; with -v everything, the largest download first.

    What an installation takes on disk stands in each wheel alone, and to ask every wheel costs as
    many requests as the whole check: it is said to be unknown unless --sizes asked for it.
    """
    if run.check is None:
        return []
    check = run.check
    wheels = sum(d.verdict == "wheel" for d in check.distributions)
    blocked = [d for d in check.distributions if not d.installs]
    size = (
        f", {format_mib(check.download_bytes)} to download ({_installed(check)})"
        if check.download_bytes is not None
        else ""
    )
    files = ", ".join(check.requirement_files)
    summary = (
        f"{len(check.distributions)} distributions from {files}: {wheels} wheels, "
        f"{len(check.distributions) - wheels - len(blocked)} other, "
        f"{len(blocked)} that will not install{size}"
    )
    shown = (
        sorted(check.distributions, key=lambda d: (-_installed_bytes(d), -_download_bytes(d)))
        if style.verbosity > 0
        else [d for d in check.distributions if d.verdict != "wheel" or d.yanked is not None]
    )
    parts: list[RenderableType] = [Text("Requirements", style="bold"), Text(summary)]
    if not check.resolved:
        parts.append(
            Text(
                "no resolution as a whole: each requirement was resolved on its own", style="yellow"
            )
        )
    if shown:
        parts += _table(shown, style.width, sizes=style.verbosity > 0)
    sections: list[RenderableType] = [Group(*parts)]
    if check.fix is not None and (check.fix.edits or check.fix.reasons):
        sections.append(_fix(check.fix))
    if check.matrix is not None:
        sections.append(matrix_section(check.matrix, style))
    return sections


def _fix(fix: Fix) -> RenderableType:
    lines: list[RenderableType] = [Text("Fix", style="bold")]
    lines += [
        Text(f"{edit.name}=={edit.before} → {edit.after}  [{edit.place}]") for edit in fix.edits
    ]
    if fix.edits:
        lines.append(
            Text("written" if fix.written else "everything installs then: --write writes it")
        )
    lines += [Text(f"· {note}", style="yellow") for note in fix.notes]
    if fix.reasons:
        lines.append(Text("nothing is changed, since no change of pins helps:", style="yellow"))
        lines += [Text(f"· {reason}") for reason in fix.reasons]
    return Group(*lines)


def _table(
    distributions: Iterable[DistributionCheck], width: int, *, sizes: bool
) -> list[RenderableType]:
    columns = (
        *(Column("distribution"), Column("verdict"), Column("installs")),
        *(figure_columns("download", "on disk", going=("on disk",)) if sizes else ()),
        Column("brought in by", folds=True),
    )
    rows: list[Sequence[Cell]] = []
    for d in distributions:
        size = [_size(_download_bytes(d)), _size(_installed_bytes(d))] if sizes else []
        chain = " → ".join(d.chain)
        rows.append((f"{d.name} {d.version}", d.verdict, _installs(d), *size, chain))
    return fitted(columns, rows, width)


def _download_bytes(distribution: DistributionCheck) -> int:
    return (distribution.wheel.size_bytes or 0) if distribution.wheel else 0


def _installed_bytes(distribution: DistributionCheck) -> int:
    return (distribution.wheel.installed_bytes or 0) if distribution.wheel else 0


def _installed(check: CheckResult) -> str:
    if check.installed_bytes is not None:
        return f"{format_mib(check.installed_bytes)} on disk"
    known = sum(map(_installed_bytes, check.distributions))
    if not known:
        return "on disk: see --sizes"
    lacking = sum(not _installed_bytes(d) for d in check.distributions)
    return f"at least {format_mib(known)} on disk, {lacking} unknown"


def _size(size: int) -> str:
    return format_mib(size) if size else "–"


def _installs(distribution: DistributionCheck) -> Text:
    if not distribution.installs:
        return Text("no", style="bold red")
    # A builder with a compiler is no promise that this source compiles on this Python.
    compiles = distribution.verdict in {"c-sdist", "rust-sdist"}
    return Text("if it builds", style="yellow") if compiles else Text("yes")
