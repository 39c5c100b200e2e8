"""Whatever a module looks like: with its import moved it does the same, and the rest stays."""

import ast
import io
import sys
import tokenize
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("libcst")

from bootfit.imports.lazy_move import rewritten
from bootfit.imports.lazy_safety import NotSafeError, movable_names
from bootfit.imports.name_uses import read_uses

LIBRARY = "lazily_moved_library"
#: (statement, how its functions read it); "{0}" is the library.
IMPORTS = [
    ("import {0}", "{0}.value()"),
    ("import {0} as lib", "lib.value()"),
    ("from {0} import value", "value()"),
    ("from {0} import value as v, other", "v() + other()"),
    ("from {0} import (\n    value,  # one\n    other,\n)", "value() - other()"),
    ("import os, {0} as lib, json", "lib.other() + len(json.dumps(os.sep))"),
    ("import {0}.part", "{0}.part.value()"),
]
BODIES = [
    "def {n}(a=1):\n{i}return a + {use}\n",
    "def {n}(a=1): return a + {use}\n",
    'def {n}(a=1):\n{i}"""Doc."""\n{i}return a + {use}\n',
    'def {n}(a=1):\n{i}"""Doc."""\n\n{i}# note\n{i}if a:\n{i}{i}return {use}\n{i}return 0\n',
    "def {n}(a=1):\n{i}def inner(b=2):\n{i}{i}return {use} + b\n{i}return inner() + a\n",
    "def {n}(a=1):\n{i}return sum([{use} for _ in range(2)]) + (lambda: {use})()\n",
    "def {n}(a=1):\n\n{i}class B:\n{i}{i}x = {use}\n{i}return B.x\n",
    "def {n}(a=1):\n{i}class B:\n{i}{i}def m(self): return {use}\n\n{i}return B().m()\n",
    "def {n}(a=1):\n{i}global COUNT\n{i}COUNT = {use}\n{i}return COUNT\n",
    "class C_{n}:\n{i}def m(self):\n{i}{i}return {use}\n\n{n} = lambda: C_{n}().m()\n",
    "def {n}(a=1):\n{i}def made():\n{i}{i}yield {use}\n{i}return sum(made())\n",
    "def {n}():\n{i}try:\n{i}{i}return f'{{{use}}}'\n{i}finally:\n{i}{i}pass\n",
    "def {n}(): return 7\n",
    "X_{n} = 5; Y_{n} = 6\n{n} = lambda: X_{n}\n",
    "@staticmethod\ndef {n}():\n{i}import sys; return {use}\n",
]
HEADS = [
    "",
    "# A comment.\n",
    '"""Doc."""\n',
    '"""Doc."""\n\nfrom __future__ import annotations\n\n',
]
AROUND = ["", "import re\n", "\n", "# About it.\n", "\n# A group.\n", "X = 1\n"]


@st.composite
def modules(draw):
    """Return (source, line of the import)."""
    indent = draw(st.sampled_from(["    ", "  ", "\t"]))
    statement, use = draw(st.sampled_from(IMPORTS))
    statement += draw(st.sampled_from(["", "  # why", "; Z = 3"]))
    above = draw(st.sampled_from(HEADS)) + draw(st.sampled_from(AROUND))
    below = draw(st.sampled_from(AROUND)) + draw(st.sampled_from(["", "\n\n"]))
    bodies = draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=4))
    text = "".join(
        body.format(n=f"f{number}", i=indent, use=use) + "\n" for number, body in enumerate(bodies)
    )
    source = (above + statement + "\n" + below + text).replace("{0}", LIBRARY)
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return source.replace("\n", newline), above.count("\n") + 1, len(bodies)


def is_used(source):
    """Return whether what the import binds is read: a body has it."""
    return any(call in source for call in ("value()", "v()", "other()"))


def results(source, count):
    """Return what the functions of a module return, twice, and when the library was imported."""
    names = {}
    exec(compile(source, "<module>", "exec", dont_inherit=True), names)
    loaded = LIBRARY in sys.modules
    callables = [names[f"f{number}"] for number in range(count)]
    return [str(one()) for one in callables + callables], loaded


@pytest.fixture(scope="module", autouse=True)
def library():
    """A finder of the library that a module imports, made anew each time it is forgotten."""

    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.partition(".")[0] != LIBRARY:
                return None
            from importlib.machinery import ModuleSpec

            return ModuleSpec(name, Finder, is_package=name == LIBRARY)

        @staticmethod
        def create_module(spec):
            return types.ModuleType(spec.name)

        @staticmethod
        def exec_module(module):
            module.value, module.other = (lambda: 40), (lambda: 2)

    sys.meta_path.append(Finder)
    yield
    sys.meta_path.remove(Finder)


def forget():
    for name in [name for name in sys.modules if name.partition(".")[0] == LIBRARY]:
        del sys.modules[name]


@settings(max_examples=200, deadline=None)
@given(modules())
def test_the_module_does_the_same_and_loads_the_library_later(module):
    source, line, count = module
    uses = read_uses(source.encode())
    if not is_used(source):
        with pytest.raises(NotSafeError, match="nothing in the file uses"):
            movable_names(uses, LIBRARY, line, keyword=False)
        return
    movables = movable_names(uses, LIBRARY, line, keyword=False)
    after = rewritten(uses, movables, keyword=False).decode()
    forget()
    before_results, before_loaded = results(source, count)
    forget()
    after_results, after_loaded = results(after, count)
    forget()
    assert after_results == before_results
    assert (before_loaded, after_loaded) == (True, False)


class Less(ast.NodeTransformer):
    """Takes the library's imports out of a tree."""

    def visit_Import(self, node):
        node.names = [alias for alias in node.names if LIBRARY not in alias.name]
        return node if node.names else None

    def visit_ImportFrom(self, node):
        return None if node.module == LIBRARY else node


def comments(source):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.string for token in tokens if token.type == tokenize.COMMENT}


@settings(max_examples=150, deadline=None)
@given(modules())
def test_nothing_but_the_import_changes_and_no_comment_is_lost(module):
    source, line, _ = module
    uses = read_uses(source.encode())
    if not is_used(source):
        return
    after = rewritten(uses, movable_names(uses, LIBRARY, line, keyword=False), keyword=False)
    text = after.decode()
    assert ast.dump(Less().visit(ast.parse(text))) == ast.dump(Less().visit(ast.parse(source)))
    assert comments(text) == comments(source)
    assert text.count("\n") == text.count("\r\n") or "\r\n" not in source


@settings(max_examples=100, deadline=None)
@given(modules())
def test_the_keyword_is_all_that_is_added(module):
    source, line, _ = module
    uses = read_uses(source.encode())
    if not is_used(source):
        return
    movables = movable_names(uses, LIBRARY, line, keyword=True)
    text = rewritten(uses, movables, keyword=True).decode()
    assert text.count("lazy import ") + text.count("lazy from ") == 1
    if "import os" not in source:
        assert text.replace("lazy ", "") == source
    plain = ast.parse(text.replace("lazy ", ""))
    assert ast.dump(Less().visit(plain)) == ast.dump(Less().visit(ast.parse(source)))
