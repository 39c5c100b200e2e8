"""Profiles of every operating system: read, and refused where they are told by halves."""

import json
import sys

import jsonschema
import pytest

from bootfit.model.errors import UsageError
from bootfit.platforms import load_platform, machine_of, target_for
from bootfit_profiles import PLATFORM_FILES, SCHEMA_FILE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
RENDER = next(file for file in PLATFORM_FILES if file.name == "render-free.toml")
LINUX = 'operating-system = "linux"\narchitecture = "x86_64"\nlibc = "glibc"\nlibc-version = "2.36"'


def profile(folder, system):
    text = RENDER.read_text(encoding="utf-8")
    assert LINUX in text
    text = text.replace(LINUX, system).replace('"3.15"]', '"3.15", "3.14t"]')
    (folder / "own.toml").write_text(text, encoding="utf-8")
    valid = SCHEMA.is_valid(tomllib.loads(text))
    return str(folder / "own.toml"), valid


@pytest.mark.parametrize(
    ("system", "machine"),
    [
        (LINUX, "x86_64 Linux, glibc 2.36"),
        (
            'operating-system = "macos"\narchitecture = "aarch64"\nsystem-version = "14.0"',
            "aarch64 macOS 14.0",
        ),
        ('operating-system = "windows"\narchitecture = "x86_64"', "x86_64 Windows"),
    ],
)
def test_a_profile_of_each_system(tmp_path, system, machine):
    path, valid = profile(tmp_path, system)
    assert valid
    platform = load_platform(path)
    assert machine_of(platform).machine == machine
    assert str(target_for(platform, "3.14t")) == f"CPython 3.14t, {machine}"


@pytest.mark.parametrize(
    ("system", "words"),
    [
        ('operating-system = "linux"\narchitecture = "x86_64"', "libc is missing for linux"),
        (
            'operating-system = "linux"\narchitecture = "x86_64"\nlibc = "musl"',
            "libc-version is missing for linux",
        ),
        (LINUX.replace('"2.36"', '"2"'), "libc-version '2' is no version"),
        (LINUX + '\nsystem-version = "14.0"', "system-version does not go with linux"),
        ('operating-system = "macos"\narchitecture = "aarch64"', "system-version is missing"),
        (LINUX.replace('"linux"', '"windows"'), "libc does not go with windows"),
        (LINUX.replace('"linux"', '"beos"'), "cannot be understood"),
    ],
)
def test_a_system_told_by_halves_is_refused_by_the_schema_as_well(tmp_path, system, words):
    path, valid = profile(tmp_path, system)
    assert not valid
    with pytest.raises(UsageError, match=words):
        load_platform(path)
