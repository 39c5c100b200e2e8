"""Names of targets, in every spelling that the field has."""

import pytest

from bootfit.model.errors import UsageError
from bootfit.model.target_names import parse_target, with_python


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ("x86_64-manylinux_2_28", "manylinux_2_28_x86_64", "x86_64-linux-gnu2.28", "linux"),
            "x86_64 Linux, glibc 2.28",
        ),
        (("x86_64-unknown-linux-gnu", "linux-amd64"), "x86_64 Linux, glibc 2.28"),
        (("aarch64-manylinux2014", "manylinux2014_aarch64"), "aarch64 Linux, glibc 2.17"),
        (
            ("aarch64-linux-musl1.2", "musllinux_1_2_aarch64", "aarch64-unknown-linux-musl"),
            "aarch64 Linux, musl 1.2",
        ),
        (("x86_64-musllinux_1_1",), "x86_64 Linux, musl 1.1"),
        (("macos-14-arm64", "macosx_14_0_arm64", "arm64-macos14"), "aarch64 macOS 14.0"),
        (("aarch64-apple-darwin", "macos"), "aarch64 macOS 13.0"),
        (("x86_64-apple-darwin", "macos-13-x86_64"), "x86_64 macOS 13.0"),
        (("macosx_10_9_x86_64",), "x86_64 macOS 10.9"),
        (("windows-amd64", "win_amd64", "x86_64-pc-windows-msvc", "Windows"), "x86_64 Windows"),
        (("windows-arm64", "win_arm64", "aarch64-pc-windows-msvc"), "aarch64 Windows"),
    ],
)
def test_every_spelling_means_the_same(names, expected):
    for name in names:
        assert str(parse_target(name, "3.12")) == f"CPython 3.12, {expected}", name


@pytest.mark.parametrize(
    "name",
    ["", "solaris", "x86_64", "x86_64-linux-gnu3.1", "musllinux_2_0_x86_64", "macos-10-arm64",
     "macos-10.8-x86_64", "i686-pc-windows-msvc", "x86_64-manylinux_2_", "manylinux1_x86_64"],
)  # fmt: skip
def test_what_is_no_target_is_a_usage_error(name):
    with pytest.raises(UsageError) as caught:
        parse_target(name, "3.12")
    assert "x86_64-manylinux_2_28" in caught.value.hint


@pytest.mark.parametrize("name", ["3.13t", "3.13.2t", "3.14+freethreaded", "3.15t"])
def test_free_threaded_builds(name):
    target = parse_target("linux", name)
    assert target.free_threaded
    assert target.python == name.removesuffix("t").removesuffix("+freethreaded")
    assert target.python_name.endswith("t")
    assert not with_python(target, "3.14").free_threaded


@pytest.mark.parametrize("python", ["3.12t", "2.7", "3", "3.x", "python3.12", "3.13tt", "3.12-dev"])
def test_pythons_that_cannot_be_checked(python):
    with pytest.raises(UsageError):
        parse_target("linux", python)
