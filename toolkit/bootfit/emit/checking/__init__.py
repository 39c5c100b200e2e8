"""Files that a platform reads and somebody wrote: what it refuses, what is too much."""

from bootfit.emit.checking.files import READ, check_files
from bootfit.emit.checking.measured import weigh_files

__all__ = ["READ", "check_files", "weigh_files"]
