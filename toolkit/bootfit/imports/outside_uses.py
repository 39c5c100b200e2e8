"""Whether other files of a project need what a module imports. Pure but for reading the source."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import resolve_name
from pathlib import Path

from bootfit.imports.application import source_text
from bootfit.imports.project_source import ProjectSource
from bootfit.imports.statements import parse_module
from bootfit.model.finding import Place


@dataclass(frozen=True)
class OutsideUse:
    """Something that another file does with a module's import, in words."""

    place: Place
    reason: str


def outside_use(
    source: ProjectSource, path: str, name: str, loads: Sequence[str], *, keyword: bool
) -> OutsideUse | None:
    """Return the first use that any file makes of a name of a module, or of what it loads.

    Args:
        source: the project.
        path: the module's file.
        name: what its import binds.
        loads: the dotted modules that the import loads.
        keyword: the name stays in the module, as a ``lazy import``: only what reads it when it is
            imported itself counts.
    """
    modules = frozenset(source.files[path])
    submodules = frozenset(one for one in loads if "." in one)
    for other in source.files:
        large = source.is_too_large(other)
        text = _any_text(source.root / other) if large else source_text(source.root / other)
        if not _may_use(text, name, modules, submodules):
            continue
        if large:
            return OutsideUse(Place(other), f"this file is too large to be read, and names {name}")
        reader = _Outside(source.files[other][:1], other.endswith("__init__.py"), modules)
        try:
            found = reader.first(text, name, submodules, own=other == path, keyword=keyword)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return OutsideUse(Place(other), f"this file does not parse, and may use {name}")
        if found is not None:
            return OutsideUse(Place(other, found[0]), found[1])
    return None


def _may_use(text: str, name: str, modules: frozenset[str], submodules: frozenset[str]) -> bool:
    """Return whether a text has the words for it: parsing takes long."""
    lasts = {module.rpartition(".")[2] for module in modules}
    near = "from ." in text or any(_has(text, last) for last in lasts)
    if near and (_has(text, name) or "*" in text):
        return True
    return any(_has(text, module.rpartition(".")[2]) for module in submodules)


def _any_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _has(text: str, word: str) -> bool:
    return word in text and re.search(rf"\b{re.escape(word)}\b", text) is not None


@dataclass
class _Outside:
    """Reads one file for what it does with names of some modules."""

    names: tuple[str, ...]
    is_package: bool
    modules: frozenset[str]

    def first(
        self, text: str, name: str, submodules: frozenset[str], *, own: bool, keyword: bool
    ) -> tuple[int, str] | None:
        """Return line and words of the first use; in the module's ``own`` file, by other names.

        Raises:
            SyntaxError: it does not parse.
            ValueError: it holds NUL bytes (CPython below 3.12).
        """
        tree = parse_module(text)
        bound = dict(self._bound(tree))
        imported = frozenset() if own else frozenset(self._imported(tree))
        for node in ast.walk(tree):
            reason = self._reason(node, name, bound, keyword=keyword)
            chain = _dotted(node) if submodules else ""
            root, _, rest = chain.partition(".")
            other = rest and root in bound and not (own and root == name)
            real = f"{bound[root]}.{rest}" if other else ""
            if real in submodules and real not in imported and not keyword:
                reason = f"it uses {real}, which this import loads"
            if reason:
                return getattr(node, "lineno", 1), reason
        return None

    def _reason(self, node: ast.AST, name: str, bound: dict[str, str], *, keyword: bool) -> str:
        match node:
            case ast.ImportFrom(names=aliases):
                taken = {alias.name for alias in aliases}
                if self._absolute(node) in self.modules and taken & {name, "*"}:
                    what = "*" if "*" in taken and not name.startswith("_") else name
                    return f"it imports {what} from there" if what in taken else ""
            case ast.Attribute(attr=attribute, value=value) if attribute == name and not keyword:
                if self._is_module(_dotted(value), bound):
                    return f"it uses {name} of that module"
            case ast.Call(args=arguments) if not keyword:
                texts = [one.value for one in arguments if isinstance(one, ast.Constant)]
                if name in texts and any(self._is_module(_dotted(one), bound) for one in arguments):
                    return f"it reads or replaces {name} of that module"
            case ast.Constant(value=str(text)) if not keyword:
                whole = {f"{module}.{name}" for module in self.modules}
                if text in whole or text.startswith(tuple(f"{one}." for one in whole)):
                    return f"a string names {text}"
        return ""

    def _is_module(self, dotted: str, bound: dict[str, str]) -> bool:
        root, dot, rest = dotted.partition(".")
        return bool(dotted) and f"{bound.get(root, root)}{dot}{rest}" in self.modules

    def _imported(self, tree: ast.AST) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                yield module
                yield from (f"{module}.{alias.name}" for alias in node.names)

    def _bound(self, tree: ast.AST) -> Iterator[tuple[str, str]]:
        """Yield (name, the dotted module or attribute that it is bound to)."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    top = alias.name.partition(".")[0]
                    yield (alias.asname, alias.name) if alias.asname else (top, top)
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                for alias in node.names:
                    yield alias.asname or alias.name, f"{module}.{alias.name}"

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        own = self.names[0] if self.names else ""
        package = own if self.is_package else own.rpartition(".")[0]
        try:
            return resolve_name("." * node.level + (node.module or ""), package)
        except ImportError:
            return ""


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return node.id if isinstance(node, ast.Name) else ""
