"""Which modules an app names and loads, read from its source."""

from bootfit.imports.application import Candidate, find_application, find_applications
from bootfit.imports.boot_imports import (
    BootImport,
    boot_imports,
    heavy_at_boot,
    weight_that_counts,
)
from bootfit.imports.lazy_imports import LazyImport, as_plugins, assumptions, lazy_imports
from bootfit.imports.project_source import ProjectSource, foreign_modules, read_project_source
from bootfit.imports.reach import Reached, reached_imports
from bootfit.imports.requirement_use import unrequired_imports, unused_requirements

__all__ = [
    "BootImport",
    "Candidate",
    "LazyImport",
    "ProjectSource",
    "Reached",
    "as_plugins",
    "assumptions",
    "boot_imports",
    "find_application",
    "find_applications",
    "foreign_modules",
    "heavy_at_boot",
    "lazy_imports",
    "reached_imports",
    "read_project_source",
    "unrequired_imports",
    "unused_requirements",
    "weight_that_counts",
]
