"""What a setup.py says before it runs: its syntax tree is read, nothing of it is executed. Pure."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

from bootfit.model.syntax_tree import parse_quietly

#: How a syntax error of Python 3 shows that a script is for Python 2. Any other may only mean
#: that the script is for a newer Python than ours.
_PYTHON_2 = re.compile(r"Missing parentheses in call to|leading zeros in decimal")
#: Commands that build; classes of these names in setuptools are overridden by other builds.
_BUILDS = {"build", "build_py", "build_ext", "build_clib", "install", "bdist_wheel"}
_LONGEST_MESSAGE = 160
#: Names of bounds, and what they say of Python.
_BOUNDS = {"min_python_version": ">=", "max_python_version": "<"}
#: What is left where such a comparison raises.
_OPPOSITE: dict[type[ast.cmpop], str] = {ast.Lt: ">=", ast.GtE: "<"}


def refusal(script: str) -> str:
    """Return why no wheel can be built with ``script`` by any compiler; "" where nothing says so.

    Three kinds are known: a script for Python 2, one that asks for the conversion that setuptools
    no longer has, and one that raises on purpose when a wheel is built, as names do that were
    given up (`sklearn`, `tensorflow-gpu`, `pytorch`).
    """
    try:
        module = parse_quietly(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        old = isinstance(error, SyntaxError) and (
            _PYTHON_2.search(error.msg or "") or "<>" in (error.text or "")
        )
        return "its setup.py is written for Python 2" if old else ""
    functions = {n.name: n for n in module.body if isinstance(n, ast.FunctionDef)}
    if any(_two_to_three(node) for node in ast.walk(module)):
        return "its setup.py asks for use_2to3, which setuptools 58 and later refuse"
    for raising in _refusing(module.body, functions, _names_about(module, "sdist")):
        words = _message(raising, module)
        return "its setup.py refuses to build a wheel" + (f": {words}" if words else "")
    return ""


def own_build(script: str) -> str:
    """Return which command of its own ``script`` builds with; "" where it has none.

    What such a command does cannot be read off its sources: it may call a compiler, ask the
    network, or only copy a file.
    """
    module = _parsed(script)
    if module is None:
        return ""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and _BUILDS & {_last_name(base) for base in node.bases}:
            methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
            if "run" in methods or "build_extension" in methods:
                return f"its setup.py builds with a command of its own ({node.name})"
    return ""


def optional_part(script: str) -> str:
    """Return how ``script`` goes on where its compiled part cannot be built; "" where it does not.

    That a variable of the environment leaves the part out is no such way: an installer does not
    set it.
    """
    module = _parsed(script)
    if module is None:
        return ""
    if any(_may_fail(node) for node in ast.walk(module)):
        return "its extension modules are declared optional"
    caught = _caught_by_name(module)
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef) and any(
            "build_ext" in ast.unparse(b) for b in node.bases
        ):
            for attempt in ast.walk(node):
                if isinstance(attempt, ast.Try) and _builds(attempt.body):
                    ways = [_goes_on(handler, caught) for handler in attempt.handlers]
                    if any(ways):
                        return "its setup.py goes on where the compiler fails"
    return ""


def opt_out(script: str) -> str:
    """Return the variable of the environment that leaves the compiled part out; "" for none."""
    found = re.search(r"[\"'](\w*(?:NO_EXTENSIONS|SKIP_CYTHON|NO_EXT)\w*)[\"']", script)
    return found[1] if found else ""


def pythons(script: str) -> str:
    """Return the Pythons that ``script`` allows, as a specifier; "" where it says nothing.

    Two ways are known: a comparison of sys.version_info that raises as the script begins, and
    the bounds that numba and llvmlite have, which a function of theirs holds against Python.
    """
    module = _parsed(script)
    if module is None:
        return ""
    bounds = [bound for statement in module.body if (bound := _allowed(statement))]
    known = {
        target.id: str(node.value.value)
        for node in module.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in _BOUNDS
    }
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(n, ast.Raise) for n in ast.walk(node)
        ):
            used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & set(known)
            bounds += [f"{_BOUNDS[name]}{known[name]}" for name in sorted(used, reverse=True)]
    return ",".join(dict.fromkeys(bounds))


def passes(script: str, name: str) -> bool:
    """Return whether ``script`` passes ``name`` to setup(), or may do so."""
    module = _parsed(script)
    if module is None:
        return True
    calls = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and _last_name(node.func) == "setup"
    ]
    return not calls or any(word.arg in {name, None} for call in calls for word in call.keywords)


def imports_at_once(script: str, name: str) -> bool:
    """Return whether ``script`` imports the module ``name`` as it begins, come what may."""
    module = _parsed(script)
    return module is not None and any(
        (isinstance(node, ast.ImportFrom) and node.module == name)
        or (isinstance(node, ast.Import) and name in {alias.name for alias in node.names})
        for node in module.body
    )


def _allowed(statement: ast.stmt) -> str:
    """Return what ``if sys.version_info < (3, 8): raise …`` allows; "" for anything else."""
    if not (isinstance(statement, ast.If) and any(map(_raises, statement.body))):
        return ""
    test = statement.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1):
        return ""
    left = test.left.value if isinstance(test.left, ast.Subscript) else test.left
    (right,) = test.comparators
    wanted = _OPPOSITE.get(type(test.ops[0]), "")
    if ast.unparse(left) != "sys.version_info" or not isinstance(right, ast.Tuple) or not wanted:
        return ""
    numbers = [n.value for n in right.elts if isinstance(n, ast.Constant)]
    whole = len(numbers) == len(right.elts) > 1 and all(type(n) is int for n in numbers)
    return f"{wanted}{'.'.join(map(str, numbers[:3]))}" if whole else ""


def _may_fail(node: ast.AST) -> bool:
    """Return whether ``node`` is a call like ``Extension(…, optional=…)`` that is not always no."""
    return isinstance(node, ast.Call) and any(
        word.arg == "optional"
        and not (isinstance(word.value, ast.Constant) and not word.value.value)
        for word in node.keywords
    )


def _builds(body: Sequence[ast.stmt]) -> bool:
    """Return whether ``body`` calls what it overrides, or compiles."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"run", "build_extension", "build_extensions"}
        for statement in body
        for node in ast.walk(statement)
    )


def _goes_on(handler: ast.ExceptHandler, caught: set[str]) -> bool:
    """Return whether ``handler`` ends without an error, or with one that is caught elsewhere."""
    last = handler.body[-1]
    if not isinstance(last, ast.Raise):
        return True
    raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
    return isinstance(raised, ast.Name) and raised.id in caught


def _caught_by_name(module: ast.Module) -> set[str]:
    """Return the exceptions of the script's own that it catches."""
    own = {node.name for node in ast.walk(module) if isinstance(node, ast.ClassDef)}
    return own & {
        name.id
        for node in ast.walk(module)
        if isinstance(node, ast.ExceptHandler) and node.type is not None
        for name in ast.walk(node.type)
        if isinstance(name, ast.Name)
    }


def _parsed(script: str) -> ast.Module | None:
    try:
        return parse_quietly(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _refusing(
    body: Sequence[ast.stmt], functions: Mapping[str, ast.FunctionDef], about_sdist: set[str]
) -> Iterator[ast.stmt]:
    """Yield what raises in ``body`` whenever a wheel is built."""
    for statement in body:
        if _raises(statement):
            yield statement
        elif isinstance(statement, ast.If):
            test = statement.test
            if _is_main(test) or _unless_sdist(test, about_sdist):
                yield from _refusing(statement.body, functions, about_sdist)
            elif _mentions(test, "bdist_wheel") and not _negated(test):
                yield from filter(_raises, statement.body)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            called = functions.get(_last_name(statement.value.func))
            last = called.body[-1] if called is not None else None
            if last is not None and _raises(last):
                yield last


def _two_to_three(node: ast.AST) -> bool:
    """Return whether ``node`` says ``use_2to3=True`` to setup(); setuptools 58.0 took it out."""
    if isinstance(node, ast.keyword):
        return node.arg == "use_2to3" and _is_true(node.value)
    if isinstance(node, ast.Assign):
        into = [t for t in node.targets if isinstance(t, ast.Subscript)]
        return _is_true(node.value) and any(_mentions(t.slice, "use_2to3") for t in into)
    if not isinstance(node, ast.Dict):
        return False
    return any(
        isinstance(key, ast.Constant) and key.value == "use_2to3" and _is_true(value)
        for key, value in zip(node.keys, node.values, strict=True)
    )


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _raises(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return True
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    call = statement.value
    # A code of 0 is an end as intended.
    code = call.args[0] if call.args else None
    ended = isinstance(code, ast.Constant) and code.value in {0, None}
    return ast.unparse(call.func) in {"sys.exit", "os._exit"} and bool(call.args) and not ended


def _is_main(test: ast.expr) -> bool:
    return _mentions(test, "__main__") and isinstance(test, ast.Compare)


def _unless_sdist(test: ast.expr, about_sdist: set[str]) -> bool:
    return (
        isinstance(test, ast.UnaryOp)
        and isinstance(test.op, ast.Not)
        and isinstance(test.operand, ast.Name)
        and test.operand.id in about_sdist
    )


def _negated(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Not | ast.NotIn | ast.NotEq) for node in ast.walk(test))


def _mentions(node: ast.AST, text: str) -> bool:
    return any(isinstance(n, ast.Constant) and n.value == text for n in ast.walk(node))


def _names_about(module: ast.Module, text: str) -> set[str]:
    """Return the variables that are set by an expression with the constant ``text`` in it."""
    return {
        target.id
        for node in ast.walk(module)
        if isinstance(node, ast.Assign) and _mentions(node.value, text)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _message(raising: ast.stmt, module: ast.Module) -> str:
    """Return the first line of what is said, as far as it is written down."""
    known = {
        target.id: node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    texts: list[str] = []
    for node in ast.walk(raising):
        value = known.get(node.id, node) if isinstance(node, ast.Name) else node
        texts += [
            part.value
            for part in ast.walk(value)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
        ]
    lines = (" ".join(line.split()) for text in texts for line in text.splitlines())
    line = next((line for line in lines if re.search(r"\w", line)), "")
    printable = "".join(char if char.isprintable() else "?" for char in line)
    return printable[:_LONGEST_MESSAGE]


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
