"""Which wheel a target gets, and what is said where it gets none: recorded pages."""

import pytest
from packaging.version import Version

from bootfit.requirements.index_page import IndexFile, ProjectFiles
from bootfit.requirements.nearest import nearest_versions
from bootfit.requirements.page_formats import kind_and_version
from bootfit.requirements.target_environment import applies, uv_platform
from bootfit.requirements.verdict import Candidate, yanked_reason
from bootfit.requirements.wheel_match import admits_python, best_wheel


def files_of(page, name, version):
    return page(name).of(Version(version))


def wheel(filename, **known):
    return IndexFile(filename, f"https://x.test/{filename}", "wheel", Version("1"), **known)


@pytest.mark.parametrize(
    ("name", "version", "python", "expected"),
    [
        ("numpy", "1.24.4", "3.11", "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"),
        ("pydantic-core", "2.10.1", "3.12.3", "cp312-cp312-manylinux_2_17_x86_64"),
        ("pandas", "2.2.3", "3.13.4", "cp313-cp313-manylinux_2_17_x86_64"),
        ("urllib3", "2.0.2", "3.13", "py3-none-any"),
    ],
)
def test_the_wheel_of_the_python_and_platform(page, target, name, version, python, expected):
    match = best_wheel(files_of(page, name, version), target(python))
    assert match.wheel is not None
    assert expected in match.wheel.filename
    assert match.wheel.size_bytes > 0
    assert match.mismatches == ()


def test_numpy_1_24_has_nothing_for_3_12_and_says_python(page, target):
    match = best_wheel(files_of(page, "numpy", "1.24.4"), target("3.12"))
    assert match.wheel is None
    (line,) = match.mismatches
    assert line.startswith("Python does not match")
    assert line.endswith("cp38, cp39, cp310, cp311, not cp312")


def test_an_old_glibc_is_named(page, target):
    match = best_wheel(files_of(page, "pandas", "2.2.3"), target("3.13", libc_version="2.12"))
    assert any(line.startswith("glibc is too old") for line in match.mismatches)
    assert "the target has glibc 2.12" in " ".join(match.mismatches)


def test_musl_takes_musl_wheels_and_glibc_does_not(page, target):
    files = files_of(page, "pandas", "2.2.3")
    musl = best_wheel(files, target("3.13", libc="musl", libc_version="1.2"))
    assert "musllinux_1_2_x86_64" in musl.wheel.filename
    only_musl = [file for file in files if "musllinux" in file.filename]
    refused = best_wheel(only_musl, target("3.13"))
    assert refused.wheel is None
    assert "libc does not match" in " ".join(refused.mismatches)


def test_the_architecture_is_matched(page, target):
    files = [f for f in files_of(page, "pandas", "2.2.3") if "x86_64" not in f.filename]
    arm = best_wheel(files, target("3.13", architecture="aarch64"))
    assert "aarch64" in arm.wheel.filename
    refused = best_wheel(files, target("3.13"))
    assert "architecture does not match" in " ".join(refused.mismatches)


def test_platform_wheels_beat_pure_ones_and_abi3_is_usable(target):
    pure = wheel("a-1-py3-none-any.whl")
    stable = wheel("a-1-cp37-abi3-manylinux_2_17_x86_64.whl")
    exact = wheel("a-1-cp312-cp312-manylinux_2_28_x86_64.whl")
    assert best_wheel([pure, stable, exact], target("3.12")).wheel == exact
    assert best_wheel([pure, stable], target("3.12")).wheel == stable
    assert best_wheel([pure], target("3.12")).wheel == pure
    newer_abi = wheel("a-1-cp313-abi3-manylinux_2_17_x86_64.whl")
    assert best_wheel([newer_abi], target("3.12")).wheel is None


def test_free_threaded_wheels_are_not_for_the_default_build(target):
    assert (
        best_wheel([wheel("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl")], target("3.13")).wheel
        is None
    )


def test_hashes_decide_which_file_counts(target):
    first = wheel("a-1-py3-none-any.whl", digests=("sha256:aa",))
    assert best_wheel([first], target("3.12"), frozenset({"sha256:aa"})).wheel == first
    refused = best_wheel([first], target("3.12"), frozenset({"sha256:bb"}))
    assert refused.wheel is None
    assert "hashes" in refused.mismatches[0]


@pytest.mark.parametrize(
    ("requires", "python", "admitted"),
    [
        ("<3.12,>=3.8", "3.11", True),
        ("<3.12,>=3.8", "3.12", False),
        ("<3.12,>=3.8", "3.12.1", False),
        (">=3.9.2", "3.9", True),
        (">=3.9.2", "3.9.1", False),
        ("", "3.13", True),
        ("no specifier", "3.13", True),
        (">=3.6, !=3.9.7", "3.9.7", False),
    ],
)
def test_requires_python_has_upper_bounds(target, requires, python, admitted):
    assert admits_python(requires, target(python)) is admitted


def test_markers_are_those_of_the_target_never_of_the_host(target):
    from packaging.markers import Marker

    old, new = target("3.8.1"), target("3.14", architecture="aarch64")
    assert applies(Marker("python_version < '3.9'"), old)
    assert not applies(Marker("python_version < '3.9'"), new)
    assert applies(Marker("platform_machine == 'aarch64'"), new)
    assert not applies(Marker("sys_platform == 'win32' or platform_system == 'Darwin'"), new)
    assert applies(Marker("extra == 'ml'"), new, frozenset({"ml"}))
    assert not applies(Marker("extra == 'ml'"), new)


@pytest.mark.parametrize(
    ("libc", "version", "expected"),
    [
        ("glibc", "2.36", "x86_64-manylinux_2_36"),
        ("glibc", "2.27", "x86_64-manylinux_2_17"),
        ("glibc", "2.41", "x86_64-manylinux_2_40"),
        ("musl", "1.2", "x86_64-unknown-linux-musl"),
    ],
)
def test_the_resolver_gets_a_platform_that_is_not_newer(target, libc, version, expected):
    assert uv_platform(target("3.13", libc=libc, libc_version=version)) == expected


def test_nearest_looks_at_every_version(page, target):
    nearest = nearest_versions(page("pydantic-core"), Version("2.10.1"), target("3.13"))
    assert (nearest.above, nearest.below) == (Version("2.20.0"), Version("0.0.1"))
    assert "pydantic-core 2.20.0 (later)" in nearest.words("pydantic-core")


def test_nearest_passes_over_yanked_versions(page, target):
    above = nearest_versions(page("urllib3"), Version("2.0.2"), target("3.13"))
    assert above.below is None
    assert nearest_versions(page("docopt"), Version("0.6.2"), target("3.13")).words("docopt") == (
        "no version of docopt has a wheel for this target"
    )


@pytest.mark.parametrize(
    ("filename", "name", "version"),
    [
        ("cffi-1.0.2-2.tar.gz", "cffi", "1.0.2.post2"),
        ("cffi-2.0.0.tar.gz", "cffi", "2.0.0"),
        ("zope.interface-5.0.zip", "zope-interface", "5.0"),
        ("Foo__Bar-baz-1.0-1.tar.bz2", "foo-bar-baz", "1.0.post1"),
        ("python-dateutil-2.8.tar.gz", "python-dateutil", "2.8"),
        ("other-2.0.0.tar.gz", "cffi", None),
        ("cffi_extra-2.0.0.tar.gz", "cffi", None),
        ("cffi-extra-2.0.0.tar.gz", "cffi", None),
        ("cffi.tar.gz", "cffi", None),
        ("other-2.0.0-py3-none-any.whl", "cffi", None),
        ("Zope_Interface-2.0-py3-none-any.whl", "zope-interface", "2.0"),
    ],
)
def test_file_names_are_read_behind_the_name_of_the_project(filename, name, version):
    found = kind_and_version(filename, name)
    assert (str(found[1]) if found else None) == version


def test_the_nearest_version_is_one_whose_usable_wheel_is_not_yanked(target):
    def file(version, tag, yanked=None):
        name = f"a-{version}-{tag}.whl"
        return IndexFile(name, f"https://i.test/{name}", "wheel", Version(version), yanked=yanked)

    here, elsewhere = "cp313-cp313-manylinux_2_17_x86_64", "cp313-cp313-win_amd64"
    page = ProjectFiles(
        "a",
        [
            file("1.0", here),
            # What the target would get is yanked, the rest is not; and the other way round.
            file("2.0", here, "broken on Linux"),
            file("2.0", elsewhere),
            file("4.0", here),
            file("4.0", elsewhere, "broken on Windows"),
            file("5.0", here),
        ],
    )
    nearest = nearest_versions(page, Version("3.0"), target("3.13"))
    assert (str(nearest.below), str(nearest.above)) == ("1.0", "4.0")
    for version, yanked in (("2.0", "broken on Linux"), ("4.0", None)):
        files = page.of(Version(version))
        one = Candidate("a", Version(version), True, (), None, files)
        assert yanked_reason(one, target("3.13")) == yanked
    # Another build of the same wheel does as well.
    pair = [file("6.0", "1-" + here, "bad build"), file("6.0", "2-" + here)]
    assert best_wheel(pair, target("3.13")).wheel == pair[1]
