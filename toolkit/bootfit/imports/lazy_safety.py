"""Whether an import at the top of a module may wait: judged from the module alone. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import libcst as cst

from bootfit.imports.name_uses import NameUses, StatedImport, Use, bound_name, module_named

#: Libraries whose import is made for what it does: they patch, register or read a file.
_TAKE_EFFECT = frozenset(
    {
        "antigravity",
        "ddtrace",
        "django",
        "dotenv",
        "eventlet",
        "gevent",
        "newrelic",
        "pyximport",
        "readline",
        "sentry_sdk",
        "setuptools",
    }
)
#: Decorators that compile the function: an import inside is more than they understand.
_COMPILING = re.compile(r"(?:^|\.)(?:n?jit|vectorize|guvectorize|stencil|kernel|script)\b")


@dataclass(frozen=True)
class Movable:
    """A name that an import binds, and the functions that need it."""

    stated: StatedImport
    alias: cst.ImportAlias
    name: str
    #: The innermost functions that use it, less those inside of another one.
    functions: tuple[cst.FunctionDef, ...]


class NotSafeError(Exception):
    """The import may not wait; the text says why, ``line`` where."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


def movable_names(uses: NameUses, library: str, line: int, *, keyword: bool) -> tuple[Movable, ...]:
    """Return what may be moved of the statements on a line that import a library.

    Args:
        uses: the module.
        library: a top-level module.
        line: where the statement begins.
        keyword: it becomes a ``lazy import`` (PEP 810) and stays where it is.

    Raises:
        NotSafeError: something of it may not wait.
    """
    found = [one for one in uses.imports if one.line == line and _imports(one, library)]
    if not found:
        raise NotSafeError("it is imported by a call, or in a way that is not understood", line)
    if library in _TAKE_EFFECT:
        raise NotSafeError(f"importing {library} takes effect by itself", line)
    movables: list[Movable] = []
    for stated in found:
        if stated.inside:
            raise NotSafeError(f"it stands inside {stated.inside}", line)
        names = stated.statement.names
        if isinstance(names, cst.ImportStar):
            raise NotSafeError("a star import binds names that the source does not tell", line)
        movables += [
            _judged(uses, stated, alias, keyword=keyword)
            for alias in names
            if _is_of(_imported(stated, alias), library)
        ]
    return tuple(movables)


def modules_loaded(movable: Movable) -> tuple[str, ...]:
    """Return the dotted modules that an import loads, or may: of ``from a import b``, a and a.b."""
    statement = movable.stated.statement
    if isinstance(statement, cst.ImportFrom):
        module = module_named(statement)
        return module, f"{module}.{movable.alias.evaluated_name}"
    return (movable.alias.evaluated_name,)


def _judged(
    uses: NameUses, stated: StatedImport, alias: cst.ImportAlias, *, keyword: bool
) -> Movable:
    name = bound_name(alias)
    if alias.asname is not None and alias.evaluated_name == name:
        raise NotSafeError(f"`{name} as {name}` says that it is re-exported", stated.line)
    if name.startswith("__"):
        raise NotSafeError(f"{name} means something else inside of a class", stated.line)
    if uses.reads_names is not None:
        line, call = uses.reads_names
        raise NotSafeError(f"{call} may read {name} by its name", line)
    all_uses = uses.uses.get(name, ())
    bindings = [one for one in all_uses if one.binds]
    for one in bindings:
        if one.line != stated.line or one.binds != "imported":
            raise NotSafeError(f"{name} is also {one.binds} at line {one.line}", one.line)
    if len(bindings) > 1:
        raise NotSafeError(f"{name} is imported twice", stated.line)
    reads = [one for one in all_uses if not one.binds]
    if not reads:
        raise NotSafeError(
            f"nothing in the file uses {name}: it is imported for its effect or for other "
            "modules, or not needed at all",
            stated.line,
        )
    for one in reads:
        _check_read(name, one, uses, keyword=keyword)
    return Movable(stated, alias, name, _innermost(reads))


def _check_read(name: str, use: Use, uses: NameUses, *, keyword: bool) -> None:
    # A lazy import stays a name of the module, and Python 3.14 and later evaluate an annotation
    # when somebody asks for it.
    if use.annotation or use.text or use.where == "in __all__":
        if not keyword:
            raise NotSafeError(_named(name, use, uses), use.line)
        return
    if use.where:
        raise NotSafeError(f"{name} is used {use.where}", use.line)
    for function in use.functions:
        for decorator in function.decorators:
            text = cst.Module([]).code_for_node(decorator.decorator)
            if _COMPILING.search(text):
                compiled = uses.functions[function]
                raise NotSafeError(f"@{text} compiles {compiled}, which uses {name}", use.line)


def _named(name: str, use: Use, uses: NameUses) -> str:
    if use.where == "in __all__":
        return f"__all__ re-exports {name}"
    if use.annotation:
        kept = use.text or uses.defers_annotations
        how = "a hint that others may evaluate" if kept else "evaluated at run time"
        return f"{name} is named in an annotation, {how}"
    return f"a string names {name}"


def _innermost(reads: Sequence[Use]) -> tuple[cst.FunctionDef, ...]:
    chains = dict.fromkeys(use.functions for use in reads if use.functions and not use.annotation)
    chosen = {chain[-1] for chain in chains}
    return tuple(
        dict.fromkeys(chain[-1] for chain in chains if not chosen.intersection(chain[:-1]))
    )


def _imported(stated: StatedImport, alias: cst.ImportAlias) -> str:
    if isinstance(stated.statement, cst.ImportFrom):
        return module_named(stated.statement)
    return alias.evaluated_name


def _imports(stated: StatedImport, library: str) -> bool:
    names = stated.statement.names
    if isinstance(names, cst.ImportStar) or isinstance(stated.statement, cst.ImportFrom):
        return isinstance(stated.statement, cst.ImportFrom) and _is_of(
            module_named(stated.statement), library
        )
    return any(_is_of(alias.evaluated_name, library) for alias in names)


def _is_of(module: str, library: str) -> bool:
    return f"{module}.".startswith(f"{library}.")
