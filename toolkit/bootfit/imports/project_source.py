"""The Python files of a project: where they are, what they are imported as, what they import."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bootfit.imports.application import LARGEST_FILE, module_of, source_text
from bootfit.imports.statements import ImportStatement, ModuleSource, read_module, words_of

#: Folders whose files nobody imports for the app.
_SKIPPED = frozenset({"__pycache__", "build", "dist", "node_modules", "site-packages"})
_MOST_FILES = 4000


@dataclass(frozen=True)
class ProjectSource:
    """The Python files below a folder, read when they are asked for."""

    root: Path
    #: The target's Python: conditions on it decide which imports count.
    python: tuple[int, ...]
    #: Path relative to the root, as POSIX → names that it may be imported as, the likeliest first.
    files: Mapping[str, tuple[str, ...]]
    #: False where the project has more files than are looked at.
    complete: bool = True
    _read: dict[str, ModuleSource | None] = field(default_factory=dict, repr=False)

    @cached_property
    def by_module(self) -> Mapping[str, str]:
        """Return module → path; of two files, the one whose name is likelier."""
        found: dict[str, str] = {}
        for rank in range(3):
            for path, names in self.files.items():
                if rank < len(names) and names[rank]:
                    found.setdefault(names[rank], path)
        return found

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Return the top-level names that may be the project's own, however it is started."""
        names = {name.partition(".")[0] for all_names in self.files.values() for name in all_names}
        return frozenset(names | {part for path in self.files for part in Path(path).parts[:-1]})

    def statements(self, path: str) -> tuple[ImportStatement, ...]:
        """Return the imports of a file; none where it cannot be read or does not parse."""
        module = self._module(path)
        return module.statements if module else ()

    def words(self, path: str) -> frozenset[str]:
        """Return the dotted names that a file imports anywhere, or that a string of it names.

        Where it does not parse, that is every word of its text.
        """
        module = self._module(path)
        return module.words if module else words_of(source_text(self.root / path))

    def is_too_large(self, path: str) -> bool:
        """Return whether a file is too large to be read, so that nothing is known of it."""
        try:
            return (self.root / path).stat().st_size > LARGEST_FILE
        except OSError:
            return True

    def _module(self, path: str) -> ModuleSource | None:
        if path not in self._read:
            # The `__init__` of a project that is a package itself has no name below it.
            name = next(iter(self.files[path]), "")
            package = name if path.endswith("__init__.py") else name.rpartition(".")[0]
            try:
                self._read[path] = read_module(source_text(self.root / path), package, self.python)
            except (SyntaxError, ValueError):
                self._read[path] = None
        return self._read[path]

    def files_of(self, module: str) -> Iterator[str]:
        """Yield the project's files that run when ``module`` is imported: its packages, itself."""
        parts = module.split(".")
        for count in range(1, len(parts) + 1):
            path = self.by_module.get(".".join(parts[:count]))
            if path is not None:
                yield path


def read_project_source(root: Path, python: str) -> ProjectSource:
    """Return the Python files below ``root``, for a target that runs ``python``.

    Hidden folders, builds, and virtual environments are left out. No file is read yet.
    """
    files: dict[str, tuple[str, ...]] = {}
    complete = True
    for path in _python_files(root):
        if len(files) >= _MOST_FILES:
            complete = False
            break
        files[path.as_posix()] = _names(root, path)
    version = tuple(int(part) for part in python.split(".") if part.isdigit())
    return ProjectSource(root, version, files, complete)


def _python_files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - os.walk speaks in strings
        )
        for name in sorted(names):
            path = Path(folder, name)
            if name.endswith(".py") and not name.startswith(".") and path.is_file():
                yield path.relative_to(root)


def _names(root: Path, path: Path) -> tuple[str, ...]:
    """Return what a file may be imported as: in its outermost package, from the root, alone."""
    base = path.parent
    while base != Path() and (root / base / "__init__.py").exists():
        base = base.parent
    in_package = module_of(path.relative_to(base))
    return tuple(dict.fromkeys(name for name in (in_package, module_of(path)) if name))


def foreign_modules(source: ProjectSource, paths: Iterable[str]) -> frozenset[str]:
    """Return the dotted names that ``paths`` import and neither Python nor the project brings."""
    return frozenset(
        candidate
        for path in paths
        for statement in source.statements(path)
        for candidate in statement.candidates
        if candidate.partition(".")[0] not in sys.stdlib_module_names
        and not any(source.files_of(candidate))
    )
