"""Python source as a syntax tree, from any thread, without a word on standard error."""

import ast
import threading
import warnings

#: CPython counts the depth of a tree once per interpreter, not per thread: where two threads parse
#: at once, one of them gets "AST constructor recursion depth mismatch" (python/cpython#106905).
#: Nor may two threads change the filters of warnings at once.
_ONE_AT_A_TIME = threading.Lock()


def parse_quietly(source: str) -> ast.Module:
    """Return the tree of ``source``; what the compiler warns of is its author's to see.

    Raises:
        SyntaxError: it does not parse.
        ValueError: it holds NUL bytes (CPython below 3.12).
        RecursionError, MemoryError: it is nested too deep.
    """
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)
