"""Imports of the project's own files that wait, as if they were lazy: CPython 3.8 and later.

What they would bind is bound to stand-ins. The first use of one raises, and is kept: so a boot that
ends well did without what it imported, and took what it would take if the import were lazy. All
other code imports as ever, so that what another library loads as well stays loaded.
"""

from __future__ import annotations

import builtins
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

#: Dunder names whose look-up is a use; of the others it is what asks whether they are there.
_TELLING = ("__version__", "__all__", "__file__", "__path__", "__mro_entries__")


class UsedAtBootError(Exception):
    """Something that is to wait was used."""


#: Every use, also one whose exception the app caught.
uses: list[UsedAtBootError] = []


def used(name: str) -> NoReturn:
    """Keep and raise that ``name`` was used."""
    error = UsedAtBootError(name + " is used while the app boots")
    uses.append(error)
    raise error


class StandIn:
    """A module, or what was taken from one, that nothing may use."""

    def __init__(self, name: str) -> None:
        self.__dict__["_bootfit_name"] = name

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__") and attribute not in _TELLING:
            raise AttributeError(attribute)
        used(self._bootfit_name + "." + attribute)

    def _use(self, *_: object, **__: object) -> Any:
        used(self._bootfit_name)

    __call__ = __getitem__ = __iter__ = __or__ = __ror__ = __enter__ = __exit__ = __len__ = _use
    __instancecheck__ = __subclasscheck__ = __mro_entries__ = __setattr__ = __delattr__ = _use


def let_wait(files: Sequence[str], names: Sequence[str]) -> None:
    """Bind stand-ins where these files, by their real paths, import ``names`` or what is below."""
    below = tuple(name + "." for name in names)
    original: Any = builtins.__import__

    def import_(
        name: str,
        globals: Any = None,  # noqa: A002 - as it is called
        locals: Any = None,  # noqa: A002 - as it is called
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        taken = fromlist or ()
        waits = level == 0 and (name in names or name.startswith(below)) and "*" not in taken
        if waits and type(globals) is dict:
            file = globals.get("__file__")
            if isinstance(file, str) and os.path.realpath(file) in files:
                return stand_in(name, taken)
        return original(name, globals, locals, fromlist, level)

    builtins.__import__ = import_


def stand_in(name: str, taken: Sequence[str]) -> StandIn:
    """Return what ``import name`` or ``from name import taken`` gets."""
    parts = name.split(".")
    if taken:
        whole = StandIn(name)
        whole.__dict__.update({one: StandIn(name + "." + one) for one in taken})
        return whole
    top = last = StandIn(parts[0])
    for count in range(2, len(parts) + 1):
        part = StandIn(".".join(parts[:count]))
        last.__dict__[parts[count - 1]] = part
        last = part
    return top
