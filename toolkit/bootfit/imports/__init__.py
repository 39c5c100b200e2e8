"""Which modules an app names and loads, read from its source."""

from bootfit.imports.application import Candidate, find_application, find_applications
from bootfit.imports.boot_imports import BootImport, as_plugins, boot_imports

__all__ = [
    "BootImport",
    "Candidate",
    "as_plugins",
    "boot_imports",
    "find_application",
    "find_applications",
]
