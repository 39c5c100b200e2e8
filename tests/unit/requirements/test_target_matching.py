"""Tags, markers and explanations for every kind of target; the host has no say."""

import sysconfig

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, parse_tag
from packaging.version import Version

from bootfit.model.target_names import parse_target
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.target_environment import (
    applies,
    approximations,
    ranked_tags,
    uv_environment,
    uv_platform,
)
from bootfit.requirements.wheel_match import best_wheel


def wheels(*tags):
    names = [f"a-1.0-{tag}.whl" for tag in tags]
    return [IndexFile(n, f"https://x.test/{n}", "wheel", version=Version("1.0")) for n in names]


def chosen(name, python, *tags):
    wheel = best_wheel(wheels(*tags), parse_target(name, python)).wheel
    return wheel.filename.removeprefix("a-1.0-").removesuffix(".whl") if wheel else None


@pytest.mark.parametrize(
    ("name", "python", "tag", "usable"),
    [
        ("x86_64-manylinux_2_28", "3.12", "cp312-cp312-manylinux_2_28_x86_64", True),
        ("x86_64-manylinux_2_28", "3.12", "cp312-cp312-manylinux_2_29_x86_64", False),
        ("x86_64-manylinux_2_28", "3.12", "cp312-cp312-manylinux1_x86_64", True),
        ("aarch64-manylinux_2_28", "3.12", "cp312-cp312-manylinux2014_aarch64", True),
        ("aarch64-manylinux_2_28", "3.12", "cp312-cp312-manylinux_2_5_aarch64", False),
        ("x86_64-musllinux_1_2", "3.12", "cp312-cp312-musllinux_1_1_x86_64", True),
        ("x86_64-musllinux_1_1", "3.12", "cp312-cp312-musllinux_1_2_x86_64", False),
        ("x86_64-musllinux_1_2", "3.12", "cp312-cp312-manylinux_2_17_x86_64", False),
        ("macos-14-arm64", "3.12", "cp312-cp312-macosx_11_0_arm64", True),
        ("macos-14-arm64", "3.12", "cp312-cp312-macosx_14_0_arm64", True),
        ("macos-14-arm64", "3.12", "cp312-cp312-macosx_15_0_arm64", False),
        ("macos-14-arm64", "3.12", "cp312-cp312-macosx_10_9_universal2", True),
        ("macos-14-arm64", "3.12", "cp312-cp312-macosx_10_9_x86_64", False),
        ("macos-13-x86_64", "3.12", "cp312-cp312-macosx_10_9_x86_64", True),
        ("macos-13-x86_64", "3.12", "cp312-cp312-macosx_10_9_universal2", True),
        ("windows-amd64", "3.12", "cp312-cp312-win_amd64", True),
        ("windows-amd64", "3.12", "cp312-cp312-win32", False),
        ("windows-arm64", "3.12", "cp312-cp312-win_amd64", False),
        ("windows-arm64", "3.12", "cp312-cp312-win_arm64", True),
        ("linux", "3.12", "cp38-abi3-manylinux_2_17_x86_64", True),
        ("linux", "3.8", "cp38-cp38-manylinux_2_17_x86_64", True),
        ("linux", "3.15", "cp315-cp315-manylinux_2_17_x86_64", True),
        ("linux", "3.13t", "cp313-cp313t-manylinux_2_17_x86_64", True),
        ("linux", "3.13t", "cp313-cp313-manylinux_2_17_x86_64", False),
        ("linux", "3.13", "cp313-cp313t-manylinux_2_17_x86_64", False),
        ("linux", "3.14t", "cp39-abi3-manylinux_2_17_x86_64", False),
        ("linux", "3.14t", "cp314-cp314t-manylinux_2_17_x86_64", True),
        ("linux", "3.14t", "py3-none-any", True),
        ("linux", "3.14t", "cp314-none-any", True),
        ("windows-amd64", "3.14t", "cp314-cp314t-win_amd64", True),
    ],
)
def test_which_wheels_a_target_takes(name, python, tag, usable):
    assert (chosen(name, python, tag) == tag) is usable


def test_the_most_specific_wheel_is_chosen():
    tags = ("py3-none-any", "cp39-abi3-win_amd64", "cp312-cp312-win_amd64")
    assert chosen("windows-amd64", "3.12", *tags) == "cp312-cp312-win_amd64"
    assert chosen("windows-amd64", "3.11", *tags) == "cp39-abi3-win_amd64"
    assert chosen("windows-amd64", "3.13t", *tags) == "py3-none-any"


def test_the_hosts_own_python_is_not_asked(monkeypatch):
    expected = set(ranked_tags(parse_target("linux", "3.13")))
    ranked_tags.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(sysconfig, "get_config_var", lambda _: 1)
        assert set(ranked_tags(parse_target("linux", "3.13"))) == expected
    assert Tag("cp313", "cp313", "manylinux_2_17_x86_64") in expected
    assert parse_tag("cp313-cp313t-manylinux_2_17_x86_64").isdisjoint(expected)


@pytest.mark.parametrize(
    ("name", "true", "false"),
    [
        ("linux", "sys_platform == 'linux'", "platform_system == 'Windows'"),
        ("aarch64-manylinux_2_28", "platform_machine == 'aarch64'", "platform_machine == 'arm64'"),
        ("macos-14-arm64", "platform_machine == 'arm64'", "sys_platform == 'linux'"),
        ("macos-14-arm64", "platform_system == 'Darwin'", "os_name == 'nt'"),
        ("macos-13-x86_64", "platform_machine == 'x86_64'", "platform_machine == 'arm64'"),
        ("windows-amd64", "sys_platform == 'win32' and os_name == 'nt'", "os_name == 'posix'"),
        ("windows-amd64", "platform_machine == 'AMD64'", "platform_machine == 'x86_64'"),
        ("windows-arm64", "platform_machine == 'ARM64'", "platform_machine == 'aarch64'"),
        ("linux", "implementation_name == 'cpython'", "platform_python_implementation == 'PyPy'"),
    ],
)
def test_markers_are_of_the_target(name, true, false):
    target = parse_target(name, "3.12")
    assert applies(Marker(true), target)
    assert not applies(Marker(false), target)


def test_markers_of_the_target_python():
    target = parse_target("linux", "3.14t")
    assert applies(Marker("python_version >= '3.14' and python_full_version < '3.15'"), target)


@pytest.mark.parametrize(
    ("name", "python", "tags", "line"),
    [
        (
            "windows-amd64", "3.12", ("cp312-cp312-manylinux_2_17_x86_64",),
            (
                "platform does not match: wheels for this Python are manylinux_2_17_x86_64, "
                "none is for Windows"
            ),
        ),
        (
            "windows-arm64", "3.12", ("cp312-cp312-win_amd64", "cp312-cp312-win32"),
            "architecture does not match: Windows wheels for this Python are win32, win_amd64",
        ),
        (
            "macos-13-x86_64", "3.12", ("cp312-cp312-macosx_11_0_arm64",),
            "architecture does not match: macOS wheels for this Python are macosx_11_0_arm64",
        ),
        (
            "macos-12-arm64", "3.12", ("cp312-cp312-macosx_14_0_arm64",),
            (
                "macOS is too old: wheels for this Python need macosx_14_0_arm64, the target has "
                "macOS 12.0"
            ),
        ),
        (
            "aarch64-manylinux_2_28", "3.12", ("cp312-cp312-manylinux_2_17_x86_64",),
            "architecture does not match: Linux wheels for this Python are manylinux_2_17_x86_64",
        ),
        (
            "x86_64-musllinux_1_2", "3.12", ("cp312-cp312-manylinux_2_17_x86_64",),
            "libc does not match: Linux wheels for this Python are manylinux_2_17_x86_64",
        ),
        (
            "x86_64-manylinux_2_28", "3.12", ("cp312-cp312-manylinux_2_34_x86_64",),
            (
                "glibc is too old: wheels for this Python need manylinux_2_34_x86_64, the target "
                "has glibc 2.28"
            ),
        ),
        (
            "linux", "3.14t", ("cp314-cp314-manylinux_2_17_x86_64", "cp39-abi3-manylinux1_x86_64"),
            "Python does not match: wheels for this platform are cp39-abi3, cp314, not cp314t",
        ),
        (
            "linux", "3.9", ("cp310-abi3-manylinux_2_17_x86_64",),
            "Python does not match: wheels for this platform are cp310-abi3, not cp39",
        ),
        (
            "linux", "3.12", ("cp311-cp311-win_amd64",),
            "neither Python nor platform matches: wheels are cp311 for Windows",
        ),
    ],
)  # fmt: skip
def test_what_does_not_match_is_said(name, python, tags, line):
    assert best_wheel(wheels(*tags), parse_target(name, python)).mismatches == (line,)


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("macos-14-arm64", "aarch64-apple-darwin"),
        ("windows-amd64", "x86_64-pc-windows-msvc"),
        ("windows-arm64", "aarch64-pc-windows-msvc"),
        ("aarch64-linux-musl1.1", "aarch64-unknown-linux-musl"),
        ("x86_64-linux-gnu2.27", "x86_64-manylinux_2_17"),
    ],
)
def test_what_the_resolver_is_told(name, platform):
    assert uv_platform(parse_target(name, "3.12")) == platform


def test_the_resolver_learns_the_age_of_macos():
    told = uv_environment(parse_target("macos-14-arm64", "3.12"))
    assert told == {"MACOSX_DEPLOYMENT_TARGET": "14.0"}
    assert uv_environment(parse_target("linux", "3.12")) == {}


@pytest.mark.parametrize(
    ("name", "python", "words"),
    [
        ("linux", "3.14t", []),
        ("x86_64-musllinux_1_1", "3.12", ["for musl 1.2"]),
        ("x86_64-linux-gnu2.27", "3.13t", ["for glibc 2.17"]),
        ("x86_64-linux-gnu2.36", "3.13", []),
        ("macos-14-arm64", "3.13", []),
        ("windows-amd64", "3.13", []),
    ],
)
def test_where_the_resolver_knows_the_target_only_nearly(name, python, words):
    found = approximations(parse_target(name, python))
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))
