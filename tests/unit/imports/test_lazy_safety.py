"""What may wait for its first use, and what may not, with the reason."""

import textwrap

import pytest

pytest.importorskip("libcst")

from bootfit.imports.lazy_move import rewritten
from bootfit.imports.lazy_safety import NotSafeError, movable_names
from bootfit.imports.name_uses import read_uses

USED = "def f():\n    return heavy.x\n"

# ruff: noqa: E501 - a case a line reads better
#: Name → (source, what the reason says, whether `lazy import` may stand there all the same).
DECLINED = {
    "module level": ("import heavy\nX = heavy.x\n", "used outside of functions", False),
    "main block": (
        "import heavy\nif __name__ == '__main__':\n    heavy.x()\n",
        "used outside of functions",
        False,
    ),
    "decorator": ("import heavy\n@heavy.x\ndef f(): pass\n", "used in a decorator", False),
    "default": ("import heavy\ndef f(a=heavy.x): pass\n", "used as a default value", False),
    "default of a lambda": ("import heavy\nf = lambda a=heavy.x: a\n", "as a default value", False),
    "lambda": ("import heavy\nf = lambda: heavy.x\n", "used in a lambda", False),
    "class body": ("import heavy\nclass A:\n    x = heavy.x\n", "in the body of class A", False),
    "base class": ("import heavy\nclass A(heavy.X): pass\n", "in the bases of a class", False),
    "method default": (
        "import heavy\nclass A:\n    def m(self, a=heavy.x): pass\n",
        "as a default value",
        False,
    ),
    "type parameter": ("import heavy\ndef f[T: heavy.X](a: T): pass\n", "a type parameter", False),
    "annotation": ("import heavy\ndef f(a: heavy.X): pass\n", "evaluated at run time", True),
    "return annotation": ("import heavy\ndef f() -> heavy.X: pass\n", "evaluated", True),
    "deferred annotation": (
        "from __future__ import annotations\nimport heavy\ndef f(a: heavy.X): pass\n",
        "a hint that others may evaluate",
        True,
    ),
    "quoted annotation": ("import heavy\ndef f(a: 'heavy.X | None'): pass\n", "a hint", True),
    "annotated attribute": ("import heavy\nclass A:\n    a: heavy.X\n", "in an annotation", True),
    "annotated variable": ("import heavy\na: heavy.X\n", "in an annotation", True),
    "string": ("import heavy\nX = make('heavy.X')\n", "a string names heavy", True),
    "all": ("import heavy\n__all__ = ['heavy']\n" + USED, "__all__ re-exports", True),
    "all, added": ("import heavy\n__all__ += ('heavy',)\n" + USED, "__all__ re-exports", True),
    "redundant alias": ("from heavy import x as x\ndef f(): x\n", "is re-exported", False),
    "star": ("from heavy import *\ndef f(): x\n", "star import", False),
    "unused": ("import heavy\n", "nothing in the file uses heavy", False),
    "for its effect": ("import heavy.patch as _\n", "nothing in the file uses _", False),
    "try": ("try:\n    import heavy\nexcept ImportError:\n    heavy = None\n" + USED, "a try", False),
    "condition": ("if X:\n    import heavy\n" + USED, "inside a condition", False),
    "type checking": (
        "if TYPE_CHECKING:\n    import heavy\n" + USED,
        "inside a block of TYPE_CHECKING",
        False,
    ),
    "with": ("with suppress(ImportError):\n    import heavy\n" + USED, "inside a with", False),
    "loop": ("for _ in '1':\n    import heavy\n" + USED, "inside a loop", False),
    "class": ("class A:\n    import heavy\n" + USED, "inside class A", False),
    "function": ("def make():\n    import heavy\n    heavy.x\n", "inside function make", False),
    "bound again": ("import heavy\nheavy = heavy or None\n", "also bound at line 2", False),
    "parameter": ("import heavy\ndef f(heavy): heavy.x\n", "also bound at line 2", False),
    "loop variable": ("import heavy\ndef f():\n    for heavy in 'a': pass\n", "also bound", False),
    "comprehension": ("import heavy\ndef f(): [heavy for heavy in 'a']\n", "also bound", False),
    "walrus": ("import heavy\ndef f(): (heavy := 1)\n", "also bound", False),
    "except": ("import heavy\ndef f():\n    try: pass\n    except E as heavy: pass\n", "bound", False),
    "match": (
        "import heavy\ndef f(a):\n    match a:\n        case [heavy, *_]: pass\n",
        "also bound at line 4",
        False,
    ),
    "function of that name": ("import heavy\ndef heavy(): pass\n", "also bound", False),
    "deleted": ("import heavy\ndel heavy\n" + USED, "also deleted at line 2", False),
    "global": ("import heavy\ndef f():\n    global heavy\n    heavy = 1\n", "declared global", False),
    "imported twice": ("import heavy\nimport heavy.part\n" + USED, "also imported", False),
    "imported in a function": ("import heavy\ndef f():\n    import heavy\n", "also imported", False),
    "globals": ("import heavy\n" + USED + "globals()['heavy']\n", "globals() may read", False),
    "locals": ("import heavy\ndef f(): return str(heavy).format(**locals())\n", "locals()", False),
    "eval": ("import heavy\ndef f(): return eval('heavy.x') or heavy\n", "eval()", False),
    "sys.modules": ("import heavy, sys\ndef f(): heavy; sys.modules[__name__]\n", "sys.modules", False),
    "own names": ("import heavy\ndef f(): heavy; vars()\n", "vars() may read", False),
    "compiled": ("import heavy\n@numba.njit(cache=True)\ndef f(): heavy.x\n", "compiles f", False),
    "mangled": ("import heavy as __h\nclass A:\n    def f(self): __h\n", "inside of a class", False),
    "by a call": ("heavy = __import__('heavy')\n" + USED, "imported by a call", False),
}  # fmt: skip


def make_lazy(source, library="heavy", *, keyword=False):
    uses = read_uses(source.encode())
    lines = [
        n for n, line in enumerate(source.splitlines(), 1) if library in line and "import" in line
    ]
    return rewritten(
        uses, movable_names(uses, library, lines[0], keyword=keyword), keyword=keyword
    ).decode()


@pytest.mark.parametrize(("source", "reason", "late"), DECLINED.values(), ids=DECLINED)
def test_what_may_not_wait_says_why(source, reason, late):
    with pytest.raises(NotSafeError, match=r".") as raised:
        make_lazy(source)
    assert reason in str(raised.value)
    if late:
        assert "lazy import heavy" in make_lazy(source, keyword=True)
    else:
        with pytest.raises(NotSafeError):
            make_lazy(source, keyword=True)


def test_an_import_that_patches_the_world_stays():
    with pytest.raises(NotSafeError, match="takes effect by itself"):
        make_lazy("import gevent\ndef f(): gevent.spawn\n", "gevent")


def test_the_line_of_the_reason_is_told():
    with pytest.raises(NotSafeError) as raised:
        make_lazy("import heavy\n\nX = 1\nY = heavy.x\n")
    assert raised.value.line == 4


#: Name → (before, after).
MOVED = {
    "a function without a docstring": (
        """
        import os
        import heavy

        def f():
            return heavy.x
        """,
        """
        import os

        def f():
            import heavy

            return heavy.x
        """,
    ),
    "after the docstring": (
        """
        from heavy import x as y

        def f():
            '''Doc.'''
            return y
        """,
        """
        def f():
            '''Doc.'''
            from heavy import x as y

            return y
        """,
    ),
    "two functions, comments kept": (
        """
        import os

        # Slow.
        import heavy  # type: ignore[import]

        async def f():
            return heavy.x

        class A:
            def m(self):
                # Why.
                return heavy.y
        """,
        """
        import os

        async def f():
            # Slow.
            import heavy  # type: ignore[import]

            return heavy.x

        class A:
            def m(self):
                # Slow.
                import heavy  # type: ignore[import]

                # Why.
                return heavy.y
        """,
    ),
    "the comment of a group stays with the group": (
        """
        import os

        # Third party.
        import heavy
        import light

        def f(): return heavy.x
        """,
        """
        import os

        # Third party.
        import light

        def f():
            import heavy

            return heavy.x
        """,
    ),
    "the innermost function, once": (
        """
        import heavy

        def outer():
            def inner():
                class A:
                    x = heavy.x
                return lambda: [heavy for _ in "a"]
            return inner
        """,
        """
        def outer():
            def inner():
                import heavy

                class A:
                    x = heavy.x
                return lambda: [heavy for _ in "a"]
            return inner
        """,
    ),
    "the outer function where both use it": (
        """
        import heavy

        def outer(a=1):
            @heavy.decorate
            def inner(b=heavy.x):
                return heavy.y
            return inner
        """,
        """
        def outer(a=1):
            import heavy

            @heavy.decorate
            def inner(b=heavy.x):
                return heavy.y
            return inner
        """,
    ),
    "one of several on a line": (
        """
        import os, heavy.part, sys  # all

        def f():
            import light
            return heavy.part
        """,
        """
        import os, sys  # all

        def f():
            import heavy.part
            import light
            return heavy.part
        """,
    ),
    "beside another statement": (
        """
        X = 1; import heavy; Y = 2

        def f(): "Doc."; return heavy
        """,
        """
        X = 1; Y = 2

        def f():
            "Doc."
            import heavy

            return heavy
        """,
    ),
    "names in parentheses": (
        """
        from heavy import (
            one,  # the first
            two,
        )

        def f():
            return one, two
        """,
        """
        def f():
            from heavy import (
                one,  # the first
                two,
            )

            return one, two
        """,
    ),
    "names that part": (
        """
        from heavy import (one, two,
            three)

        def f():
            return one, three

        def g():
            return two
        """,
        """
        def f():
            from heavy import one, three

            return one, three

        def g():
            from heavy import two

            return two
        """,
    ),
    "tables of other names": (
        """
        import heavy

        LOADED = "light" in sys.modules, vars(args), dir(args), "heavy lifting"

        def f():
            return heavy
        """,
        """
        LOADED = "light" in sys.modules, vars(args), dir(args), "heavy lifting"

        def f():
            import heavy

            return heavy
        """,
    ),
    "a local hint is never evaluated": (
        """
        import heavy

        def f():
            a: heavy.X = 1
            return f"{heavy.y}"
        """,
        """
        def f():
            import heavy

            a: heavy.X = 1
            return f"{heavy.y}"
        """,
    ),
    "a keyword and an attribute of that name are no uses": (
        """
        import heavy

        X = make(heavy=1).heavy

        def f():
            return heavy
        """,
        """
        X = make(heavy=1).heavy

        def f():
            import heavy

            return heavy
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), MOVED.values(), ids=MOVED)
def test_an_import_moves_to_where_it_is_used(before, after):
    before, after = (textwrap.dedent(text).lstrip("\n") for text in (before, after))
    assert make_lazy(before) == after


def test_crlf_tabs_and_an_encoding_stay():
    source = "# -*- coding: latin-1 -*-\r\nimport heavy\r\ndef f():\r\n\treturn heavy, 'é'\r\n"
    data = source.encode("latin-1")
    uses = read_uses(data)
    after = rewritten(uses, movable_names(uses, "heavy", 2, keyword=False), keyword=False)
    expected = data.replace(b"import heavy\r\n", b"")
    assert after == expected.replace(b"f():\r\n", b"f():\r\n\timport heavy\r\n\r\n")


KEYWORD = {
    "import heavy  # slow\n" + USED: "lazy import heavy  # slow\n" + USED,
    "from heavy import (\n    x,\n)\ndef f(): x\n": "lazy from heavy import (\n    x,\n)\ndef f(): x\n",
    "import os, heavy as h\ndef f(): h\n": "import os\nlazy import heavy as h\ndef f(): h\n",
}


@pytest.mark.parametrize(("before", "after"), KEYWORD.items())
def test_the_keyword_of_python_3_15_leaves_the_import_where_it_is(before, after):
    assert make_lazy(before, keyword=True) == after
