"""Extras and dependency groups that somebody asks a file for, and whether it has them. Pure."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from packaging.utils import canonicalize_name

from bootfit.model.errors import UsageError


def refuse_unknown(
    asked: Iterable[str], known: Iterable[str], what: str, file: str, *, none: str = ""
) -> None:
    """Refuse what is asked for and not there.

    Args:
        asked: normalized names.
        known: the names that ``file`` has, as it writes them.
        what: "extra", "dependency group".
        file: where they are looked for.
        none: what to do where it has none at all.

    Raises:
        UsageError: one of ``asked`` is not known; the hint names the nearest, or all.
    """
    names: dict[str, str] = {canonicalize_name(name): name for name in known}
    if unknown := sorted(set(asked) - set(names)):
        hint = none if none and not names else nearest_or_all(unknown[0], names)
        raise UsageError(f"{file} has no {what} called {unknown[0]!r}", hint)


def nearest_or_all(name: str, known: Mapping[str, str]) -> str:
    """Return a hint: which of ``known`` (normalized → as it is written) may be meant."""
    near = get_close_matches(name, known, n=1)
    if near:
        return f"did you mean {known[near[0]]!r}?"
    return f"it has {', '.join(sorted(known)) or 'none'}"
