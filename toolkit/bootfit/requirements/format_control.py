"""Which kinds of file a requirement file allows: ``--no-binary`` and ``--only-binary``.

As pip reads them (its ``FormatControl``): in order, a name in one takes it out of the other,
``:all:`` forgets all names before it, ``:none:`` those of its own option.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.utils import canonicalize_name

ALL, NONE = ":all:", ":none:"
_OTHER = {"no-binary": "only-binary", "only-binary": "no-binary"}


@dataclass(frozen=True)
class FormatControl:
    """Normalized names, or ``:all:``."""

    only_binary: frozenset[str] = frozenset()
    no_binary: frozenset[str] = frozenset()

    def from_source(self, name: str) -> bool:
        """Return whether wheels of ``name`` are refused, so that it must be built."""
        return name in self.no_binary or (ALL in self.no_binary and name not in self.only_binary)

    def only_wheels(self, name: str) -> bool:
        """Return whether sdists of ``name`` are refused."""
        return name in self.only_binary or (ALL in self.only_binary and name not in self.no_binary)


def format_control(options: Iterable[tuple[str, str]]) -> FormatControl:
    """Return what ``options``, (long name, value) in the order of the file, allow together."""
    chosen: dict[str, set[str]] = {"no-binary": set(), "only-binary": set()}
    for option, value in options:
        if option not in chosen:
            continue
        own, other = chosen[option], chosen[_OTHER[option]]
        for word in filter(None, map(str.strip, value.split(","))):
            if word == ALL:
                own.clear()
                other.clear()
                own.add(ALL)
            elif word == NONE:
                own.clear()
            else:
                name = canonicalize_name(word)
                other.discard(name)
                own.add(name)
    return FormatControl(frozenset(chosen["only-binary"]), frozenset(chosen["no-binary"]))
