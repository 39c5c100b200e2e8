"""Libraries that the app's own source imports at boot, and that nothing of it uses."""

import ast
import re
from collections.abc import Iterable, Iterator

from bootfit.imports.application import source_text
from bootfit.imports.boot_imports import BootImport
from bootfit.imports.outside_uses import outside_use
from bootfit.imports.project_source import ProjectSource
from bootfit.imports.rules import ImportNeverUsed
from bootfit.imports.statements import parse_module
from bootfit.model.finding import Finding, Place

_MEANT = re.compile(r"#\s*(?:noqa|type:|pylint:|pragma:|isort:|ruff:)", re.IGNORECASE)


def unused_imports(source: ProjectSource, imports: Iterable[BootImport]) -> tuple[Finding, ...]:
    """Return a note for each import at boot whose names nothing in the project reads.

    Left out is what a comment for a linter stands beside, what a package's ``__init__`` imports,
    what is not at the top of its module, and what other files take from there.

    Args:
        source: the project.
        imports: what `boot_imports` found.
    """
    if not source.complete:
        return ()
    return tuple(
        ImportNeverUsed.finding(
            one.name,
            f"{text} loads {one.name} at boot, and nothing uses it",
            remedy="take it out; if it is imported for its effect, say so: # noqa: F401",
            place=place,
        )
        for one in imports
        for place in one.places
        for text in _unused(source, one.name, place)
    )


def _unused(source: ProjectSource, library: str, place: Place) -> Iterator[str]:
    """Yield the statements at a place that import a library for nothing."""
    if place.path.endswith("__init__.py"):
        return
    text = source_text(source.root / place.path)
    try:
        tree = parse_module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = text.splitlines()
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom) or node.lineno != place.line:
            continue
        stated = lines[node.lineno - 1 : node.end_lineno]
        names = _bound(node, library)
        if not names or any(_MEANT.search(line) for line in stated):
            continue
        words = _words(tree)
        above = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        loads = [f"{above}{alias.name}" for alias in node.names]
        if words.isdisjoint(names) and not any(
            outside_use(source, place.path, name, loads, keyword=False) for name in names
        ):
            yield ast.unparse(node)


def _bound(node: ast.Import | ast.ImportFrom, library: str) -> set[str]:
    """Return what a statement binds of a library; nothing where that is not known."""
    names: set[str] = set()
    for alias in node.names:
        module = alias.name if isinstance(node, ast.Import) else node.module or ""
        if alias.name in {"*", alias.asname}:
            return set()
        if module.partition(".")[0] == library:
            names.add(alias.asname or alias.name.partition(".")[0])
    return names


def _words(tree: ast.Module) -> set[str]:
    """Return the names that a module reads, and the words of its strings, which may name some."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(re.findall(r"\w+", node.value))
        elif isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
    return found
