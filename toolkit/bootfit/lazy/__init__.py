"""Load a heavy feature on first use, and a lighter one where the heavy one cannot serve.

    PLUGINS = Registry(
        Plugin(
            "thumbnails",
            Implementation("pillow", "gallery.thumbs:Pillow", imports=("PIL",)),
            Implementation("none", "gallery.thumbs:Placeholder"),
        )
    )
    outcome = PLUGINS.call("thumbnails", "make", picture)

Ask for a plugin where it is used, in a function: a module that loads one while it is imported may
wait for a thread that waits for this very module (see `Registry`).

The standard library and nothing else: importing this costs neither `threading` nor `typing`.
"""

from bootfit.lazy.declaration import CallerError, DeclarationError, Implementation, Plugin
from bootfit.lazy.memory_left import Room
from bootfit.lazy.outcome import Declined, Loaded, Outcome, PluginUnavailableError
from bootfit.lazy.registry import Registry

__all__ = [
    "CallerError",
    "DeclarationError",
    "Declined",
    "Implementation",
    "Loaded",
    "Outcome",
    "Plugin",
    "PluginUnavailableError",
    "Registry",
    "Room",
]
