"""What a setup.py says about its build, read and not run."""

import pytest

from bootfit.requirements.build_needs import need_of_sdist
from bootfit.requirements.setup_script import opt_out, optional_part, own_build, refusal

GIVEN_UP = """
import os, sys
from setuptools import setup

def likely_error():
    if os.environ.get("ALLOW", "").lower() == "true":
        return
    words = "\\n".join(["", "use 'other'", "and not this"])
    raise SystemExit(words)

if __name__ == "__main__":
    sdist_mode = len(sys.argv) == 2 and sys.argv[1] == "sdist"
    if not sdist_mode:
        likely_error()
    setup(name="old")
"""
REMOVED = """
import sys, setuptools
WARNING = '''

=====
Please install "tensorflow".
=====
'''
if "bdist_wheel" in sys.argv or "install" in sys.argv:
    raise Exception(WARNING)
setuptools.setup()
"""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (GIVEN_UP, "use 'other'"),
        (REMOVED, 'Please install "tensorflow".'),
        ("argv = lambda x: x\nif argv('bdist_wheel'):\n    raise Exception('no')", "no"),
        ("raise RuntimeError('gone; \\x1b[2J')", "gone; ?[2J"),
        ("import sys\nsys.exit('gone')", "gone"),
        ("print 'hello'", "Python 2"),
        ("'a'<>'b'", "Python 2"),
        ("import os\nos.chmod('x', 0755)", "Python 2"),
        ("setup(use_2to3=True)", "use_2to3"),
        ("if PY3:\n    extra['use_2to3'] = True\nsetup(**extra)", "use_2to3"),
        ("extra = {}\nextra.update({'use_2to3': True})\nsetup(**extra)", "use_2to3"),
    ],
)
def test_what_no_machine_builds(script, words):
    assert words in refusal(script)
    assert need_of_sdist(["a-1/a.c"], {"setup.py": script}).need == "refusing-sdist"


@pytest.mark.parametrize(
    "script",
    [
        "import sys\nif sys.version_info < (3, 8):\n    sys.exit('Python 3.8 is needed')\nsetup()",
        "import sys\nif sys.version_info < (3, 8):\n    raise SystemExit('3.8 is needed')\nsetup()",
        "try:\n    import numpy\nexcept ImportError:\n    raise SystemExit('numpy first')\nsetup()",
        "if 'bdist_wheel' not in sys.argv:\n    raise Exception('no')\nsetup()",
        "if sys.argv[1] == 'publish':\n    os.system('x')\n    sys.exit()\nsetup()",
        "def fail():\n    raise SystemExit(1)\nsetup()",
        "import sys\nsetup()\nsys.exit(0)",
        "def f(x):\n    return f'{x['a']}'\nsetup()",
        "setup(use_2to3=False)",
        "x = (\n",
        "\x00",
        "(" * 5000,
        "",
    ],
)
def test_checks_of_the_machine_and_newer_python_are_no_refusal(script):
    assert refusal(script) == ""


def test_a_backend_that_runs_no_setup_py_does_not_read_it():
    pyproject = "[build-system]\nrequires = ['flit_core']\nbuild-backend = 'flit_core.buildapi'\n"
    texts = {"setup.py": "raise Exception('use flit')", "pyproject.toml": pyproject}
    assert need_of_sdist([], texts).need == "pure-sdist"


def test_a_command_of_its_own_is_told():
    script = "class Build(build_py):\n    def run(self):\n        make()\nsetup(cmdclass={})"
    assert "(Build)" in own_build(script)
    assert own_build("class Build(build_py):\n    x = 1\n") == ""
    assert own_build("class Upload(Command):\n    def run(self):\n        make()\n") == ""


OWN_BUILD = """
class Own(build_ext):
    def build_extension(self, ext):
        try:
            super().build_extension(ext)
        except Exception as error:
            {handler}
setup(ext_modules=[x], cmdclass=dict(build_ext=Own))
"""


@pytest.mark.parametrize(
    ("script", "optional"),
    [
        ("Extension('a', optional=True)", True),
        ("Extension('a', optional=os.environ.get('EXT') != '1')", True),
        ("Extension('a', optional=False)", False),
        ("Extension('a')\nNO = os.environ.get('A_NO_EXTENSIONS')", False),
        (OWN_BUILD.format(handler="print('slow then')"), True),
        (OWN_BUILD.format(handler="raise"), False),
        (OWN_BUILD.format(handler="print(error)\n            raise SystemExit(1)"), False),
        (OWN_BUILD.format(handler="raise Failed()") + "class Failed(Exception): pass", False),
        (
            OWN_BUILD.format(handler="raise Failed()").replace("setup(", "try: setup(")
            + "except Failed: setup()\nclass Failed(Exception): pass",
            True,
        ),
        ("class Own(build_ext):\n  try:\n    import x\n  except ImportError: pass", False),
        ("print 'x'", False),
    ],
)
def test_a_compiled_part_is_optional_where_its_failure_is_caught(script, optional):
    assert bool(optional_part(script)) == optional


def test_the_variable_that_leaves_the_compiled_part_out_is_named():
    assert opt_out("os.environ.get('AIOHTTP_NO_EXTENSIONS')") == "AIOHTTP_NO_EXTENSIONS"
    assert opt_out("os.environ.get('AIOHTTP_DEBUG')") == ""
