"""How much memory this process and its children may still take: the machine's and the groups'."""

from pathlib import Path

from bootfit.limits.group_folder import read_integer, read_table
from bootfit.limits.hierarchies import Hierarchies, Hierarchy, read_hierarchies


def free_memory() -> int:
    """Return the bytes that can still be had without swapping or killing anybody.

    That is what the machine has available, or less where a control group that this process is in
    (a container) leaves less. Pages of files count as free: they are reclaimed first.
    """
    import psutil

    return min([int(psutil.virtual_memory().available), *left_in_groups(read_hierarchies())])


def left_in_groups(hierarchies: Hierarchies) -> list[int]:
    """Return what each limited group of this process still has, in bytes; at least 0."""
    found = [
        _left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
        for group in _upwards(hierarchies.by_controller.get("memory"))
    ]
    found += [
        _left(group, "memory.max", "memory.current", "") for group in _upwards(hierarchies.unified)
    ]
    return [max(0, one) for one in found if one is not None]


def _upwards(hierarchy: Hierarchy | None) -> tuple[Path, ...]:
    return hierarchy.groups_upwards() if hierarchy else ()


def _left(group: Path, limit_file: str, usage_file: str, prefix: str) -> int | None:
    """Return what is left below the limit, None where there is none ("max", no controller)."""
    limit, usage = read_integer(group / limit_file), read_integer(group / usage_file)
    if limit is None or usage is None:
        return None
    stat = read_table(group / "memory.stat")
    files = sum(stat.get(f"{prefix}{which}_file", 0) for which in ("active", "inactive"))
    return limit - usage + files
