"""The environment variables that a plan sets: what is forbidden, what it costs, which limit.

A mistake in one is a warning, never a crash: a served app must come up.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bootfit.lazy.declaration import Plugin

FORBID = "BOOTFIT_FORBID"
COST = "BOOTFIT_COST"
MEMORY_LIMIT = "BOOTFIT_MEMORY_LIMIT"

_UNITS = {
    "": 1,
    "k": 1000,
    "m": 1000**2,
    "g": 1000**3,
    "ki": 1024,
    "mi": 1024**2,
    "gi": 1024**3,
}


def forbidden(
    environ: Mapping[str, str], plugins: Mapping[str, Plugin]
) -> tuple[frozenset[tuple[str, str]], Sequence[str]]:
    """Return the forbidden (plugin, implementation) pairs, and a warning for each wrong entry.

    The value is `plugin:implementation,…`. A fallback cannot be forbidden.
    """
    pairs: set[tuple[str, str]] = set()
    warnings: list[str] = []
    for raw in environ.get(FORBID, "").split(","):
        entry = raw.strip()
        if not entry:
            continue
        name, colon, rung = (part.strip() for part in entry.partition(":"))
        plugin = plugins.get(name)
        if not colon or not name or not rung:
            warnings.append(f"{FORBID}: {entry!r} is not written 'plugin:implementation'; ignored")
        elif plugin is None:
            known = ", ".join(sorted(plugins))
            warnings.append(f"{FORBID}: no plugin {name!r} (there are: {known}); ignored")
        elif rung == plugin.fallback.name:
            warnings.append(f"{FORBID}: {entry!r} is the fallback, which always serves; ignored")
        elif rung not in [candidate.name for candidate in plugin.ladder]:
            known = ", ".join(candidate.name for candidate in plugin.ladder)
            warnings.append(f"{FORBID}: {name} has no {rung!r} (there are: {known}); ignored")
        else:
            pairs.add((name, rung))
    return frozenset(pairs), warnings


def planned_costs(environ: Mapping[str, str]) -> tuple[dict[tuple[str, str], int], Sequence[str]]:
    """Return (plugin, implementation) → bytes of `BOOTFIT_COST`, and a warning for wrong entries.

    The value is `plugin:implementation=SIZE,…`: what each takes of the memory that all of them
    were measured to take together. Names that are not declared are passed over.
    """
    costs: dict[tuple[str, str], int] = {}
    warnings: list[str] = []
    for raw in environ.get(COST, "").split(","):
        entry = raw.strip()
        if not entry:
            continue
        name, _, size = entry.partition("=")
        plugin, _, rung = (part.strip() for part in name.partition(":"))
        size_bytes = _size_bytes(size.strip())
        if plugin and rung and size_bytes:
            costs[plugin, rung] = size_bytes
        else:
            warnings.append(f"{COST}: {entry!r} is not written 'plugin:rung=12Mi'; ignored")
    return costs, warnings


def assumed_limit_bytes(environ: Mapping[str, str]) -> tuple[int | None, Sequence[str]]:
    """Return the bytes of `BOOTFIT_MEMORY_LIMIT` (`512Mi`, `1.5Gi`, `300M`, `4096`), or None.

    Beside it stands a warning where the value is no positive size.
    """
    text = environ.get(MEMORY_LIMIT, "").strip()
    if not text:
        return None, ()
    size = _size_bytes(text)
    if not size:
        return None, (f"{MEMORY_LIMIT}: {text!r} is no size; write it like 512Mi. Ignored",)
    return size, ()


def _size_bytes(text: str) -> int:
    """Return the bytes that ``text`` means, 0 for what is no positive size."""
    number = text.rstrip("bBiIkKmMgG")
    unit = text[len(number) :].lower().removesuffix("b").strip()
    try:
        return max(0, int(float(number) * _UNITS[unit]))
    except (ValueError, KeyError, OverflowError):
        return 0
