"""The part of the text report about what memray said."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.run import Run
from bootfit.model.sizes import MIB, format_mib
from bootfit.model.style import Style

_MOST_OWNERS, _MOST_LINES = 12, 10


def deep_section(run: Run, style: Style) -> list[RenderableType]:
    """Return who held the memory of one implementation at its peak; with ``-v``, all that did."""
    deep = run.deep
    if deep is None:
        return []
    everything = style.verbosity > 0
    owners = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    owners.add_column("distribution", no_wrap=True)
    owners.add_column("MiB", justify="right", no_wrap=True)
    for one in deep.owners if everything else deep.owners[:_MOST_OWNERS]:
        owners.add_row(one.name, f"{one.held_bytes / MIB:.1f}")
    lines = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    lines.add_column("line", overflow="fold")
    lines.add_column("MiB", justify="right", no_wrap=True)
    lines.add_column("function", overflow="fold", style="dim")
    for held in deep.lines if everything else deep.lines[:_MOST_LINES]:
        where = str(held.place or held.owner)
        lines.add_row(where, f"{held.held_bytes / MIB:.1f}", held.function)
    told = (
        f"memray {deep.memray} saw {format_mib(deep.seen_bytes)} at the height of load and one "
        f"exercise, in {deep.allocations} allocations; without memray the kernel counted "
        f"{format_mib(deep.kernel_bytes)} of anonymous memory on top of the app"
    )
    notes = [Text(f"· {line}", style="dim") for line in deep.blind]
    return [
        Group(
            Text(f"{deep.implementation} at its peak, by memray", style="bold"),
            Text(told),
            owners,
            Text(""),
            lines,
            Text(""),
            *notes,
            Text(f"flame graph: {deep.flame_graph}"),
        )
    ]
