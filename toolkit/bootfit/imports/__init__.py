"""Which modules an app names and loads, read from its source."""

from bootfit.imports.application import Candidate, find_application, find_applications
from bootfit.imports.assumed import as_assumed, as_plugins, assumptions
from bootfit.imports.boot_imports import (
    BootImport,
    boot_imports,
    files_of,
    heaviest,
    heavy_at_boot,
    weight_that_counts,
)
from bootfit.imports.lazy_imports import LazyImport, lazy_imports
from bootfit.imports.project_source import ProjectSource, foreign_modules, read_project_source
from bootfit.imports.reach import Reached, is_aside, reached_imports
from bootfit.imports.requirement_use import (
    not_compared,
    unknown_use,
    unrequired_imports,
    unused_requirements,
)
from bootfit.imports.savings import saves_enough, why_nothing_is_saved
from bootfit.imports.unused_imports import unused_imports

__all__ = [
    "BootImport",
    "Candidate",
    "LazyImport",
    "ProjectSource",
    "Reached",
    "as_assumed",
    "as_plugins",
    "assumptions",
    "boot_imports",
    "files_of",
    "find_application",
    "find_applications",
    "foreign_modules",
    "heaviest",
    "heavy_at_boot",
    "is_aside",
    "lazy_imports",
    "not_compared",
    "reached_imports",
    "read_project_source",
    "saves_enough",
    "unknown_use",
    "unrequired_imports",
    "unused_imports",
    "unused_requirements",
    "weight_that_counts",
    "why_nothing_is_saved",
]
