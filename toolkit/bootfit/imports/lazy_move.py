"""The rewrite: imports move into functions, or become ``lazy import``. Pure; needs libcst."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from bootfit.imports.lazy_safety import Movable
from bootfit.imports.name_uses import NameUses, StatedImport, module_named

_Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
_NO_SEMICOLON = cst.MaybeSentinel.DEFAULT


def rewritten(uses: NameUses, movables: Sequence[Movable], *, keyword: bool) -> bytes:
    """Return the module with these imports lazy; every other byte is as it was.

    Args:
        uses: the module.
        movables: what is to be moved.
        keyword: write ``lazy import`` (PEP 810), and leave it where it is.
    """
    mover = _Keyword(movables) if keyword else _Move(uses, movables)
    return uses.module.visit(mover).bytes


def statement_text(movable: Movable) -> str:
    """Return the statement that imports what is moved and nothing else."""
    alias = movable.alias.evaluated_name
    taken = alias if movable.name == alias.partition(".")[0] else f"{alias} as {movable.name}"
    statement = movable.stated.statement
    if isinstance(statement, cst.Import):
        return f"import {taken}"
    return f"from {module_named(statement)} import {taken}"


def _alone(stated: StatedImport, aliases: Sequence[cst.ImportAlias]) -> cst.Import | cst.ImportFrom:
    """Return a statement that imports these names; all of them where comments stand between."""
    statement = stated.statement
    commented = "#" in cst.Module([]).code_for_node(statement)
    if commented or len(aliases) == len(_aliases(statement)):
        return statement.with_changes(semicolon=_NO_SEMICOLON)
    space = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    *others, last = aliases
    kept = [alias.with_changes(comma=space) for alias in others]
    kept.append(last.with_changes(comma=cst.MaybeSentinel.DEFAULT))
    changed = statement.with_changes(names=kept, semicolon=_NO_SEMICOLON)
    return (
        changed if isinstance(changed, cst.Import) else changed.with_changes(lpar=None, rpar=None)
    )


def _aliases(statement: cst.Import | cst.ImportFrom) -> Sequence[cst.ImportAlias]:
    return () if isinstance(statement.names, cst.ImportStar) else statement.names


def _without(
    statement: cst.Import | cst.ImportFrom, moved: Sequence[cst.ImportAlias]
) -> cst.Import | cst.ImportFrom | None:
    """Return the statement less some names; None where none is left."""
    left = [one for one in _aliases(statement) if not any(one is gone for gone in moved)]
    if not left:
        return None
    left[-1] = left[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return statement.with_changes(names=left)


@dataclass
class _Moved:
    """A statement, and what of it moves."""

    stated: StatedImport
    aliases: list[cst.ImportAlias]
    functions: dict[cst.FunctionDef, list[cst.ImportAlias]] = field(default_factory=dict)


def _by_statement(movables: Sequence[Movable]) -> list[_Moved]:
    found: dict[cst.CSTNode, _Moved] = {}
    for one in movables:
        moved = found.setdefault(one.stated.statement, _Moved(one.stated, []))
        moved.aliases.append(one.alias)
        for function in one.functions:
            moved.functions.setdefault(function, []).append(one.alias)
    return sorted(found.values(), key=lambda one: one.stated.line)


class _Keyword(cst.CSTTransformer):
    """Puts ``lazy`` before imports."""

    def __init__(self, movables: Sequence[Movable]) -> None:
        super().__init__()
        self._moved: dict[cst.CSTNode, list[_Moved]] = {}
        for one in _by_statement(movables):
            self._moved.setdefault(one.stated.row, []).append(one)

    def leave_SimpleStatementLine(  # noqa: N802 - named by libcst
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        moved: dict[cst.CSTNode, _Moved] = {
            one.stated.statement: one for one in self._moved.get(original_node, ())
        }
        if not moved:
            return updated_node
        body: list[cst.BaseSmallStatement] = []
        added: list[cst.SimpleStatementLine] = []
        for small in original_node.body:
            one = moved.get(small)
            rest = _without(one.stated.statement, one.aliases) if one else small
            if one is None or rest is None:
                body.append(small if one is None else _lazy(one.stated.statement))
            else:
                body.append(rest)
                added.append(cst.SimpleStatementLine([_lazy(_alone(one.stated, one.aliases))]))
        return cst.FlattenSentinel([updated_node.with_changes(body=body), *added])


def _lazy(statement: cst.Import | cst.ImportFrom) -> cst.BaseSmallStatement:
    kept = {
        name: getattr(statement, name)
        for name in statement.__dataclass_fields__
        if name != "__slots__"
    }
    kind = cst.LazyImport if isinstance(statement, cst.Import) else cst.LazyImportFrom
    return kind(**kept)


class _Move(cst.CSTTransformer):
    """Takes imports out of the top of a module, and puts them into functions."""

    def __init__(self, uses: NameUses, movables: Sequence[Movable]) -> None:
        super().__init__()
        self._moved = _by_statement(movables)
        rows: dict[cst.SimpleStatementLine, dict[cst.CSTNode, _Moved]] = {}
        for one in self._moved:
            rows.setdefault(one.stated.row, {})[one.stated.statement] = one
        self._rows = rows
        gone = {row for row, moved in rows.items() if not _remaining(row, moved)}
        self._takes_comments = {row: _takes_comments(uses.module, row, gone) for row in rows}

    def leave_FunctionDef(  # noqa: N802 - named by libcst
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        lines = [
            self._line(one, one.functions[original_node])
            for one in self._moved
            if original_node in one.functions
        ]
        return _with_first(updated_node, lines) if lines else updated_node

    def leave_Module(  # noqa: N802 - named by libcst
        self, original_node: cst.Module, updated_node: cst.Module
    ) -> cst.Module:
        body: list[_Statement] = []
        waiting: list[cst.EmptyLine] = []
        removed = False
        for original, updated in zip(original_node.body, updated_node.body, strict=True):
            lines = list(updated.leading_lines)
            row = updated
            if isinstance(original, cst.SimpleStatementLine) and original in self._rows:
                small = _remaining(original, self._rows[original])
                if not small:
                    if self._takes_comments[original]:
                        lines = lines[: _own_comments(lines)]
                    waiting, removed = _joined(waiting, lines) if removed else lines, True
                    continue
                row = updated.with_changes(body=small)
            if removed:
                lines = _joined(waiting, lines)
                if not body and not original_node.header:
                    lines = lines[_blank(lines) :]
                row = row.with_changes(leading_lines=lines)
                waiting, removed = [], False
            body.append(row)
        left = [line for line in waiting if line.comment is not None]
        return updated_node.with_changes(body=body, footer=(*left, *updated_node.footer))

    def _line(self, moved: _Moved, aliases: Sequence[cst.ImportAlias]) -> cst.SimpleStatementLine:
        """Return the line to insert, with the comments that belong to it."""
        row = moved.stated.row
        whole = len(row.body) == 1 and len(moved.aliases) == len(_aliases(moved.stated.statement))
        comments: Sequence[cst.EmptyLine] = ()
        if whole and self._takes_comments[row]:
            comments = row.leading_lines[_own_comments(row.leading_lines) :]
        line = cst.SimpleStatementLine(
            [_alone(moved.stated, aliases)],
            leading_lines=comments,
            trailing_whitespace=row.trailing_whitespace if whole else cst.TrailingWhitespace(),
        )
        return line.deep_clone()


def _remaining(
    row: cst.SimpleStatementLine, moved: Mapping[cst.CSTNode, _Moved]
) -> list[cst.BaseSmallStatement]:
    """Return the statements of a row less what moves."""
    left: list[cst.BaseSmallStatement] = []
    for small in row.body:
        one = moved.get(small)
        rest = _without(one.stated.statement, one.aliases) if one else small
        if rest is not None:
            left.append(rest)
    if left and moved.get(row.body[-1]):
        left[-1] = left[-1].with_changes(semicolon=row.body[-1].semicolon)
    return left


def _joined(before: Sequence[cst.EmptyLine], after: Sequence[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """Return the lines above a statement whose predecessor is gone, with those above that one."""
    if not _blank(after):
        return [*before, *after]
    comments = any(line.comment is not None for line in before)
    return [*(before[: _last_comment(before)] if comments else ()), *after]


def _blank(lines: Sequence[cst.EmptyLine]) -> int:
    """Return how many blank lines come first."""
    count = 0
    while count < len(lines) and lines[count].comment is None:
        count += 1
    return count


def _last_comment(lines: Sequence[cst.EmptyLine]) -> int:
    return max(number for number, line in enumerate(lines, 1) if line.comment is not None)


def _own_comments(lines: Sequence[cst.EmptyLine]) -> int:
    """Return where the comments begin that stand directly above a statement."""
    start = len(lines)
    while start and lines[start - 1].comment is not None:
        start -= 1
    return start


def _takes_comments(
    module: cst.Module, row: cst.SimpleStatementLine, gone: Collection[cst.CSTNode]
) -> bool:
    """Return whether the comments above an import go with it.

    They stay where they head a group of imports of which something is left.
    """
    number = next(count for count, one in enumerate(module.body) if one is row)
    if number and not _own_comments(row.leading_lines):
        return True
    for following in module.body[number + 1 :]:
        if not _is_import(following) or following.leading_lines:
            return True
        if following not in gone:
            return False
    return True


def _is_import(row: cst.CSTNode) -> bool:
    return isinstance(row, cst.SimpleStatementLine) and all(
        isinstance(small, cst.Import | cst.ImportFrom) for small in row.body
    )


def _with_first(
    function: cst.FunctionDef, lines: Sequence[cst.SimpleStatementLine]
) -> cst.FunctionDef:
    """Return the function with these lines first in its body, after its docstring."""
    block = function.body
    rows: list[_Statement]
    if isinstance(block, cst.SimpleStatementSuite):
        rows = [cst.SimpleStatementLine(block.body, (), block.trailing_whitespace)]
        block = cst.IndentedBlock(rows)
    else:
        rows = [row for row in block.body if isinstance(row, _Statement)]
    at = 0
    first = rows[0]
    if isinstance(first, cst.SimpleStatementLine) and _is_documentation(first):
        at = 1
        if len(first.body) > 1:
            documentation, *others = first.body
            alone = first.with_changes(
                body=[documentation.with_changes(semicolon=_NO_SEMICOLON)],
                trailing_whitespace=cst.TrailingWhitespace(),
            )
            rows[:1] = [alone, first.with_changes(body=others, leading_lines=())]
    following = rows[at]
    if not _is_import(following) and not _blank(following.leading_lines):
        above = (cst.EmptyLine(indent=False), *following.leading_lines)
        rows[at] = following.with_changes(leading_lines=above)
    return function.with_changes(body=block.with_changes(body=[*rows[:at], *lines, *rows[at:]]))


def _is_documentation(row: cst.SimpleStatementLine) -> bool:
    first = row.body[0]
    return isinstance(first, cst.Expr) and isinstance(
        first.value, cst.SimpleString | cst.ConcatenatedString
    )
