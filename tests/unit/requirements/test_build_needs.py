"""What an sdist needs to be built, from its own words."""

from datetime import datetime, timezone

import pytest
from packaging.version import Version

from bootfit.requirements.build_needs import (
    build_system,
    need_of_generator,
    need_of_sdist,
    nothing_to_build,
)
from bootfit.requirements.core_metadata import metadata_of, other_project

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


def test_an_sdist_with_nothing_to_build_is_refused():
    told = nothing_to_build(["a-1", "a-1/PKG-INFO", "a-1/setup.cfg", "a-1/a/setup.py"])
    assert "neither a setup.py nor a pyproject.toml" in told
    for name in ("a-1/setup.py", "a-1/pyproject.toml", "setup.py"):
        assert nothing_to_build(["a-1", name]) == ""


@pytest.mark.parametrize(
    ("info", "told"),
    [
        ("Name: A.b\nVersion: 1.0.0\n", ""),
        ("Name: UNKNOWN\nVersion: 0.0.0\n", ""),
        ("", ""),
        ("Name: zzz\nVersion: 1.0\n", "zzz 1.0"),
        ("Name: a-b\nVersion: 9.0\n", "a-b 9.0"),
        ("Name: a-b\nVersion: nonsense\n", "a-b nonsense"),
    ],
)
def test_pkg_info_of_another_project(info, told):
    found = other_project(f"Metadata-Version: 2.1\n{info}" if info else "", "a-b", Version("1.0"))
    assert found == (f"its PKG-INFO says that it is {told}" if told else "")


@pytest.mark.parametrize(
    ("requires", "year", "need"),
    [
        ("Cython", 2021, "c-sdist"),
        ("Cython>=0.29", 2021, "c-sdist"),
        ("Cython<3.0", 2021, "optional-c-sdist"),
        ("Cython", 2024, "optional-c-sdist"),
    ],
)
def test_an_old_sdist_that_takes_the_newest_cython_may_not_build(requires, year, need):
    texts = {**pyproject("setuptools", requires), "setup.py": TOLERANT}
    uploaded = datetime(year, 1, 20, tzinfo=timezone.utc)
    found = need_of_sdist(["a-1/x.c"], texts, uploaded=uploaded)
    assert found.need == need
    assert bool(found.uncertain) == (need == "c-sdist")


#: What numba and llvmlite do.
GUARDED = """
min_python_version = "3.7"
max_python_version = "3.11"
def _guard():
    if not in_between(min_python_version, max_python_version):
        raise RuntimeError("cannot")
_guard()
"""


@pytest.mark.parametrize(
    ("script", "requires", "bound"),
    [
        (GUARDED, "setuptools", ">=3.7,<3.11"),
        (GUARDED.replace('raise RuntimeError("cannot")', "pass"), "setuptools", ""),
        ("import sys\nif sys.version_info >= (3, 12): sys.exit('no')", "setuptools", "<3.12"),
        ("import sys\nif sys.version_info[:2] < (3, 8): raise X", "setuptools", ">=3.8"),
        ("import sys\nif sys.version_info < (3, 8): warn()", "setuptools", ""),
        ("import pkg_resources", "setuptools", "<3.9"),
        ("from pkg_resources import parse_version", "setuptools>=40", "<3.9"),
        ("import pkg_resources", "setuptools<80", ""),
        ("", "setuptools<49.2.0", "<3.12"),
        ("", "setuptools==65.7.0", "<3.12"),
        ("", "setuptools==59.*", "<3.12"),
        ("", "setuptools<66.1", "<3.12"),
        ("", "setuptools<66.2", ""),
        ("", "setuptools==66.1.0", ""),
        ("", "setuptools<60; python_version < '3.12'", ""),
        ("try:\n    import pkg_resources\nexcept ImportError: pass", "setuptools", ""),
        ("import pkg_resources", "hatchling", ""),
    ],
)
def test_pythons_that_a_setup_script_allows(script, requires, bound):
    backend = "hatchling.build" if requires == "hatchling" else ""
    need = need_of_sdist([], {"setup.py": script, **pyproject(requires, backend=backend)})
    assert need.python == bound
    assert bool(need.python_reason) == bool(bound)
