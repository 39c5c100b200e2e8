"""What an sdist needs to be built, from its own words."""

import pytest

from bootfit.requirements.build_needs import build_system, need_of_generator, need_of_sdist
from bootfit.requirements.core_metadata import metadata_of

#: What speed-ups of many projects do (MarkupSafe, SQLAlchemy, coverage).
TOLERANT = """
class BuildFailed(Exception): pass
class Own(build_ext):
    def run(self):
        try:
            build_ext.run(self)
        except DistutilsPlatformError:
            raise BuildFailed()
try:
    setup(ext_modules=[Extension('x', ['x.c'])], cmdclass={'build_ext': Own})
except BuildFailed:
    setup()
"""


def pyproject(*requires, backend=""):
    lines = f"[build-system]\nrequires = {list(requires)!r}\n"
    return {"pyproject.toml": lines + (f"build-backend = '{backend}'\n" if backend else "")}


@pytest.mark.parametrize(
    ("texts", "need"),
    [
        (pyproject("maturin>=1,<2", backend="maturin"), "rust-sdist"),
        (pyproject(backend="maturin"), "rust-sdist"),
        (pyproject("setuptools", "setuptools_rust"), "rust-sdist"),
        (pyproject("meson-python", backend="mesonpy"), "c-sdist"),
        (pyproject("scikit-build-core"), "c-sdist"),
        (pyproject("setuptools", "Cython>=3"), "c-sdist"),
        (pyproject("setuptools", "pybind11"), "c-sdist"),
        (pyproject("setuptools", "cffi>=1.4; python_version>'3'"), "c-sdist"),
        (pyproject("hatchling", backend="hatchling.build"), "pure-sdist"),
        (pyproject("flit_core", backend="flit_core.buildapi"), "pure-sdist"),
        ({"setup.py": "setup(name='docopt')"}, "pure-sdist"),
        ({"setup.py": "setup(ext_modules=[Extension('a', ['a.c'])])"}, "c-sdist"),
        (
            {"setup.py": TOLERANT},
            "optional-c-sdist",
        ),
        ({"setup.py": "Extension('a', ['a.c'], optional=True)"}, "optional-c-sdist"),
        ({"setup.py": "setup(ext_modules=cythonize('a/*.py'))"}, "pure-sdist"),
        ({"setup.py": "ext_modules=m", **pyproject("setuptools", "mypy")}, "c-sdist"),
        ({"setup.py": "ext_modules=m", **pyproject("setuptools", "cython")}, "c-sdist"),
        ({"pyproject.toml": "this is no toml", "setup.py": ""}, "pure-sdist"),
        ({}, "pure-sdist"),
    ],
)
def test_build_requirements_decide(texts, need):
    assert need_of_sdist(["a-1/Cargo.toml", "a-1/tests/x.c"], texts).need == need


def test_own_commands_beside_c_sources_are_a_build():
    texts = {"setup.py": "setup(cmdclass={'install': uWSGIInstall}, distclass=D)"}
    assert need_of_sdist(["u-1/core/uwsgi.c"], texts).need == "c-sdist"
    assert need_of_sdist(["u-1/tests/uwsgi.c"], texts).need == "pure-sdist"


def test_fortran_is_seen_in_meson_and_in_sources_but_not_in_tests():
    meson = {
        **pyproject("meson-python"),
        "meson.build": "project('x', 'c')\nadd_languages('fortran')",
    }
    assert need_of_sdist([], meson).fortran
    setup = pyproject("setuptools", "cython")
    assert need_of_sdist(["x-1/lin/dgemm.f"], setup).fortran
    assert not need_of_sdist(["x-1/f2py/tests/foo.f90"], setup).fortran


def test_a_pure_wheel_elsewhere_proves_nothing_and_leaves_it_open():
    texts = {"setup.py": "setup(ext_modules=[Extension(1)])"}
    need = need_of_sdist([], texts, pure_elsewhere="version 2.0 has a wheel in pure Python")
    assert need.need == "c-sdist"
    assert "version 2.0" in need.uncertain
    told = {"setup.py": "NO = os.environ.get('A_NO_EXTENSIONS')\nsetup(ext_modules=[Extension(1)])"}
    need = need_of_sdist([], told, pure_elsewhere="version 2.0 has a wheel in pure Python")
    assert (need.need, need.uncertain) == ("c-sdist", "")
    assert (
        need.evidence[-1] == "setting A_NO_EXTENSIONS=1 for the build leaves the compiled part out"
    )


def test_a_backend_of_its_own_beside_sources_compiles_them():
    texts = {
        "pyproject.toml": (
            "[build-system]\nrequires = ['setuptools', 'expandvars']\n"
            "build-backend = 'own.hooks'\nbackend-path = ['packaging']\n"
        )
    }
    need = need_of_sdist(["y-1/y/_quoting.pyx"], texts)
    assert need.need == "c-sdist"
    assert "y/_quoting.pyx" in need.uncertain
    assert need_of_sdist(["y-1/tests/x.pyx"], texts).need == "pure-sdist"


@pytest.mark.parametrize(
    ("generator", "need"),
    [
        (" maturin (1.2.3)", "rust-sdist"),
        ("meson", "c-sdist"),
        ("bdist_wheel (0.41.2)", None),
        ("", None),
    ],
)
def test_generators(generator, need):
    found = need_of_generator(generator)
    assert (found.need if found else None) == need


def test_the_default_backend_is_setuptools():
    assert build_system(None)[1].startswith("setuptools")
    assert build_system("[build-system]\nrequires = 3\n") == ((), build_system(None)[1])


def test_metadata_2_2_promises_its_dependencies():
    info = (
        "Metadata-Version: 2.2\nName: a\nVersion: 1\nRequires-Dist: b>1\nRequires-Python: >=3.8\n"
    )
    known = metadata_of({"PKG-INFO": info})
    assert (known.requires_dist, known.requires_python, known.promised) == (("b>1",), ">=3.8", True)
    assert not metadata_of({"PKG-INFO": info + "Dynamic: Requires-Dist\n"}).promised


def test_old_metadata_is_taken_from_egg_info_and_promises_nothing():
    texts = {
        "PKG-INFO": "Metadata-Version: 1.1\nName: a\nVersion: 1\n",
        "a.egg-info/requires.txt": (
            "six>=1.9\n\n[:python_version < '3']\nfutures\n\n[x:os_name=='nt']\nw\n!!\n"
        ),
    }
    known = metadata_of(texts)
    assert not known.promised
    assert known.requires_dist == (
        "six>=1.9",
        "futures ; (python_version < '3')",
        "w ; (os_name=='nt') and extra == \"x\"",
    )
