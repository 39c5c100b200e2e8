"""The parts of the text report about what imports take, and about why a module is loaded."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.app import AppDescription
from bootfit.model.attribution import PROJECT, Cost, ModuleCost, ModuleTree, ModuleWhy, OwnerCost
from bootfit.model.measurement import MeasurementSet
from bootfit.model.run import Run
from bootfit.model.sizes import KIB, MIB, format_mib
from bootfit.model.style import Style

_MOST_OWNERS, _MOST_MODULES, _MOST_NAMES = 10, 10, 6


def attribution_section(run: Run, style: Style) -> list[RenderableType]:
    """Return what imports take, of the app and of each implementation that serves: with ``-v``."""
    measured = run.measurements
    if measured is None or style.verbosity < 1:
        return []
    legend = Text(
        "own: what its modules took themselves, MiB of anonymous memory in one traced run; total: "
        "with what they were the first to import; collector pauses are charged to nobody",
        style="dim",
    )
    trees = [part for tree in _serving(run, measured) for part in _tree(tree)]
    return [Group(Text("Imports", style="bold"), legend), *trees] if trees else []


def why_section(run: Run) -> list[RenderableType]:
    """Return the answer of `bootfit why`."""
    why = run.why
    if why is None:
        return []
    lines: list[RenderableType] = [
        Text(f"{why.cost.module} is loaded by {why.loader}", style="bold"),
        _chain(why),
        _takes(why),
    ]
    if why.users:
        more = f" and {why.users_more} more" if why.users_more else ""
        lines.append(Text(f"held, or some of it, by {', '.join(why.users)}{more}"))
    if why.brought:
        lines += [Text(""), Text(f"It brought {why.brought_modules} modules:", style="bold")]
        lines.append(_modules(why.brought))
    lines += [Text(""), _without(why, run.app)]
    return [Group(*lines)]


def _serving(run: Run, measured: MeasurementSet) -> list[ModuleTree]:
    """Return the trees of the app and of what serves: by the plan, else the richest together."""
    if run.plan:
        serving = [f"{one.plugin}:{one.implementation}" for one in run.plan.plugins]
    else:
        unions = [probe for probe in measured.probes if probe.mode == "union"]
        serving = list(unions[0].implementations) if unions else []
    trees = [measured.attributed(), *(measured.attributed(one) for one in serving)]
    return [tree for tree in trees if tree is not None]


def _tree(tree: ModuleTree) -> list[RenderableType]:
    where = f"{tree.subject} on top of the app" if tree.implementations else "the app"
    title = Text(f"Imports of {where}", style="bold")
    if tree.detail:
        return [Group(title, Text(f"not traced: the run {tree.detail}"))]
    if not any(owner.modules for owner in tree.owners):
        return [Group(title, Text("nothing that was not loaded already"))]
    told = (
        f"{_cost(tree.total, memory_known=tree.memory_known)}, of that outside of imports "
        f"{_cost(tree.outside, memory_known=tree.memory_known)}; "
        f"collector pauses {tree.collector_seconds:.2f} s"
    )
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    table.add_column("distribution", no_wrap=True)
    for heading in ("own", "total", "CPU s", "modules"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for owner in tree.owners[:_MOST_OWNERS]:
        table.add_row(
            owner.name,
            _mib(owner.own),
            _mib(owner.total),
            f"{owner.own.cpu_seconds:.2f}",
            str(owner.modules),
            Text(_reached(owner), style="dim"),
        )
    largest = sorted(tree.modules, key=lambda one: -one.own.anonymous_bytes)
    return [Group(title, Text(told, style="dim"), table, Text(""), _modules(largest))]


def _modules(modules: Iterable[ModuleCost]) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
    table.add_column("module", overflow="fold")
    for heading in ("own", "total", "CPU s"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("imported at", overflow="fold", style="dim")
    for one in list(modules)[:_MOST_MODULES]:
        table.add_row(
            one.module if one.loaded else f"{one.module} (failed)",
            _mib(one.own),
            _mib(one.total),
            f"{one.own.cpu_seconds:.2f}",
            str(one.place or ""),
        )
    return table


def _reached(owner: OwnerCost) -> str:
    """Return how a distribution comes in, and what comes with it."""
    if owner.kind != "distribution":
        return "the project's own code" if owner.name == PROJECT else "the standard library"
    if not owner.direct:
        if not owner.through:
            return ""
        return f"{'shared by' if len(owner.through) > 1 else 'for'} {_names(owner.through)}"
    parts = []
    if owner.transitive:
        parts.append(f"brings {_names(owner.transitive)} ({_mib(owner.transitive_own)})")
    if owner.shared:
        parts.append(f"shares {_names(owner.shared)} ({_mib(owner.shared_own)})")
    others = [name for name in owner.through if name != owner.name]
    if others:
        parts.append(f"also used by {_names(others)}")
    return "; ".join(parts)


def _chain(why: ModuleWhy) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", style="dim")
    for depth, one in enumerate(why.chain):
        place = f"imported at {one.place}" if one.place else ""
        table.add_row(f"{'  ' * min(depth, 12)}{one.module}", place)
    return table


def _takes(why: ModuleWhy) -> Text:
    own, total = why.cost.own, why.cost.total
    text = f"by itself it takes {_cost(own, memory_known=why.memory_known)}"
    if why.brought:
        text += f"; with what it brought {_cost(total, memory_known=why.memory_known)}"
    boot = _cost(why.boot, memory_known=why.memory_known)
    return Text(f"{text}, of {boot} in all ({why.cost.owner})")


def _without(why: ModuleWhy, app: AppDescription | None) -> Text:
    without = why.without
    what = f"{why.implementations[0]}" if why.implementations else "the app"
    if without.status != "works":
        verb = "fails" if without.status == "fails" else "was not measured"
        below = _next_rung(what, app)
        return Text(f"without it {what} {verb}: it {without.detail}{below}", style="yellow")
    saved = why.boot - without.total
    fewer = why.boot_modules - without.modules_loaded
    gone = f"; no longer loaded: {_names(without.gone)}" if without.gone else ""
    return Text(
        f"without it {what} still loads, with {_cost(without.total, memory_known=why.memory_known)}"
        f": {_cost(saved, memory_known=why.memory_known)} and {fewer} modules less{gone}"
    )


def _next_rung(subject: str, app: AppDescription | None) -> str:
    """Return which rung comes after that one, in words."""
    plugin_name, _, name = subject.partition(":")
    for plugin in app.plugins if app else ():
        names = [rung.name for rung in plugin.ladder]
        if plugin.name == plugin_name and name in names[:-1]:
            return f"; the next rung is {plugin_name}:{names[names.index(name) + 1]}"
    return ""


def _names(names: Iterable[str]) -> str:
    known = list(names)
    more = len(known) - _MOST_NAMES
    return ", ".join(known[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _mib(cost: Cost) -> str:
    return f"{cost.anonymous_bytes / MIB:.1f}"


def _cost(cost: Cost, *, memory_known: bool) -> str:
    seconds = f"{cost.cpu_seconds:.2f} s of CPU time"
    if not memory_known:
        return seconds
    size = cost.anonymous_bytes
    memory = f"{size / KIB:.0f} KiB" if abs(size) < MIB else format_mib(size)
    return f"{memory} and {seconds}"
