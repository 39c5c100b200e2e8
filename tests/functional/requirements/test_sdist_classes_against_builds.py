"""Verdicts about sdists against what really happens: each is built without any compiler."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from packaging.version import Version
from pypi_simple import PYPI_SIMPLE_ENDPOINT

from bootfit.model.platform import Builder
from bootfit.platforms import load_platform, target_for
from bootfit.requirements.index import Index
from bootfit.requirements.index_address import index_address
from bootfit.requirements.index_page import moment_of, sdist_of
from bootfit.requirements.sdist import find_build_need
from bootfit.requirements.trial_build import find_python, try_build

pytestmark = [pytest.mark.network, pytest.mark.slow]
DAY = "2026-11-01"
PYTHON = "3.11"
NO_COMPILERS = Builder(False, False, False, False, False)
C_COMPILERS = Builder(True, True, False, False, False)

#: Versions whose sdist alone decides, the class that bootfit gives them, and what a build without
#: compilers that fails must have looked for.
CLASSES = {
    "docopt==0.6.2": ("pure-sdist", ""),
    "pymeeus==0.5.12": ("pure-sdist", ""),
    "pydantic==1.10.15": ("pure-sdist", ""),
    "MarkupSafe==2.0.1": ("optional-c-sdist", ""),
    "simplejson==3.19.2": ("optional-c-sdist", ""),
    "tornado==6.4.1": ("optional-c-sdist", ""),
    "setproctitle==1.3.3": ("optional-c-sdist", ""),
    "wrapt==1.16.0": ("optional-c-sdist", ""),
    "pyrsistent==0.20.0": ("optional-c-sdist", ""),
    "PyYAML==6.0.1": ("optional-c-sdist", ""),
    "psycopg2==2.9.9": ("c-sdist", "gcc"),
    "bitarray==2.9.2": ("c-sdist", "gcc"),
    "multidict==6.0.5": ("c-sdist", "gcc"),
    "aiohttp==3.9.5": ("c-sdist", "gcc"),
    "yarl==1.9.4": ("c-sdist", "gcc"),
    "psutil==5.9.8": ("c-sdist", "gcc"),
    "greenlet==3.0.3": ("c-sdist", "g++"),
    "ujson==5.10.0": ("c-sdist", "g++"),
    "kiwisolver==1.4.5": ("c-sdist", "g++"),
    "slycot==0.5.4": ("c-sdist", "Fortran"),
    "rpds-py==0.18.1": ("rust-sdist", "Rust"),
    "bcrypt==4.1.3": ("rust-sdist", "Rust"),
    "sklearn==0.0.post12": ("refusing-sdist", "DEPRECATED_SKLEARN"),
    "pytorch==1.0.2": ("refusing-sdist", 'is "torch"'),
    # Its build fails even before its setup.py can say why.
    "tensorflow-gpu==2.12.0": ("refusing-sdist", ""),
}
BUILDS = {"pure-sdist", "optional-c-sdist"}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return, for each line, what bootfit says and how the build went; two at a time."""
    target = target_for(load_platform("render-free"), PYTHON)
    if find_python(target) is None:
        pytest.skip(f"this machine has no Python {PYTHON}")
    cache = tmp_path_factory.mktemp("uv")
    with Index(
        (index_address(PYPI_SIMPLE_ENDPOINT),), timeout_seconds=30, before=moment_of(DAY)
    ) as index:

        def outcome(line):
            name, _, version = line.partition("==")
            page = index.page(name)
            need = find_build_need(index, page, Version(version))
            sdist = sdist_of(page.of(Version(version)))
            # Of Fortran only the Fortran compiler is taken away, so that nothing else is missed.
            builder = C_COMPILERS if need.fortran else NO_COMPILERS
            return need, try_build(index, sdist, target, builder, cache=cache, exclude_newer=DAY)

        with ThreadPoolExecutor(2) as pool:
            return dict(zip(CLASSES, pool.map(outcome, CLASSES), strict=True))


@pytest.mark.parametrize("line", CLASSES)
def test_the_class_is_what_a_build_without_compilers_shows(outcomes, line):
    verdict, looked_for = CLASSES[line]
    need, trial = outcomes[line]
    assert need.need == verdict
    assert trial.built == (verdict in BUILDS), trial.words
    assert trial.failed != trial.built
    assert looked_for in " ".join(trial.words)


def test_fortran_is_known_from_c(outcomes):
    assert outcomes["slycot==0.5.4"][0].fortran
    assert not outcomes["psycopg2==2.9.9"][0].fortran


@pytest.mark.skipif(sys.platform != "linux", reason="needs the compilers of a Linux machine")
def test_with_a_c_compiler_the_c_class_builds(outcomes, tmp_path):
    from shutil import which

    if which("gcc") is None:
        pytest.skip("this machine has no C compiler")
    target = target_for(load_platform("render-free"), PYTHON)
    with Index((index_address(PYPI_SIMPLE_ENDPOINT),), timeout_seconds=30) as index:
        for line in ("bitarray==2.9.2", "multidict==6.0.5"):
            name, _, version = line.partition("==")
            sdist = sdist_of(index.page(name).of(Version(version)))
            trial = try_build(index, sdist, target, C_COMPILERS, cache=tmp_path, exclude_newer=DAY)
            assert trial.built, trial.words
