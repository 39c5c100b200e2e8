"""The part of the text report about what probes did beside taking memory: with ``-v``."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.measurement import MeasurementSet, ProbeResult, Samples
from bootfit.model.sizes import KIB, MIB
from bootfit.model.style import Style


def figures_section(measured: MeasurementSet, style: Style) -> list[RenderableType]:
    """Return threads, children, files and growth of each implementation alone, and of the app."""
    alone = {
        probe.subject: probe
        for probe in measured.probes
        if probe.mode == "alone" and probe.figures is not None
    }
    if style.verbosity < 1 or measured.app.figures is None:
        return []
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    table.add_column("alone", no_wrap=True)
    headings = ("modules", "threads", "children", "files", "file MiB", "group MiB", "grows KiB")
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for name, probe in {"(the booted app)": measured.app, **alone}.items():
        table.add_row(name, *_cells(probe))
    legend = (
        "files: mapped by the probe; file MiB: file-backed after import, which is reclaimed first; "
        "group MiB: the control group's own peak, page cache included; grows KiB: what one more "
        "exercise leaves behind"
    )
    return [Group(Text("Beside anonymous memory", style="bold"), Text(legend, style="dim"), table)]


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
