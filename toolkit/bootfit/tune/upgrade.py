"""What the platform's next larger plan would gain. Pure."""

from collections.abc import Sequence

from bootfit.model.plan import Plan
from bootfit.model.platform import Platform
from bootfit.tune.refusal import by_size


def next_larger(platform: Platform, alternatives: Sequence[Platform]) -> Platform | None:
    """Return the smallest of ``alternatives`` with more memory or CPU and less of neither."""
    larger = (
        one
        for one in by_size(alternatives)
        if one.memory_bytes >= platform.memory_bytes
        and one.cpu_share >= platform.cpu_share
        and (one.memory_bytes, one.cpu_share) != (platform.memory_bytes, platform.cpu_share)
    )
    return next(larger, None)


def gains_of(here: Plan, there: Plan, seconds_here: float, seconds_there: float) -> tuple[str, ...]:
    """Return what ``there`` has that ``here`` has not, for people; empty where nothing differs.

    Args:
        here: the plan.
        there: the same app's plan where it has more memory or CPU.
        seconds_here: how long the slowest boot or first request takes with the plan.
        seconds_there: how long there.
    """
    gains = [
        f"{richer.implementation} instead of {choice.implementation} serves {choice.plugin}"
        for choice, richer in zip(here.plugins, there.plugins, strict=True)
        if choice.implementation != richer.implementation
    ]
    gains += [
        f"{more} instead of {few} {name}"
        for name, few, more in (
            ("workers", here.workers, there.workers),
            ("threads in each", here.threads, there.threads),
        )
        if more > few
    ]
    if seconds_there < 0.8 * seconds_here:
        gains.append(
            f"the slowest boot or first request takes about {seconds_there:.1f} s "
            f"instead of {seconds_here:.1f}"
        )
    return tuple(gains)
