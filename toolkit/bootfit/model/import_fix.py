"""What `measure --fix` would change so that imports wait for their first use."""

from dataclasses import dataclass

from bootfit.model.finding import Place


@dataclass(frozen=True)
class LazyEdit:
    """One import that becomes lazy."""

    #: The library's top-level module.
    name: str
    place: Place
    #: What it imports, as a statement.
    statement: str
    #: The functions that import it then; empty for a ``lazy import`` (PEP 810), which stays.
    functions: tuple[str, ...]


@dataclass(frozen=True)
class NotLazy:
    """A library that stays imported at boot, and the reason."""

    name: str
    reason: str
    place: Place | None = None


@dataclass(frozen=True)
class ImportFix:
    """The imports that become lazy, those that do not, and the unified diff of all files."""

    edits: tuple[LazyEdit, ...]
    declined: tuple[NotLazy, ...]
    diff: str
    written: bool = False
    #: What else is to be known.
    notes: tuple[str, ...] = ()
