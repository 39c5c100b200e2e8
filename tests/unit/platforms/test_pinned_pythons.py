"""Which Python a project asks for, and targets given by hand."""

import pytest

from bootfit.model.errors import UsageError
from bootfit.platforms import by_hand, load_platform, pinned_python, target_for

RENDER_YAML = """services:
  - type: web
    envVars:
      - key: PORT
        value: 3.10
      - key: PYTHON_VERSION
        value: "3.11.9"
"""


@pytest.mark.parametrize(
    ("name", "file", "text", "version"),
    [
        (".python-version", ".python-version", "3.11.9\n", "3.11.9"),
        (".python-version", ".python-version", "\ufeff# us\r\n\r\n3.12 # fast\r\n3.11\r\n", "3.12"),
        (".python-version", ".python-version", "cpython-3.13t", "3.13t"),
        (".python-version", ".python-version", "pypy3.10\n3.11\n", None),
        (".python-version", ".python-version", "", None),
        ("runtime.txt", "runtime.txt", "python-3.11.9\n", "3.11.9"),
        ("runtime.txt", "runtime.txt", "3.11.9\n", None),
        ("PYTHON_VERSION", "render.yaml", RENDER_YAML, "3.11.9"),
        ("PYTHON_VERSION", "render.yaml", "services: []\n", None),
        ("Pipfile.lock", "Pipfile.lock", '{"requires": {"python_version": "3.12"}}', "3.12"),
        ("Dockerfile", "Dockerfile", "FROM node:20\nFROM python:3.9 AS b\nfrom python:3.12-slim\n",
         "3.12"),
        ("Dockerfile", "Dockerfile", "FROM debian:12\n# FROM python:3.9\n", None),
        ("PYTHON_VARIABLE", "PYTHON_VARIABLE", "3.11", None),
    ],
)  # fmt: skip
def test_what_a_file_says(tmp_path, name, file, text, version):
    (tmp_path / file).write_text(text, encoding="utf-8", newline="")
    found = pinned_python(tmp_path, [name])
    assert (found.version if found else None) == version
    assert found is None or found.file == file


def test_the_first_that_says_something_counts(tmp_path):
    (tmp_path / ".python-version").write_text("3.12")
    names = ["runtime.txt", ".python-version"]
    assert pinned_python(tmp_path, names).version == "3.12"
    (tmp_path / "runtime.txt").write_text("python-3.11.9")
    assert pinned_python(tmp_path, names).version == "3.11.9"
    (tmp_path / "runtime.txt").write_text("whatever")
    assert pinned_python(tmp_path, names).version == "3.12"
    assert pinned_python(tmp_path / "nowhere", names) is None


def test_by_hand_any_python_goes_and_the_builder_is_of_the_same_system():
    render = load_platform("render-free")
    platform, target = by_hand(render, "aarch64-linux-musl1.2", "3.14t")
    assert str(target) == "CPython 3.14t, aarch64 Linux, musl 1.2"
    assert platform.builder == render.builder
    assert "3.14t" in platform.python.allowed
    platform, target = by_hand(render, "windows-amd64")
    assert target.python == render.python.default
    assert not platform.builder.c_compiler
    assert not platform.builder.rust


def test_free_threads_must_be_offered_by_a_platform():
    with pytest.raises(UsageError, match=r"does not offer Python 3\.14t"):
        target_for(load_platform("render-free"), "3.14t")
