"""Sdists of the local index: read for what they need, never run, refused where options say so."""

import pytest

LEGACY_SETUP = "open({!r}, 'w').write('ran')\nfrom setuptools import setup\nsetup(name='old')\n"
PKG_INFO = "Metadata-Version: {}\nName: {}\nVersion: {}\n"
MANYLINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
MATURIN = {
    "pyproject.toml": "[build-system]\nrequires = ['maturin>=1']\nbuild-backend = 'maturin'\n"
}


def codes(findings, severity=None):
    return sorted({f.code for f in findings if severity in {None, f.severity}})


def test_an_sdist_alone_is_read_and_never_run(index, check, tmp_path):
    ran = tmp_path / "ran"
    index.sdist(
        "old",
        "0.6",
        {
            "PKG-INFO": PKG_INFO.format("1.1", "old", "0.6"),
            "setup.py": LEGACY_SETUP.format(str(ran)),
            "old.egg-info/requires.txt": "leaf\n\n[:python_version < '3']\nfutures\n",
        },
    )
    index.wheel("leaf", "1.0")
    checks, findings, _ = check("old==0.6")
    assert not ran.exists()
    assert set(checks) == {"old", "leaf"}
    assert (checks["old"].verdict, checks["old"].installs) == ("pure-sdist", True)
    assert checks["leaf"].chain[-1] == "leaf 1.0"
    assert codes(findings) == ["BF107", "BF109"]


def test_a_backend_inside_the_sdist_is_never_run(index, check, tmp_path):
    """`uv` alone would run it: without build isolation it needs nothing that is not there."""
    ran = tmp_path / "ran"
    index.sdist(
        "sly",
        "1.0",
        {
            "PKG-INFO": PKG_INFO.format("2.1", "sly", "1.0"),
            "pyproject.toml": (
                "[build-system]\nrequires = []\nbuild-backend = 'own'\nbackend-path = ['.']\n"
            ),
            "own.py": f"open({str(ran)!r}, 'w').write('ran')\n",
        },
    )
    checks, _, _ = check("sly")
    assert not ran.exists()
    assert checks["sly"].installs


def test_zip_sdists_and_c(index, check):
    index.sdist(
        "c-ext", "1.0", {
            "PKG-INFO": PKG_INFO.format("2.2", "c-ext", "1.0"),
            "setup.py": "setup(ext_modules=[Extension('c', ['c.c'])])",
            "c.c": "",
        }, suffix=".zip",
    )  # fmt: skip
    checks, findings, _ = check("c-ext")
    assert (checks["c-ext"].verdict, checks["c-ext"].installs) == ("c-sdist", True)
    assert codes(findings) == ["BF108"]


def test_an_in_tree_backend_over_setuptools_leaves_it_to_setup_py(index, check):
    # PyYAML 6: the backend is its own, and setup.py goes on without a compiler.
    index.sdist(
        "yam", "6.0", {
            "pyproject.toml": '[build-system]\nrequires = ["setuptools", "Cython>=3"]\n'
            'backend-path = ["packaging"]\nbuild-backend = "_own"\n',
            "PKG-INFO": PKG_INFO.format("2.2", "yam", "6.0"),
            "setup.py": "setup(ext_modules=[Extension('y', ['y.c'], optional=True)])\n",
        },
    )  # fmt: skip
    checks, findings, _ = check("yam")
    assert (checks["yam"].verdict, checks["yam"].installs) == ("optional-c-sdist", True)
    assert codes(findings) == ["BF109"]


def test_what_an_open_requirement_brings_in_names_the_nearest_version(index, check):
    index.wheel("models", "1.0", requires=["models-core"])
    index.sdist(
        "models-core", "2.0", {**MATURIN, "PKG-INFO": PKG_INFO.format("2.2", "models-core", "2.0")}
    )
    index.wheel("models-core", "1.0", f"cp312-cp312-{MANYLINUX}")
    checks, (finding,), _ = check("models")
    assert checks["models-core"].verdict == "rust-sdist"
    assert finding.remedy == "nearest with a wheel: models-core 1.0 (earlier)"


def test_no_binary_and_several_indexes(index, check):
    index.wheel("a", "1.0")
    index.sdist("a", "1.0", {**MATURIN, "PKG-INFO": PKG_INFO.format("2.2", "a", "1.0")})
    checks, _, _ = check("--no-binary a", "a", f"--extra-index-url {index.url}/absent")
    assert checks["a"].verdict == "rust-sdist"


@pytest.mark.parametrize("option", ["--only-binary :all:", "--only-binary a,b"])
def test_only_binary_refuses_sdists_and_takes_an_older_wheel(index, check, option):
    index.wheel("a", "1.0")
    pkg_info = {"PKG-INFO": PKG_INFO.format("2.2", "a", "2.0")}
    index.sdist("a", "2.0", pkg_info)
    index.sdist("b", "1.0", {"PKG-INFO": PKG_INFO.format("2.2", "b", "1.0")})
    checks, _, _ = check(option, "a")
    assert (checks["a"].version, checks["a"].verdict) == ("1.0", "wheel")
    checks, findings, _ = check(option, "a", "b==1.0")
    assert not checks["b"].installs
    assert "--only-binary refuses its sdist" in checks["b"].evidence
    assert [one.code for one in findings] == ["BF105"]
    checks, _, _ = check(option, "--no-binary b", "b==1.0")
    assert checks["b"].verdict == "pure-sdist"


def test_a_wheel_that_was_uploaded_later_does_not_count(index, check):
    index.wheel("a", "1.0")
    index.extra["a-1.0-py3-none-any.whl"] = {"upload-time": "2026-01-01T00:00:00Z"}
    index.sdist("a", "1.0", {**MATURIN, "PKG-INFO": PKG_INFO.format("2.2", "a", "1.0")})
    checks, _, _ = check("a", exclude_newer="2025-06-30")
    assert checks["a"].verdict == "rust-sdist"
    checks, _, _ = check("a")
    assert checks["a"].verdict == "wheel"


def test_a_sibling_is_named_where_it_has_a_wheel_for_the_target(index, check):
    setup = "from setuptools import setup, Extension\nsetup(ext_modules=[Extension('a', ['a.c'])])"
    index.sdist("psycopg2", "2.9", {"setup.py": setup, "a.c": ""})
    index.wheel("psycopg2-binary", "2.9", f"cp312-cp312-{MANYLINUX}")
    index.wheel("psycopg2-binary", "2.10", f"cp312-cp312-{MANYLINUX}")
    for line, python, version in (
        ("psycopg2==2.9", "3.12", "2.9"),
        ("psycopg2<3", "3.12", "2.10"),
        ("psycopg2==2.9", "3.13", ""),
    ):
        _, findings, _ = check(line, python=python)
        (finding,) = (f for f in findings if f.code == "BF108")
        assert (f"psycopg2-binary=={version} has a wheel" in finding.remedy) == bool(version)
        assert ("psycopg.org/docs" in finding.remedy) == bool(version)


def test_an_sdist_that_refuses_to_be_built_is_an_error_with_a_compiler_too(index, check, tmp_path):
    ran = tmp_path / "ran"
    setup = f"open({str(ran)!r}, 'w')\nraise SystemExit('use scikit-learn')\n"
    index.sdist("sklearn", "0.1", {"setup.py": setup})
    index.wheel("scikit-learn", "1.0")
    checks, findings, _ = check("sklearn")
    assert not ran.exists()
    assert (checks["sklearn"].verdict, checks["sklearn"].installs) == ("refusing-sdist", False)
    (finding,) = findings
    assert finding.code == "BF120"
    assert "use scikit-learn" in " ".join(finding.evidence)
    assert finding.remedy.startswith("scikit-learn==1.0 has a wheel (")
