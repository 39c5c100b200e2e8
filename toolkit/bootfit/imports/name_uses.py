"""Where a module's source binds and reads names, and in which functions. Pure; needs libcst."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

#: What reads or runs names that no reading of the source finds; some only without an argument.
_READS_NAMES = frozenset({"globals", "locals", "eval", "exec"})
_READS_OWN_NAMES = frozenset({"vars", "dir"})
#: Two words side by side: no hint of a type, and so most likely prose.
_PROSE = re.compile(r"\w\s+\w")
_LONGEST_HINT = 400
_BLOCKS = (cst.If, cst.Try, cst.TryStar, cst.With, cst.For, cst.While, cst.Match, cst.Else)


@dataclass(frozen=True)
class Use:
    """A place where a name is read or bound."""

    line: int
    #: The functions in whose bodies it stands, the outermost first.
    functions: tuple[cst.FunctionDef, ...]
    #: Where outside of functions that run later, in words; "" inside of them.
    where: str
    #: How it is bound, in words: "bound", "deleted", "declared global"; "" where it is read.
    binds: str = ""
    #: It stands in an annotation, or in a string that is one.
    annotation: bool = False
    text: bool = False


@dataclass(frozen=True)
class StatedImport:
    """An import statement, and where it stands."""

    statement: cst.Import | cst.ImportFrom
    #: The line of statements that it is part of.
    row: cst.SimpleStatementLine
    line: int
    #: What it stands in: "" at the top level of the module.
    inside: str


@dataclass(frozen=True)
class NameUses:
    """A module's tree, its imports, and every use of every name."""

    module: cst.Module
    imports: tuple[StatedImport, ...]
    uses: Mapping[str, Sequence[Use]]
    #: Function → its qualified name.
    functions: Mapping[cst.FunctionDef, str]
    #: Where names are read in a way that no reading of the source follows: (line, call).
    reads_names: tuple[int, str] | None
    #: Whether ``from __future__ import annotations`` holds.
    defers_annotations: bool


@dataclass(frozen=True)
class _Context:
    functions: tuple[cst.FunctionDef, ...] = ()
    where: str = "outside of functions"
    inside: str = ""
    scopes: tuple[str, ...] = ()
    annotation: bool = False
    row: cst.SimpleStatementLine | None = None


def read_uses(data: bytes) -> NameUses:
    """Return what a module's source does with names.

    Raises:
        libcst.ParserSyntaxError: it does not parse.
        UnicodeDecodeError: it is not in the encoding that it states.
    """
    wrapper = MetadataWrapper(cst.parse_module(data), unsafe_skip_copy=True)
    reader = _Reader(wrapper.resolve(PositionProvider))
    reader.walk_all(wrapper.module.body, _Context())
    return NameUses(
        wrapper.module,
        tuple(reader.imports),
        reader.uses,
        reader.functions,
        reader.reading(),
        any(_is_deferral(one.statement) for one in reader.imports),
    )


@dataclass
class _Reader:
    """Walks the tree and knows what it stands in."""

    positions: Mapping[cst.CSTNode, CodeRange]
    imports: list[StatedImport] = field(default_factory=list)
    uses: dict[str, list[Use]] = field(default_factory=dict)
    functions: dict[cst.FunctionDef, str] = field(default_factory=dict)
    reads_names: tuple[int, str] | None = None
    #: Lines that name `sys.modules`.
    module_tables: list[int] = field(default_factory=list)

    def reading(self) -> tuple[int, str] | None:
        """Return (line, call) of what reads the module's names by itself."""
        own = {use.line for use in self.uses.get("__name__", ())}
        lines = [line for line in self.module_tables if line in own]
        return self.reads_names or ((lines[0], "sys.modules[__name__]") if lines else None)

    def walk_all(self, nodes: Iterable[cst.CSTNode | None], context: _Context) -> None:
        """Walk several nodes."""
        for node in nodes:
            if node is not None:
                self.walk(node, context)

    def walk(self, node: cst.CSTNode, context: _Context) -> None:  # noqa: C901 - a case a kind of node
        """Note what a node, and what is below it, reads and binds."""
        match node:
            case cst.Name():
                self._note(node, node.value, context)
            case cst.Attribute():
                self.walk(node.value, context)
                if node.attr.value == "modules" and _dotted(node) == "sys.modules":
                    self.module_tables.append(self._line(node))
            case cst.Arg():
                self.walk(node.value, context)
            case cst.MatchKeywordElement():
                self.walk(node.pattern, context)
            case cst.Annotation():
                self.walk(node.annotation, self._annotating(context))
            case cst.SimpleString():
                self._string(node, context)
            case cst.Import() | cst.ImportFrom() | cst.LazyImport() | cst.LazyImportFrom():
                self._import(node, context)
            case cst.FunctionDef() | cst.ClassDef() | cst.Lambda():
                self._scope(node, context)
            case cst.SimpleStatementLine() | cst.SimpleStatementSuite():
                row = node if isinstance(node, cst.SimpleStatementLine) else None
                self.walk_all(node.body, replace(context, row=row))
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
                pass  # a docstring, or as good as one
            case _:
                self._other(node, context)

    def _other(self, node: cst.CSTNode, context: _Context) -> None:
        if self._binding(node, context):
            return
        match node:
            case cst.Call(func=cst.Name(value=called), args=arguments) if (
                called in _READS_NAMES or (called in _READS_OWN_NAMES and not arguments)
            ):
                self.reads_names = (self._line(node), f"{called}()")
        if isinstance(node, _BLOCKS) and not context.inside:
            context = replace(context, inside=_block_in_words(node))
        self.walk_all(node.children, context)

    def _binding(self, node: cst.CSTNode, context: _Context) -> bool:  # noqa: C901, PLR0912 - as `walk`
        """Note what binds names other than by import, function and class; return whether it did."""
        match node:
            case cst.Assign() | cst.AnnAssign() | cst.AugAssign():
                self._assignment(node, context)
            case cst.NamedExpr() | cst.CompFor():
                self._target(node.target, context)
                self.walk_all((one for one in node.children if one is not node.target), context)
            case cst.For():
                self._target(node.target, context)
                inside = context.inside or "a loop"
                self.walk_all((node.iter, node.body, node.orelse), replace(context, inside=inside))
            case cst.AsName():
                self._target(node.name, context)
            case cst.Del():
                self._target(node.target, context, "deleted")
            case cst.Global() | cst.Nonlocal():
                for item in node.names:
                    how = "global" if isinstance(node, cst.Global) else "nonlocal"
                    self._note(item, item.name.value, context, f"declared {how}")
            case cst.MatchAs() | cst.MatchStar():
                self.walk_all((getattr(node, "pattern", None),), context)
                if node.name is not None:
                    self._target(node.name, context)
            case cst.MatchMapping():
                self.walk_all(node.elements, context)
                if node.rest is not None:
                    self._target(node.rest, context)
            case cst.TypeAlias():
                self._target(node.name, context)
                self.walk_all((node.type_parameters, node.value), context)
            case cst.TypeVar() | cst.TypeVarTuple() | cst.ParamSpec():
                self._target(node.name, context)
                self.walk_all(
                    (getattr(node, "bound", None),), replace(context, where="in a type parameter")
                )
            case _:
                return False
        return True

    def _assignment(
        self, node: cst.Assign | cst.AnnAssign | cst.AugAssign, context: _Context
    ) -> None:
        targets = (
            [one.target for one in node.targets] if isinstance(node, cst.Assign) else [node.target]
        )
        exported = any(isinstance(one, cst.Name) and one.value == "__all__" for one in targets)
        for target in targets:
            self._target(target, context)
        if isinstance(node, cst.AnnAssign):
            # Of a local variable it is never evaluated.
            self.walk(
                node.annotation if not context.functions else node.annotation.annotation, context
            )
        if node.value is not None:
            self.walk(node.value, replace(context, where="in __all__") if exported else context)

    def _target(self, node: cst.CSTNode, context: _Context, how: str = "bound") -> None:
        match node:
            case cst.Name():
                self._note(node, node.value, context, how)
            case cst.Tuple() | cst.List():
                for element in node.elements:
                    self._target(element.value, context, how)
            case cst.StarredElement() | cst.From():
                self.walk_all(node.children, context)
            case _:
                self.walk(node, context)

    def _import(
        self,
        node: "cst.Import | cst.ImportFrom | cst.LazyImport | cst.LazyImportFrom",
        context: _Context,
    ) -> None:
        if isinstance(node, cst.Import | cst.ImportFrom) and context.row is not None:
            inside = context.inside
            self.imports.append(StatedImport(node, context.row, self._line(node), inside))
        if isinstance(node.names, cst.ImportStar):
            return
        for alias in node.names:
            self._note(node, bound_name(alias), context, "imported")

    def _scope(self, node: cst.FunctionDef | cst.ClassDef | cst.Lambda, context: _Context) -> None:
        if isinstance(node, cst.Lambda):
            self._parameters(node.params, context)
            inner = context if context.functions else self._at(context, "in a lambda")
            self.walk(node.body, inner)
            return
        name = node.name.value
        self._target(node.name, context)
        self.walk_all(node.decorators, self._at(context, "in a decorator"))
        self.walk_all((node.type_parameters,), context)
        scopes = (*context.scopes, name)
        if isinstance(node, cst.ClassDef):
            self.walk_all(
                (*node.bases, *node.keywords), self._at(context, "in the bases of a class")
            )
            where = f"in the body of class {name}"
            inside = context.inside or f"class {name}"
            self.walk_all(
                node.body.body, replace(self._at(context, where), scopes=scopes, inside=inside)
            )
            return
        self.functions[node] = ".".join(scopes)
        self._parameters(node.params, context)
        self.walk_all((node.returns,), context)
        qualified = ".".join(scopes)
        self.walk(
            node.body, _Context((*context.functions, node), "", f"function {qualified}", scopes)
        )

    def _parameters(self, parameters: cst.Parameters, context: _Context) -> None:
        stars = (parameters.star_arg, parameters.star_kwarg)
        for one in (
            *parameters.posonly_params,
            *parameters.params,
            *parameters.kwonly_params,
            *(star for star in stars if isinstance(star, cst.Param)),
        ):
            self._target(one.name, context)
            self.walk_all((one.annotation,), context)
            self.walk_all((one.default,), self._at(context, "as a default value"))

    def _string(self, node: cst.SimpleString, context: _Context) -> None:
        """Note the names in a string that is an expression, outside of functions or as a hint."""
        if context.functions and not context.annotation:
            return
        value = node.raw_value
        if len(value) > _LONGEST_HINT or _PROSE.search(value):
            return
        try:
            expression = cst.parse_expression(value.strip())
        except Exception:  # noqa: BLE001 - libcst raises what it likes for what is no expression
            return
        for name in _names_in(expression):
            self._note(node, name, context, text=True)

    def _note(
        self,
        node: cst.CSTNode,
        name: str,
        context: _Context,
        binds: str = "",
        *,
        text: bool = False,
    ) -> None:
        use = Use(
            self._line(node),
            context.functions,
            context.where,
            binds,
            context.annotation,
            text,
        )
        self.uses.setdefault(name, []).append(use)

    def _line(self, node: cst.CSTNode) -> int:
        return self.positions[node].start.line

    @staticmethod
    def _at(context: _Context, where: str) -> _Context:
        """Return the context for what runs where a function or class is made."""
        return context if context.functions else replace(context, where=where)

    @staticmethod
    def _annotating(context: _Context) -> _Context:
        return replace(context, annotation=True, where=context.where or "in an annotation")


def bound_name(alias: cst.ImportAlias) -> str:
    """Return the name that an alias of an import binds: of ``import a.b``, ``a``."""
    if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
        return alias.asname.name.value
    return alias.evaluated_name.partition(".")[0]


def module_named(statement: cst.ImportFrom) -> str:
    """Return the module that ``from … import`` names, with a dot before it for each level."""
    dots = "." * len(statement.relative)
    return dots + (_dotted(statement.module) if statement.module is not None else "")


def _dotted(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else "?"


def _names_in(node: cst.CSTNode) -> set[str]:
    if isinstance(node, cst.Name):
        return {node.value}
    if isinstance(node, cst.Attribute):
        return _names_in(node.value)
    return {name for child in node.children for name in _names_in(child)}


def _is_deferral(statement: cst.Import | cst.ImportFrom) -> bool:
    if not isinstance(statement, cst.ImportFrom) or isinstance(statement.names, cst.ImportStar):
        return False
    names = {alias.evaluated_name for alias in statement.names}
    return module_named(statement) == "__future__" and "annotations" in names


def _block_in_words(node: cst.CSTNode) -> str:
    if isinstance(node, cst.If):
        hint = cst.Module([]).code_for_node(node.test).endswith("TYPE_CHECKING")
        return "a block of TYPE_CHECKING" if hint else "a condition"
    if isinstance(node, cst.Try | cst.TryStar):
        return "a try statement"
    return "a with statement" if isinstance(node, cst.With) else "a block"
