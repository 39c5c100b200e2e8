"""The plan and the emitted files in the text report."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.plan import MemoryNeed, Plan
from bootfit.model.run import Run
from bootfit.model.sizes import format_mib
from bootfit.model.style import Style


def plan_section(run: Run, style: Style) -> list[RenderableType]:
    """Return each setting with its reason and the memory that was predicted, or the refusal."""
    if run.plan is None:
        return []
    plan = run.plan
    parts: list[RenderableType] = [Text("Plan", style="bold")]
    if plan.refusal:
        parts.append(Text(plan.refusal.message, style="bold red"))
        parts += [Text(f"  {item}") for item in plan.refusal.items]
        larger = plan.refusal.smallest_platform
        if larger:
            parts.append(Text(f"smallest platform plan that would do: {larger}"))
        return [Group(*parts)]
    parts.append(_choices(plan, style))
    parts.append(_memory(plan.memory, plan))
    if plan.upgrade:
        gains = "; ".join(plan.upgrade.gains) or "nothing that was measured"
        parts.append(Text(f"one plan up, {plan.upgrade.title} would gain: {gains}"))
    return [Group(*parts)]


def emitted_section(run: Run, style: Style) -> list[RenderableType]:
    """Return one line a generated file: its state against the project folder."""
    if not run.emitted:
        return []
    del style
    table = Table(box=None, padding=(0, 1), pad_edge=False, show_header=False)
    for file in run.emitted:
        table.add_row(file.path, Text(file.state, style="dim"))
    return [Group(Text("Files", style="bold"), table)]


def _choices(plan: Plan, style: Style) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for choice in plan.choices:
        reason = Text(choice.reason)
        if choice.evidence and style.verbosity > 0:
            reason.append(f" ({choice.evidence})", style="dim")
        table.add_row(choice.setting, choice.value, reason)
    return table


def _memory(need: MemoryNeed, plan: Plan) -> Text:
    union = f"union {format_mib(need.union_bytes)} ({need.union_basis})"
    growth = f" + growth {format_mib(need.growth_bytes)}" if need.growth_bytes else ""
    return Text(
        f"predicted peak {format_mib(need.predicted_peak_bytes)} of "
        f"{format_mib(need.budget_bytes - need.headroom_bytes)} "
        f"({format_mib(need.budget_bytes)} less {format_mib(need.headroom_bytes)} headroom): "
        f"master {format_mib(need.master_bytes)} + {plan.workers} × "
        f"(worker {format_mib(need.worker_bytes)} + {union}) + {plan.workers * plan.threads} × "
        f"transient {format_mib(need.transient_bytes)}{growth} + "
        f"overhead {format_mib(need.overhead_bytes)}"
    )
