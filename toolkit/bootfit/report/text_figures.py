"""The part of the text report about what probes did beside taking memory: with ``-v``."""

from rich.console import Group, RenderableType
from rich.text import Text

from bootfit.model.measurement import MeasurementSet, ProbeResult, Samples
from bootfit.model.sizes import KIB, MIB
from bootfit.model.style import Style
from bootfit.report.text_table import Column, figure_columns, fitted

_COLUMNS = (
    Column("alone"),
    *figure_columns(
        *("modules", "threads", "children", "files", "file MiB", "group MiB", "grows KiB"),
        going=("files", "modules"),
    ),
)


def figures_section(measured: MeasurementSet, style: Style) -> list[RenderableType]:
    """Return threads, children, files and growth of each implementation alone, and of the app."""
    alone = {
        probe.subject: probe
        for probe in measured.probes
        if probe.mode == "alone" and probe.figures is not None
    }
    if style.verbosity < 1 or measured.app.figures is None:
        return []
    probes = {"(the booted app)": measured.app, **alone}
    rows = [(name, *_cells(probe)) for name, probe in probes.items()]
    legend = (
        "files: mapped by the probe; file MiB: file-backed after import, which is reclaimed first; "
        "group MiB: the control group's own peak, page cache included; grows KiB: what one more "
        "exercise leaves behind"
    )
    title = Text("Beside anonymous memory", style="bold")
    return [Group(title, Text(legend, style="dim"), *fitted(_COLUMNS, rows, style.width))]


def _cells(probe: ProbeResult) -> tuple[str, ...]:
    figures = probe.figures
    if figures is None:
        return ()
    return (
        _number(figures.modules, 1),
        _number(figures.threads, 1),
        _number(figures.children, 1),
        _number(figures.mapped_files, 1),
        _number(figures.file_backed_after_import_bytes, MIB, 1),
        _number(figures.group_peak_bytes, MIB, 1),
        _number(figures.growth_bytes, KIB),
    )


def _number(samples: Samples | None, unit: int, digits: int = 0) -> str:
    return "–" if samples is None else f"{samples.median / unit:.{digits}f}"
