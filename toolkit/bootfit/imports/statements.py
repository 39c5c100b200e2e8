"""The imports that a module's source states: what, where, and when they run. Pure.

Found are ``import``, ``from … import``, and calls of ``import_module`` and ``__import__`` with a
literal. Left out is what never runs on the target: blocks of ``TYPE_CHECKING``, of another Python
or system, and of ``if __name__ == "__main__"``.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bootfit.model.syntax_tree import parse_quietly

_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_LONGEST_NAME = 200
#: In place of a function's name: the import waits for the first use of what it names.
LAZILY = "<lazy import>"
_LAZY = re.compile(r"^([ \t]*)lazy[ \t]+(?=(?:import|from)\b)", re.MULTILINE)
_CATCHING = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_COMPARISONS: dict[type[ast.cmpop], Callable[[object, object], bool]] = {
    ast.Lt: operator.lt,  # type: ignore[dict-item] # of two tuples
    ast.LtE: operator.le,  # type: ignore[dict-item]
    ast.Gt: operator.gt,  # type: ignore[dict-item]
    ast.GtE: operator.ge,  # type: ignore[dict-item]
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
#: What names of the target are equal to: bootfit's targets run Linux.
_CONSTANTS = {"__name__": "a module that is imported", "sys.platform": "linux", "os.name": "posix"}


@dataclass(frozen=True)
class ImportStatement:
    """One import, as the source has it."""

    #: Absolute dotted name; of ``from a.b import c``, ``a.b``.
    module: str
    #: What ``from`` takes out of it: names or submodules.
    names: tuple[str, ...]
    line: int
    #: Qualified name of the function that it waits in, `LAZILY` for a ``lazy import`` (PEP 810);
    #: "" where it runs with the module.
    function: str = ""
    #: Why it may be left undone, in words; "" where nothing stands in its way.
    guard: str = ""

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the modules that it may mean: what ``from`` takes may be a submodule."""
        return tuple(f"{self.module}.{name}" for name in self.names) or (self.module,)


@dataclass(frozen=True)
class ModuleSource:
    """What a module's source says about other modules."""

    #: The imports that can run on the target, in their order.
    statements: tuple[ImportStatement, ...]
    #: Every dotted name that is imported anywhere, or that a string without blanks names.
    words: frozenset[str]


def read_module(source: str, package: str = "", python: tuple[int, ...] = (3, 13)) -> ModuleSource:
    """Return what ``source`` imports and names.

    Args:
        source: text of a module.
        package: the package that its relative imports start from; "" for none.
        python: the target's Python, for conditions on ``sys.version_info``.

    Raises:
        SyntaxError: it does not parse.
        ValueError: it holds NUL bytes (CPython below 3.12).
    """
    lazy = {source.count("\n", 0, match.end()) + 1 for match in _LAZY.finditer(source)}
    reader = _Reader(package, python, frozenset(lazy))
    try:
        tree = parse_module(source)
        reader.visit(tree)
    except (RecursionError, MemoryError):
        raise SyntaxError("nested too deeply") from None
    return ModuleSource(tuple(reader.found), frozenset(_named_in(tree)))


def parse_module(source: str) -> ast.Module:
    """Return the tree of ``source``, with a ``lazy import`` (Python 3.15) as a plain one.

    Raises:
        SyntaxError: it does not parse.
        ValueError: it holds NUL bytes (CPython below 3.12).
    """
    return parse_quietly(_LAZY.sub(r"\1", source))


def words_of(text: str) -> frozenset[str]:
    """Return the words of ``text`` that may name a module, a distribution or a command."""
    return frozenset(word.strip(".-") for word in _WORD.findall(text))


def _named_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                taken = [alias.name for alias in names]
                yield from [module] if taken == ["*"] else [f"{module}.{one}" for one in taken]
            case ast.Constant(value=str(text)) if len(text) <= _LONGEST_NAME and text.split() == [
                text
            ]:
                yield from words_of(text)


class _Reader(ast.NodeVisitor):
    """Collects imports, and knows what it stands in."""

    def __init__(self, package: str, python: tuple[int, ...], lazy_lines: frozenset[int]) -> None:
        self.found: list[ImportStatement] = []
        self._package = package
        self._python = python
        self._lazy_lines = lazy_lines
        self._scopes: list[str] = []
        self._in_function = 0
        self._guards: list[str] = []

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, (), node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        names = tuple(alias.name for alias in node.names if alias.name != "*")
        self._add(self._absolute(node.module or "", node.level, self._package), names, node.lineno)

    def visit_Call(self, node: ast.Call) -> None:
        called = _last_name(node.func)
        if called in {"import_module", "__import__"} and node.args:
            name = _text(node.args[0])
            level = len(name) - len(name.lstrip("."))
            package = _text(node.args[1]) or self._package if len(node.args) > 1 else self._package
            self._add(self._absolute(name.lstrip("."), level, package), (), node.lineno)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._visit_all([*node.decorator_list, node.args, *filter(None, [node.returns])])
        self._scopes.append(node.name)
        self._in_function += 1
        with self._guarded_by(None):
            self._visit_all(node.body)
        self._in_function -= 1
        self._scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - named by ast

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self._scopes.append("<lambda>")
        self._in_function += 1
        self.visit(node.body)
        self._in_function -= 1
        self._scopes.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._scopes.append(node.name)
        self._visit_all(node.body)
        self._scopes.pop()

    def visit_If(self, node: ast.If) -> None:
        holds = self._truth(node.test)
        self.visit(node.test)
        guard = "a condition decides" if holds is None else ""
        with self._guarded_by(guard):
            if holds is not False:
                self._visit_all(node.body)
            if holds is not True:
                self._visit_all(node.orelse)

    def visit_Try(self, node: ast.Try) -> None:
        caught = any(_catches(handler.type) for handler in node.handlers)
        with self._guarded_by("ImportError is caught" if caught else ""):
            self._visit_all(node.body)
        with self._guarded_by("it stands in for another" if caught else "it handles an error"):
            self._visit_all(node.handlers)
        self._visit_all([*node.orelse, *node.finalbody])

    visit_TryStar = visit_Try  # noqa: N815 - named by ast

    def visit_With(self, node: ast.With) -> None:
        self._visit_all(node.items)
        calls = [item.context_expr for item in node.items]
        suppressed = any(
            isinstance(call, ast.Call)
            and _last_name(call.func) == "suppress"
            and any(_catches(argument) for argument in call.args)
            for call in calls
        )
        with self._guarded_by("ImportError is caught" if suppressed else ""):
            self._visit_all(node.body)

    def _add(self, module: str, names: tuple[str, ...], line: int) -> None:
        if module:
            late = LAZILY if line in self._lazy_lines else ""
            function = ".".join(self._scopes) if self._in_function else late
            guard = next((why for why in reversed(self._guards) if why), "")
            self.found.append(ImportStatement(module, names, line, function, guard))

    @staticmethod
    def _absolute(module: str, level: int, package: str) -> str:
        """Return the absolute name; "" where a relative import leads out of its package."""
        if not level:
            return module
        parts = package.split(".") if package else []
        kept = parts[: max(0, len(parts) - level + 1)]
        return ".".join([*kept, *filter(None, [module])]) if kept else ""

    @contextmanager
    def _guarded_by(self, why: str | None) -> Iterator[None]:
        """Stand behind one more guard; None forgets those around a function, which ran before."""
        before = self._guards
        self._guards = [] if why is None else [*before, why]
        yield
        self._guards = before

    def _visit_all(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _truth(self, test: ast.expr) -> bool | None:
        """Return what a condition is on the target, None where that cannot be told."""
        match test:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                holds = self._truth(operand)
                return None if holds is None else not holds
            case ast.BoolOp(op=op, values=values):
                decisive = isinstance(op, ast.Or)
                answers = [self._truth(value) for value in values]
                if decisive in answers:
                    return decisive
                return None if None in answers else not decisive
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compared(left, op, right)
        return False if _last_name(test) == "TYPE_CHECKING" else None

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool | None:
        compare = _COMPARISONS.get(type(op))
        try:
            value = ast.literal_eval(right)
        except ValueError:
            return None
        name = ast.unparse(left)
        if compare is None:
            return None
        if name in _CONSTANTS and isinstance(value, str) and isinstance(op, ast.Eq | ast.NotEq):
            return compare(_CONSTANTS[name], value)
        if name in {"sys.version_info", "version_info"} and isinstance(value, tuple) and value:
            try:
                return compare(self._python[: max(len(value), 2)], value)
            except TypeError:
                return None
        return None


def _catches(expression: ast.expr | None) -> bool:
    """Return whether ``except expression`` catches a failed import."""
    if isinstance(expression, ast.Tuple):
        return any(_catches(one) for one in expression.elts)
    return expression is None or _last_name(expression) in _CATCHING


def _last_name(expression: ast.expr) -> str:
    if isinstance(expression, ast.Attribute):
        return expression.attr
    return expression.id if isinstance(expression, ast.Name) else ""


def _text(expression: ast.expr) -> str:
    value = expression.value if isinstance(expression, ast.Constant) else ""
    return value if isinstance(value, str) else ""
