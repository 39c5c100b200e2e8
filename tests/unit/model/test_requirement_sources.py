"""Naming a requirement file with extras or groups."""

import pytest

from bootfit.model.errors import UsageError
from bootfit.model.requirement_source import RequirementSource, parse_source, with_choices


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("requirements.txt", RequirementSource("requirements.txt")),
        ("odd[name].txt", RequirementSource("odd[name].txt")),
        ("pyproject.toml", RequirementSource("pyproject.toml")),
        ("a/pyproject.toml[ml, web]", RequirementSource("a/pyproject.toml", ("ml", "web"))),
        ("pyproject.toml:dev", RequirementSource("pyproject.toml", (), ("dev",))),
        ("uv.lock:dev,lint", RequirementSource("uv.lock", (), ("dev", "lint"))),
        ("C:\\app\\uv.lock", RequirementSource("C:\\app\\uv.lock")),
    ],
)
def test_what_a_name_means(text, source):
    assert parse_source(text) == source


def test_extras_and_groups_at_once_are_refused():
    with pytest.raises(UsageError) as error:
        parse_source("pyproject.toml[ml]:dev")
    assert error.value.hint == "name two: pyproject.toml[ml] and pyproject.toml:dev"


@pytest.mark.parametrize(
    ("files", "extras", "groups", "expected"),
    [
        (("pyproject.toml",), ("ml",), (), ("pyproject.toml[ml]",)),
        (("pyproject.toml[web]",), ("ml", "web"), (), ("pyproject.toml[web,ml]",)),
        (("uv.lock",), ("ml",), ("dev",), ("uv.lock[ml]", "uv.lock:dev")),
        (("requirements.txt",), (), ("dev",), ("requirements.txt", "pyproject.toml:dev")),
        (("requirements.txt",), ("ml",), (), ("requirements.txt", "pyproject.toml[ml]")),
        ((), (), ("tools/pyproject.toml:dev",), ("tools/pyproject.toml:dev",)),
    ],
)
def test_options_choose_beside_the_files(files, extras, groups, expected):
    assert with_choices(files, extras, groups) == expected
