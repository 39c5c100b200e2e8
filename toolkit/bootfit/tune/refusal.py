"""Why no plan fits, itemised, and the smallest platform where one would."""

from collections.abc import Sequence
from dataclasses import replace

from bootfit.model.plan import MemoryNeed, Refusal
from bootfit.model.platform import Platform
from bootfit.model.sizes import format_mib
from bootfit.tune.memory import available_bytes, items
from bootfit.tune.situation import Situation


def refusal_for(
    situation: Situation, need: MemoryNeed, alternatives: Sequence[Platform]
) -> Refusal:
    """Return the refusal for ``need``, what the fallbacks need on the smallest server."""
    parts = items(need, situation.smallest)
    return Refusal(
        message=f"required memory {format_mib(need.predicted_peak_bytes)} is greater than "
        f"{format_mib(available_bytes(need))} available: {', '.join(parts)}",
        items=(
            *parts,
            f"{format_mib(need.headroom_bytes)} of headroom in {format_mib(need.budget_bytes)}",
        ),
        smallest_platform=smallest_that_fits(situation, alternatives),
    )


def smallest_that_fits(situation: Situation, alternatives: Sequence[Platform]) -> str:
    """Return the name of the smallest of ``alternatives`` where some rungs fit; "" for none."""
    for platform in by_size(alternatives):
        if moved(situation, platform).best(situation.smallest) is not None:
            return platform.name
    return ""


def by_size(platforms: Sequence[Platform]) -> list[Platform]:
    """Return ``platforms``, the smallest in memory first, then in CPU."""
    return sorted(platforms, key=lambda p: (p.memory_bytes, p.cpu_share, p.name))


def moved(situation: Situation, platform: Platform) -> Situation:
    """Return the same app and wishes on another platform, with all of its memory."""
    return replace(
        situation, platform=platform, wishes=replace(situation.wishes, budget_bytes=None)
    )
