"""Platform profiles: where an app will run, each fact with its source and the date it was read.

``PLATFORM_FILES`` is what the entry point group ``bootfit.platforms`` names: the TOML files, as
paths that can be read wherever the package lies.
"""

import sys
from importlib.resources import files

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable
else:
    from importlib.abc import Traversable

_FOLDER = files(__name__) / "platforms"

#: One TOML file a platform, sorted by name.
PLATFORM_FILES: tuple[Traversable, ...] = tuple(
    sorted(
        (entry for entry in _FOLDER.iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
)

#: The JSON Schema (draft 2020-12) that each of them satisfies.
SCHEMA_FILE: Traversable = _FOLDER / "platform.schema.json"
